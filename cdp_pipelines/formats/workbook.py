"""An Excel workbook -> the rows of one of its sheets as text, under the sheet's own row numbers.

Excel keeps numbers in 15 digits. A longer one was rounded when somebody opened or saved the file, so a row that holds
one is refused: two order ids may have become one. Formulas give the value that was stored with them.
"""

import re
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Self

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.archive import FAULTS, open_archive
from cdp_pipelines.formats.cells import SHORTENED
from cdp_pipelines.formats.header import Header, header_of
from cdp_pipelines.formats.octets import Limits
from cdp_pipelines.formats.records import BLOCK, Block
from cdp_pipelines.formats.rows import DELIMITER, Row, blocks_of, record_of
from cdp_pipelines.formats.spec import ExcelRows
from cdp_pipelines.issues import Notice

ROUNDED = 10**15
"""From here on a number has more digits than Excel keeps."""
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Begins the files of Excel before 2007, and all that are protected by a password."""
_SHORTENED = re.compile(SHORTENED)
_CHUNK = 1 << 20
_OVERLAP = 40
_ERROR = b' t="e"'
_CELL = re.compile(rb"""\sr=["']([A-Z]{1,3})([0-9]{1,7})["']""")

Value = int | float | str | bool | time | date | datetime | timedelta


class WorkbookReader:
    """Reads one sheet of a workbook; a context manager that has read the header when it is entered.

    Attributes:
        header: The column names.
        encoding: That of the XML inside.
        compression: How a workbook is packed.
        bytes_read: Bytes of the file read so far; a workbook is read at once.

    Raises:
        FileError: On entering, whatever makes the whole file unusable.
    """

    header: Header
    encoding = "utf-8"
    compression = "zip"

    def __init__(self, path: Path, spec: ExcelRows, block_size: int = BLOCK) -> None:
        self._path, self._spec, self._block_size = path, spec, block_size
        self._stack = ExitStack()
        self.bytes_read = 0

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._error_cells = _verify(self._path, self._spec.limits, self._spec.max_cells)
            rows = enumerate(_sheet(self._path, self._spec, stack).iter_rows(), start=1)
            self._rows = ((line, values) for line, values in rows if line >= self._spec.header_line)
            self.header = self._read_header()
            self.bytes_read = self._path.stat().st_size
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stack.close()

    @property
    def warnings(self) -> list[Notice]:
        """What was found that does not stop the reading."""
        found = []
        if self._error_cells:
            message = f"the workbook has {self._error_cells:,} cells with an error like #N/A, which are read as empty"
            found.append(Notice("ERROR_CELLS", None, message))
        if places := self.header.unnamed:
            numbers = ", ".join(map(str, places[:10]))
            message = f"columns without a name are ignored: number {numbers} of the header"
            found.append(Notice("UNNAMED_COLUMN", None, message, (self.header.line,)))
        return found

    def blocks(self) -> Iterator[Block]:
        """Yield the rows below the header as blocks of CSV; can be run once."""
        width = len(self.header.columns)
        return blocks_of((_row(line, values, width) for line, values in self._rows), self._block_size)

    def _read_header(self) -> Header:
        for line, values in self._rows:
            names = [_text(value).strip() for value in values]
            while names and not names[-1]:
                names.pop()
            if names:
                header = header_of(record_of(names), 1, DELIMITER, None)
                return Header(header.columns, header.raw, 1, line)
        raise FileError("EMPTY_FILE", "the sheet is empty: check the export, or name another one in format.sheet")


def first_rows(path: Path, spec: ExcelRows, most: int) -> list[Row]:
    """Return the first rows of a sheet as text, whatever is in them: for those who look for its header.

    Raises:
        FileError: What makes the whole file unusable.
    """
    _verify(path, spec.limits, spec.max_cells)
    with ExitStack() as stack:
        rows = enumerate(_sheet(path, spec, stack).iter_rows(), start=1)
        return [_row(line, values, 0) for line, values in islice(rows, most)]


def _sheet(path: Path, spec: ExcelRows, stack: ExitStack) -> CalamineSheet:
    try:
        workbook = stack.enter_context(CalamineWorkbook.from_path(path))
        names = workbook.sheet_names
        known = spec.sheet in names if isinstance(spec.sheet, str) else spec.sheet <= len(names)
        if not known:
            raise FileError("NO_SUCH_SHEET", _no_such_sheet(spec.sheet, len(names)))
        name = spec.sheet if isinstance(spec.sheet, str) else names[spec.sheet - 1]
        return workbook.get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError):
        raise _damaged() from None


def _no_such_sheet(sheet: str | int, count: int) -> str:
    which = f"named {sheet!r}" if isinstance(sheet, str) else f"number {sheet}"
    return f"the workbook has no sheet {which} among its {count}: set format.sheet to a name or number that it has"


def _row(line: int, values: list[Value], width: int) -> Row:
    cells = [_text(value) for value in values]
    while len(cells) > width and not cells[-1]:
        cells.pop()
    rounded = any(_is_rounded(value) for value in values)
    return Row(line, cells + [""] * (width - len(cells)), "NUMBER_ROUNDED" if rounded else None)


def _is_rounded(value: Value) -> bool:
    if isinstance(value, str):
        return "E+" in value and bool(_SHORTENED.fullmatch(value.strip()))
    return isinstance(value, int | float) and abs(value) >= ROUNDED


def _text(value: Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        return _to_the_millisecond(value).isoformat()
    return str(value) if isinstance(value, timedelta) else value.isoformat()


def _number(value: float) -> str:
    """Write a number with the 15 digits that Excel knows of it, never with an exponent."""
    text = f"{value:.15g}"
    return f"{Decimal(text):f}" if "e" in text else text


def _to_the_millisecond(moment: datetime) -> datetime:
    """Round what a day's fraction cannot hold exactly: 05:00 is stored as 0.208333333333333."""
    rounded = moment + timedelta(microseconds=500)
    return rounded.replace(microsecond=rounded.microsecond // 1000 * 1000)


def _verify(path: Path, limits: Limits, max_cells: int) -> int:
    """Unpack a workbook once without keeping it, so that no bomb gets to the reader, which unpacks all at once.

    Returns:
        How many cells hold an error, which the reader does not tell from empty ones.
    """
    with path.open("rb") as file:
        head = file.read(len(OLD))
        if not head:
            raise FileError("EMPTY_FILE", "the file is empty: check the export")
        if head == OLD:
            message = "the workbook is protected by a password or older than Excel 2007: save it as xlsx without one"
            raise FileError("WORKBOOK_PROTECTED", message)
        if not head.startswith(b"PK"):
            message = "the file is no Excel workbook: set format.kind to what it is, or export it as xlsx"
            raise FileError("NOT_A_WORKBOOK", message)
        try:
            return _unpack(open_archive(file), path.stat().st_size, limits, max_cells)
        except FAULTS:
            raise _damaged() from None


def _unpack(archive: zipfile.ZipFile, packed: int, limits: Limits, max_cells: int) -> int:
    unpacked, errors = 0, 0
    for entry in archive.infolist():
        is_sheet = entry.filename.startswith("xl/worksheets/")
        rows, columns, tail = 0, 0, b""
        with archive.open(entry) as member:
            while chunk := member.read(_CHUNK):
                unpacked += len(chunk)
                limits.check(unpacked, packed)
                if is_sheet:
                    rows, columns = _corner(tail + chunk, rows, columns)
                    errors += (tail + chunk).count(_ERROR) - tail.count(_ERROR)
                    tail = chunk[-_OVERLAP:]
        if rows * columns > max_cells:
            message = (
                f"a sheet spans {rows:,} rows and {columns:,} columns, more than {max_cells:,} cells: delete what "
                "stands far from the table, export it as CSV, or raise format.max_cells"
            )
            raise FileError("SHEET_TOO_LARGE", message)
    return errors


def _corner(xml: bytes, rows: int, columns: int) -> tuple[int, int]:
    """Return the last row and column that a piece of a sheet's XML names, or those known before."""
    found = _CELL.findall(xml)
    last_row = max(map(int, {row for _, row in found}), default=0)
    last_column = max(map(_column_number, {letters for letters, _ in found}), default=0)
    return max(rows, last_row), max(columns, last_column)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _damaged() -> FileError:
    return FileError("WORKBOOK_DAMAGED", "the workbook is damaged or cut: transfer it again, or save it anew in Excel")
