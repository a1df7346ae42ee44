"""Rows of CSV or of a sheet as the entries of a feed: one per row, its filled cells by the names of their columns."""

from collections.abc import Iterator
from pathlib import Path
from typing import Self

import numpy as np

from cdp_pipelines.formats.cells import parse, without_line_end
from cdp_pipelines.formats.entries import Entry
from cdp_pipelines.formats.header import Header
from cdp_pipelines.formats.readers import OrderReader, reader_for
from cdp_pipelines.formats.reading import Around
from cdp_pipelines.formats.records import BLOCK, Block
from cdp_pipelines.formats.spec import Csv, ExcelRows


class RowEntriesReader(Around[OrderReader]):
    """Reads a file of rows; a context manager that knows the header when it is entered.

    Args:
        path: Where the file lies.
        spec: How it is written.
        name: Its name where it came from.
        block_size: About how many bytes are read at once; results do not depend on it.
    """

    def __init__(self, path: Path, spec: Csv | ExcelRows, name: str = "", block_size: int = BLOCK) -> None:
        self._reader, self._delimiter = reader_for(path, spec, block_size, name), spec.delimiter

    @property
    def header(self) -> Header:
        """The names of the columns."""
        return self._reader.header

    def entries(self) -> Iterator[Entry]:
        """Yield an entry per row; one that is broken has its text alone.

        Raises:
            FileError: The rest of the file cannot be read.
        """
        for block in self._reader.blocks():
            yield from self._entries(block)

    def _entries(self, block: Block) -> Iterator[Entry]:
        parsed = parse(block.data, self.header.columns, self._delimiter, starts=block.starts)
        faults = {number: "WRONG_FIELD_COUNT" for number, _ in parsed.wrong} | block.damaged
        read = np.arange(len(block.lines)) if parsed.rows is None else parsed.rows
        rows = dict(zip(read.tolist(), parsed.table.to_pylist(), strict=True))
        for number, line in enumerate(block.lines.tolist()):
            if number in faults:
                record = block.data[block.starts[number] : block.starts[number + 1]]
                yield Entry(line, {}, faults[number], without_line_end(record).decode())
            else:
                yield Entry(line, {name: cell for name, cell in rows[number].items() if cell is not None})

    def __enter__(self) -> Self:
        self._reader.__enter__()
        return self
