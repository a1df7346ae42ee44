"""Rows of a CSV file or of a workbook as batches of records, behind the steps of `transform`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

import numpy as np
import pyarrow as pa

from cdp_pipelines.formats.header import Header
from cdp_pipelines.formats.readers import OrderReader, reader_for
from cdp_pipelines.formats.reading import Around
from cdp_pipelines.formats.records import Block, parse
from cdp_pipelines.formats.spec import Csv, ExcelRows
from cdp_pipelines.imports.kind import FileWork
from cdp_pipelines.imports.record_specs import RecordImportSpec
from cdp_pipelines.imports.rejects import raw_cells
from cdp_pipelines.imports.transforming import Transforming
from cdp_pipelines.records.batch import Batch, Fault, Piece, Unreadable, attributes_of_columns, known_cells
from cdp_pipelines.schemas.columns import Column
from cdp_pipelines.transforms.applying import Transformed


class RowSource(Around[OrderReader]):
    """Rows of a CSV file or of a workbook.

    Raises:
        FileError: On entering and while reading, whatever makes the whole file unusable.
    """

    def __init__(
        self,
        work: FileWork,
        spec: RecordImportSpec,
        written: Csv | ExcelRows,
        known: Sequence[Column],
        check: Callable[[Header], None],
    ) -> None:
        self._work, self._spec, self._known, self._check = work, spec, known, check
        self._delimiter = written.delimiter
        self._reader = reader_for(work.path, written, work.block_size, work.uri)

    def __enter__(self) -> Self:
        self._reader.__enter__()
        try:
            self._steps = Transforming(self._spec, self._reader.header) if self._spec.transform else None
            if self._steps:
                self._steps.check(self._work.tally)
            self._check(self._steps.header if self._steps else self._reader.header)
        except BaseException as error:
            self._reader.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def pieces(self) -> Iterator[Piece]:
        """Yield the rows, about as many at once as are validated at once."""
        waiting = _Rows()
        for table, lines, unreadable in self._read():
            waiting.add(table, lines, unreadable)
            if waiting.count >= self._work.batch:
                yield self._piece(waiting)
                waiting = _Rows()
        if waiting.count:
            yield self._piece(waiting)

    def _read(self) -> Iterator[tuple[pa.Table, np.ndarray, list[Unreadable]]]:
        blocks = self._reader.blocks()
        while True:
            with self._work.stages.timed("read"):
                block = next(blocks, None)
                if block is None:
                    return
                parsed = self._parsed(block)
            self._work.stages.add("read", 0.0, len(block.lines), len(block.data))
            yield parsed

    def _parsed(self, block: Block) -> tuple[pa.Table, np.ndarray, list[Unreadable]]:
        columns = self._reader.header.columns
        parsed = parse(block.data, columns, self._delimiter, starts=block.starts)
        codes = dict.fromkeys((record for record, _ in parsed.wrong), "WRONG_FIELD_COUNT") | block.damaged
        records = np.arange(len(block.lines)) if parsed.rows is None else parsed.rows
        kept = ~np.isin(records, list(block.damaged)) if block.damaged else np.ones(len(records), bool)
        return parsed.table.filter(pa.array(kept)), block.lines[records[kept]], [
            Unreadable(int(block.lines[record]), code, raw_cells(self._record(block, record), columns, self._delimiter))
            for record, code in sorted(codes.items())
        ]  # fmt: skip

    @staticmethod
    def _record(block: Block, record: int) -> bytes:
        return bytes(block.data[block.starts[record] : block.starts[record + 1]])

    def _piece(self, rows: "_Rows") -> Piece:
        lines, table = np.concatenate(rows.lines), pa.concat_tables(rows.tables).combine_chunks()
        if not len(lines):
            return Piece(None, rows.unreadable)
        columns = {name: _whole(table[name]) for name in table.column_names}
        if not self._steps:
            return Piece(self._batch(columns, table, lines), rows.unreadable)
        with self._work.stages.timed("transform", len(lines)):
            done = self._steps.columns(columns)
        kept = np.flatnonzero(done.kept)
        if not len(kept):
            return Piece(None, rows.unreadable, len(lines))
        return Piece(self._transformed(done, kept, table, lines), rows.unreadable, len(lines) - len(kept))

    def _transformed(self, done: Transformed, kept: np.ndarray, table: pa.Table, lines: np.ndarray) -> Batch:
        taken = pa.array(kept)
        columns = {name: column.take(taken) for name, column in done.columns.items()}
        new = {old: row for row, old in enumerate(kept.tolist())}
        faults: dict[int, list[Fault]] = {}
        for fault in done.faults:
            faults.setdefault(new[fault.row], []).append((fault.code, fault.column))
        spoilt = frozenset((new[fault.row], name) for fault in done.faults for name in fault.spoilt)
        return self._batch(columns, table.take(taken), lines[kept], faults, spoilt)

    def _batch(
        self,
        columns: dict[str, pa.Array],
        written: pa.Table,
        lines: np.ndarray,
        faults: dict[int, list[Fault]] | None = None,
        spoilt: frozenset[tuple[int, str]] = frozenset(),
    ) -> Batch:
        attributes = attributes_of_columns(columns, self._known, len(lines))
        cells = known_cells(columns, self._known)
        return Batch(lines, cells, attributes, partial(_raw_rows, written), faults or {}, spoilt)


@dataclass
class _Rows:
    """Rows of several blocks, which are taken on together."""

    tables: list[pa.Table] = field(default_factory=list)
    lines: list[np.ndarray] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    count: int = 0

    def add(self, table: pa.Table, lines: np.ndarray, unreadable: list[Unreadable]) -> None:
        """Add a block."""
        self.tables.append(table)
        self.lines.append(lines)
        self.unreadable += unreadable
        self.count += len(lines) + len(unreadable)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)


def _raw_rows(written: pa.Table, rows: Sequence[int]) -> list[dict[str, Any]]:
    taken = written.take(pa.array(rows, pa.int64())).to_pylist()
    return [{name: cell or "" for name, cell in row.items()} for row in taken]
