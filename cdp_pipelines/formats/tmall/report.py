"""One of Tmall's two reports, read once and kept record by record in a temporary file, to be joined in any order.

In memory stay 16 bytes per record, so that a report may be larger than it.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa

from cdp_pipelines.errors import FileError, StoreError
from cdp_pipelines.formats.borders import CR, LF, delimiters
from cdp_pipelines.formats.cells import cells, parse
from cdp_pipelines.formats.encoding import is_utf_8
from cdp_pipelines.formats.header import Header
from cdp_pipelines.formats.octets import open_octets
from cdp_pipelines.formats.reading import Around
from cdp_pipelines.formats.records import BLOCK, Block, CsvReader
from cdp_pipelines.formats.spec import AUTO, KevelCsv, TmallCsv
from cdp_pipelines.formats.tmall.quirks import REWRITTEN_TIME, ROUNDED, first_like, meant
from cdp_pipelines.home import home
from cdp_pipelines.issues import Notice

COMMA = b","
ORDER_NO, MAIN_ORDER_NO, LINE_NO, CREATED = "订单编号", "主订单编号", "子订单编号", "订单创建时间"
ORDER_MARKS = frozenset(
    ("买家会员名", "买家应付邮费", "总金额", "收货人姓名", "收货地址", "运送方式", "联系手机", "宝贝标题")
)
"""Columns that only order reports have, of all years."""
DETAIL_MARKS = frozenset(("标题", "价格", "购买数量", "外部系统编号", "商品属性", "套餐信息", "商家编码"))
"""Columns that only product reports have, of all years."""
_LOOKED_AT = (ORDER_NO, MAIN_ORDER_NO, LINE_NO, CREATED)
"""Columns that are read before reports are joined: ids, and what shows that a file was edited."""


@dataclass(frozen=True)
class ReportFile:
    """Where a report lies, and the address by which users know it."""

    path: Path
    uri: str


def csv_of(file: ReportFile, spec: TmallCsv) -> KevelCsv:
    """Return how a report is read as CSV, its encoding found out where none is stated."""
    encoding = spec.encoding
    if encoding == AUTO:
        with open_octets(file.path, spec.compression, file.uri, spec.limits) as octets:
            encoding = "utf-8" if is_utf_8(octets) else "gb18030"
    packing = spec.model_dump(include={"compression", "max_ratio", "max_unpacked_gb"})
    return KevelCsv(kind="csv", encoding=encoding, **packing)


def columns_of(header: Header) -> tuple[str, ...]:
    """Return a report's columns: some names end in a space, and the header in a delimiter at times.

    Raises:
        FileError: A column stands there twice.
    """
    names = [name.strip() for name in header.columns]
    while names and not names[-1]:
        names.pop()
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice and not header.is_data:
        message = f"the column {twice} stands twice in the header: export the report anew, and edit nothing"
        raise FileError("DUPLICATE_COLUMN", message, header.line, twice)
    return tuple(names)


@contextmanager
def about(uri: str) -> Iterator[None]:
    """Name the file in whatever is wrong with it as a whole."""
    try:
        yield
    except FileError as error:
        error.file = uri
        raise


class Report(Around[CsvReader]):
    """A report's records; a context manager that has read the header when it is entered.

    Args:
        file: The report.
        spec: How it is read.
        keys: The columns that may hold the order's id; the first one that is there does.
        block_size: About how many bytes are read at once.

    Attributes:
        columns: The columns, without outer spaces.
        key: The one that holds the order's id.
        lines: The physical line of each record, once all are read.
        damaged: Codes of records that cannot be trusted, by their number.
        count: How many records there are.
    """

    lines: np.ndarray

    def __init__(self, file: ReportFile, spec: TmallCsv, keys: Sequence[str], block_size: int = BLOCK) -> None:
        self.uri, self._keys = file.uri, keys
        with about(self.uri):
            self._reader = CsvReader(file.path, csv_of(file, spec), block_size, file.uri)
        self.damaged: dict[int, str] = {}
        self.count = 0
        self._stack = ExitStack()
        self._lines: list[np.ndarray] = []
        self._lengths: list[np.ndarray] = []

    def __enter__(self) -> Self:
        with ExitStack() as stack, about(self.uri):
            stack.enter_context(self._reader)
            self.columns = columns_of(self._reader.header)
            self.key = self._key_column()
            with _disk_errors():
                self._file = stack.enter_context(tempfile.TemporaryFile(dir=home()))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    @property
    def header(self) -> Header:
        """The header as it stands there."""
        return self._reader.header

    @property
    def warnings(self) -> list[Notice]:
        """What was found that does not stop the reading; columns without a name are usual."""
        return [notice for notice in super().warnings if notice.code != "UNNAMED_COLUMN"]

    def read(self) -> Iterator[pa.Array]:
        """Take all records in, and yield the order ids of each block, null where a record has none.

        Raises:
            FileError: The report cannot be read, or was edited (EDITED_EXPORT).
        """
        with about(self.uri):
            for block in self._reader.blocks():
                yield self._take(block)
        self._finish()

    def cells(self, number: int) -> dict[str, Any]:
        """Return the cells of a record as they stand in the file; what goes beyond the header is a list under ""."""
        found = cells(self.take(np.array([number]))[0].as_py(), ",")
        beyond = found[len(self.columns) :]
        return dict(zip(self.columns, found, strict=False)) | ({"": beyond} if beyond else {})

    def blanked(self, numbers: np.ndarray) -> dict[int, str]:
        """Put the record of empty cells in place of damaged ones; return their codes by place."""
        places = np.flatnonzero(np.isin(numbers, list(self.damaged))).tolist() if self.damaged else []
        found = {place: self.damaged[int(numbers[place])] for place in places}
        numbers[places] = self.count
        return found

    def _key_column(self) -> str:
        key = next((name for name in self._keys if name in self.columns), None)
        if key is None:
            message = f"the column {self._keys[0]} is missing: export the report anew from Tmall, and edit nothing"
            raise FileError("MISSING_COLUMN", message, self.header.line, self._keys[0])
        return key

    def _take(self, block: Block) -> pa.Array:
        data, starts, wrong = _bare(block, len(self.columns))
        damaged = dict.fromkeys(wrong, "WRONG_FIELD_COUNT") | block.damaged
        parsed = parse(data, self.columns, ",", [name for name in _LOOKED_AT if name in self.columns], starts)
        rows = np.arange(len(block.lines)) if parsed.rows is None else parsed.rows
        self._refuse_edited(parsed.table, block.lines[rows])
        self._keep(data, starts, block.lines)
        self.damaged |= {self.count + number: code for number, code in damaged.items()}
        self.count += len(block.lines)
        ids = parsed.table.column(self.key).combine_chunks()
        return meant(self._with_damaged(ids, rows, data, starts, damaged) if damaged else ids)

    def _refuse_edited(self, table: pa.Table, lines: np.ndarray) -> None:
        for name in table.column_names:
            pattern, instead = (REWRITTEN_TIME, "a time") if name == CREATED else (ROUNDED, "an id")
            place = first_like(table.column(name).combine_chunks(), pattern)
            if place is not None:
                line = int(lines[place])
                message = (
                    f"{name} on line {line} holds {instead} as a spreadsheet writes it, so the report was opened and "
                    "saved there, which damages ids: export both reports anew from Tmall, and edit nothing"
                )
                raise FileError("EDITED_EXPORT", message, line, name)

    def _with_damaged(
        self, ids: pa.Array, rows: np.ndarray, data: bytes, starts: np.ndarray, damaged: dict[int, str]
    ) -> pa.Array:
        """Return an id per record; those of damaged ones as far as they can be read."""
        texts: list[str | None] = [None] * (len(starts) - 1)
        for row, text in zip(rows.tolist(), ids.to_pylist(), strict=True):
            texts[row] = text
        place = self.columns.index(self.key)
        for number in damaged:
            found = cells(data[starts[number] : starts[number + 1]], ",")
            texts[number] = found[place].replace("\0", "") if place < len(found) else None
        return pa.array(texts, pa.string())

    def _keep(self, data: bytes, starts: np.ndarray, lines: np.ndarray) -> None:
        """Append records, without their line ends, to the file."""
        self._lines.append(lines)
        self._lengths.append(np.diff(starts) - 1)
        with _disk_errors():
            self._file.write(np.delete(np.frombuffer(data, np.uint8), starts[1:] - 1).data)

    def _finish(self) -> None:
        """Make the records addressable."""
        blank = COMMA * (len(self.columns) - 1)
        with _disk_errors():
            self._file.write(blank)
            self._file.flush()
        lengths = np.concatenate([*self._lengths, [len(blank)]]).astype(np.int64)
        self._offsets, self._lengths = np.concatenate(([0], np.cumsum(lengths))), []
        self.lines, self._lines = np.concatenate([*self._lines, np.zeros(0, np.int64)]), []

    def take(self, numbers: np.ndarray) -> pa.Array:
        """Return the bytes of records, in any order; the number behind the last one is a record of empty cells.

        Neighbours are read at once, and nothing is mapped: a page of the file would bring its neighbours with it, up to
        half a megabyte for each record.
        """
        distinct, places = np.unique(numbers, return_inverse=True)
        cuts = np.flatnonzero(np.diff(distinct) != 1)
        begins = self._offsets[distinct[np.concatenate(([0], cuts + 1))]]
        ends = self._offsets[distinct[np.append(cuts, len(distinct) - 1)] + 1]
        file = self._file.fileno()
        with _disk_errors():
            spans = zip(begins.tolist(), ends.tolist(), strict=True)
            data = b"".join(os.pread(file, end - begin, begin) for begin, end in spans)
        offsets = np.concatenate(([0], np.cumsum(self.lengths_of(distinct))))
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
        return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(distinct), buffers).take(pa.array(places))

    def lengths_of(self, numbers: np.ndarray) -> np.ndarray:
        """Return how many bytes records have."""
        return self._offsets[numbers + 1] - self._offsets[numbers]


def _bare(block: Block, width: int) -> tuple[bytes, np.ndarray, list[int]]:
    """Take off what is around records: CRs of line ends, and empty cells beyond the header's.

    Returns:
        Records that end in LF, where they start, and the numbers of those with more or fewer cells than the header.
    """
    octets, starts = np.frombuffer(block.data, np.uint8), block.starts
    ends = starts[1:] - (octets[starts[1:] - 1] == LF)
    ends = ends - ((ends > starts[:-1]) & (octets[np.maximum(ends - 1, 0)] == CR))
    commas = delimiters(block.data, ",")
    surplus = np.diff(np.searchsorted(commas, starts)) - (width - 1)
    inside = np.zeros(len(octets) + 1, bool)
    inside[commas] = True
    while (padded := (surplus > 0) & inside[ends - 1]).any():
        ends, surplus = ends - padded, surplus - padded
    lengths = ends - starts[:-1]
    if (lengths + 1 == np.diff(starts)).all() and octets[-1] == LF:
        return block.data, starts, np.flatnonzero(surplus).tolist()
    bounds = np.concatenate(([0], np.cumsum(lengths + 1)))
    kept = _within(starts[:-1], ends, len(octets))
    return _with_line_ends(octets[kept], bounds), bounds, np.flatnonzero(surplus).tolist()


def _within(starts: np.ndarray, ends: np.ndarray, size: int) -> np.ndarray:
    """Return which bytes stand between a start and its end."""
    steps = np.zeros(size + 1, np.int8)
    steps[starts] += 1
    steps[ends] -= 1
    return np.cumsum(steps[:-1], dtype=np.int8).astype(bool)


def _with_line_ends(octets: np.ndarray, bounds: np.ndarray) -> bytes:
    written = np.full(int(bounds[-1]), LF, np.uint8)
    places = np.ones(len(written), bool)
    places[bounds[1:] - 1] = False
    written[places] = octets
    return written.tobytes()


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StoreError(
            f"the reports cannot be kept in {home()} ({reason}): free some space or set CDP_HOME to another disk, then "
            "run again"
        ) from error
