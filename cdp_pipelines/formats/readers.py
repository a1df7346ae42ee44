"""Which reader reads which format of orders: all of them hand out plain CSV in blocks."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from cdp_pipelines.formats.header import Header
from cdp_pipelines.formats.records import BLOCK, Block, CsvReader
from cdp_pipelines.formats.spec import Csv, ExcelRows, JsonItems
from cdp_pipelines.issues import Notice


class OrderReader(Protocol):
    """Reads a file of rows once, from start to end; a context manager that knows the header when it is entered."""

    header: Header

    @property
    def encoding(self) -> str:
        """The encoding that was read."""
        ...

    @property
    def compression(self) -> str:
        """How the file is packed."""
        ...

    @property
    def bytes_read(self) -> int:
        """Bytes of the file as it lies on disk that were read so far."""
        ...

    @property
    def warnings(self) -> list[Notice]:
        """What was found so far that does not stop the reading."""
        ...

    def blocks(self) -> Iterator[Block]:
        """Yield the rows; can be run once."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None, /
    ) -> None: ...


def reader_for(path: Path, spec: Csv | ExcelRows | JsonItems, block_size: int = BLOCK, name: str = "") -> OrderReader:
    """Return the reader of a file's rows; the libraries of rarer formats are loaded for them alone."""
    if isinstance(spec, ExcelRows):
        from cdp_pipelines.formats.workbook import WorkbookReader

        return WorkbookReader(path, spec, block_size)
    if isinstance(spec, JsonItems):
        from cdp_pipelines.formats.json_rows import JsonRowsReader

        return JsonRowsReader(path, spec, block_size, name)
    return CsvReader(path, spec, block_size, name)
