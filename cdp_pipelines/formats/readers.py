"""Which reader reads which format of orders: all of them hand out plain CSV in blocks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from cdp_pipelines.formats.header import Header
from cdp_pipelines.formats.reading import Reading
from cdp_pipelines.formats.records import BLOCK, Block, CsvReader
from cdp_pipelines.formats.spec import Csv, ExcelRows, JsonItems


class OrderReader(Reading, Protocol):
    """Reads a file of rows; it knows the header when it is entered."""

    header: Header

    def blocks(self) -> Iterator[Block]:
        """Yield the rows; can be run once."""
        ...


def reader_for(path: Path, spec: Csv | ExcelRows | JsonItems, block_size: int = BLOCK, name: str = "") -> OrderReader:
    """Return the reader of a file's rows; the libraries of rarer formats are loaded for them alone."""
    if isinstance(spec, ExcelRows):
        from cdp_pipelines.formats.workbook import WorkbookReader

        return WorkbookReader(path, spec, block_size)
    if isinstance(spec, JsonItems):
        from cdp_pipelines.formats.json_rows import JsonRowsReader

        return JsonRowsReader(path, spec, block_size, name)
    return CsvReader(path, spec, block_size, name)
