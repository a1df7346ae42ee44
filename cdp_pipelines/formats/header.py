"""The header of a CSV file: its names, and what makes it unusable. Which columns a format needs is not known here."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.cells import cells, without_line_end

MOST_COLUMNS = 2000
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?", re.ASCII)
DELIMITERS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a vertical bar"}


@dataclass(frozen=True)
class Header:
    """A file's column names.

    Attributes:
        columns: The names in the file's order, as they stand there; unnamed columns are "".
        raw: The header's bytes as UTF-8 with its quotes, without its line end.
        lines: How many physical lines it takes.
        line: Physical line on which it begins.
    """

    columns: tuple[str, ...]
    raw: bytes
    lines: int
    line: int = 1

    @property
    def is_data(self) -> bool:
        """Whether it looks like a row of data, whose cells must not be shown: a number or an @ is among its cells."""
        return any("@" in name or _NUMBER.fullmatch(name) for name in self.columns)

    @property
    def unnamed(self) -> tuple[int, ...]:
        """Positions, from 1, of the columns without a name."""
        return tuple(place for place, name in enumerate(self.columns, 1) if not name)


def header_of(record: bytes, lines: int, delimiter: str, damage: str | None) -> Header:
    """Read a header from the first record of a file.

    Args:
        record: The record's bytes.
        lines: How many physical lines it takes.
        delimiter: The character between two cells.
        damage: What is wrong with the record, as in `Borders.damaged`.

    Raises:
        FileError: It cannot be used: CR_LINE_ENDS, MALFORMED_HEADER, WRONG_DELIMITER, TOO_MANY_COLUMNS or
            DUPLICATE_COLUMN.
    """
    if damage:
        raise _damaged(damage)
    raw = without_line_end(record)
    columns = tuple(cells(raw, delimiter))
    if len(columns) > MOST_COLUMNS:
        message = f"the header has more than {MOST_COLUMNS:,} columns: check the delimiter and the export"
        raise FileError("TOO_MANY_COLUMNS", message, line=1)
    if len(columns) == 1:
        _check_delimiter(raw, delimiter)
    if not any(columns):
        raise FileError("MALFORMED_HEADER", "no column has a name: write the header on the file's first line", line=1)
    header = Header(columns, raw, lines)
    _check_duplicates(header)
    return header


def did_you_mean(name: str, candidates: Iterable[str], cutoff: float = 0.8) -> str | None:
    """Find the candidate that a misspelt name stands for, first one that differs in case or outer spaces alone.

    `cutoff` is how alike others must be, from 0 to 1.
    """
    folded = {candidate.strip().casefold(): candidate for candidate in candidates}
    wanted = name.strip().casefold()
    close = [wanted] if wanted in folded else difflib.get_close_matches(wanted, folded, n=1, cutoff=cutoff)
    return folded[close[0]] if close else None


def _damaged(damage: str) -> FileError:
    if damage == "LONE_CR":
        message = "the lines end in a carriage return alone: save the file with LF or CRLF line ends"
        return FileError("CR_LINE_ENDS", message, line=1)
    what = "a NUL byte" if damage == "NUL_BYTE" else "text after a closing quote"
    return FileError("MALFORMED_HEADER", f"the header has {what}: correct it", line=1)


def _check_delimiter(raw: bytes, delimiter: str) -> None:
    counts = {other: len(cells(raw, other)) for other in DELIMITERS if other != delimiter}
    likely = max(counts, key=counts.__getitem__)
    if counts[likely] > 1:
        names = f"{DELIMITERS[likely]}, not {DELIMITERS.get(delimiter, repr(delimiter))}"
        message = f"the header's columns are separated by {names}: set format.delimiter to {likely!r}"
        raise FileError("WRONG_DELIMITER", message, line=1)


def _check_duplicates(header: Header) -> None:
    seen: dict[str, int] = {}
    for place, name in enumerate(header.columns, 1):
        first = seen.setdefault(name, place)
        if name and first != place:
            raise _duplicate(header, name, first, place)


def _duplicate(header: Header, name: str, first: int, second: int) -> FileError:
    if header.is_data:
        message = f"cells {first} and {second} of the first line are the same: write the header on the first line"
        return FileError("DUPLICATE_COLUMN", message, line=1)
    message = f"the column {name!r} stands twice in the header: keep one"
    return FileError("DUPLICATE_COLUMN", message, line=1, column=name)
