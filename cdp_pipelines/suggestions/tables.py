"""Rows of a sample -> its columns: which row holds the names, and what stands below them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.header import header_of
from cdp_pipelines.formats.rows import DELIMITER, Row, record_of
from cdp_pipelines.suggestions.headers import known_words
from cdp_pipelines.suggestions.shapes import Column

MOST_ROWS = 5000
"""Rows that are looked at."""
_FURTHEST = 40
"""Rows from the top among which the names are looked for."""
_LONGEST = 200
"""Characters by which a cell is told."""
_VALUE = re.compile(r"[^@\s]+@[^@\s]+\.\w+|[-+]?[\d.,:/ €$£%-]*\d[\d.,:/ €$£%-]*|https?://.*|[0-9a-f]{32,64}")


@dataclass(frozen=True)
class Table:
    """The columns of a sample.

    Attributes:
        columns: Those that have a name, with their cells.
        header_line: The line to name in `format.header_line`; 1 where nothing but blank lines is above the names.
        rows: How many rows were looked at.
    """

    columns: tuple[Column, ...]
    header_line: int
    rows: int


def table_of(rows: Sequence[Row], comment: str = "") -> Table:
    """Find the names of the columns and take the rows apart.

    Args:
        rows: The first rows of the file, none of them blank.
        comment: What begins rows that are none, if anything does.

    Raises:
        FileError: There are no names, or they cannot be those of an import.
    """
    rows = [row for row in rows if not (comment and row.cells and row.cells[0].startswith(comment))]
    if not rows:
        raise FileError("EMPTY_FILE", "the file is empty: check the export")
    place = _header_place(rows)
    names = list(rows[place].cells)
    header_of(record_of(names), 1, DELIMITER, rows[place].fault)
    _check_names(names)
    below = [row for row in rows[place + 1 :] if not row.fault][:MOST_ROWS]
    columns = [
        Column(name, tuple(row.cells[number] if number < len(row.cells) else "" for row in below))
        for number, name in enumerate(names)
        if name
    ]
    return Table(tuple(columns), rows[place].line if place else 1, len(below))


def _header_place(rows: Sequence[Row]) -> int:
    """Return the first row that is as wide as the table and holds names; a later one if it has more known names."""
    width = max(len(row.cells) for row in rows[: 4 * _FURTHEST])
    best, place = -1.0, 0
    for number, row in enumerate(rows[:_FURTHEST]):
        filled = [cell.strip() for cell in row.cells if cell.strip()]
        if len(filled) < max(1, min(width, _usual(rows)) * 0.6):
            continue
        known = sum(known_words(cell) > 0 for cell in filled)
        values = sum(map(_is_value, filled))
        worth = known - 2 * values - (len(filled) - len(set(filled))) - number * 0.01
        if worth > best + 0.5 or best == -1.0:
            best, place = worth, number
    return place


def _is_value(cell: str) -> bool:
    return bool(_VALUE.fullmatch(cell[:_LONGEST]))


def _usual(rows: Sequence[Row]) -> int:
    widths = [len([cell for cell in row.cells if cell.strip()]) for row in rows[: 4 * _FURTHEST]]
    return sorted(widths)[len(widths) // 2]


def _check_names(names: Sequence[str]) -> None:
    filled = [name.strip() for name in names if name.strip()]
    values = sum(map(_is_value, filled))
    if values * 2 >= len(filled) or any("@" in name and _is_value(name) for name in filled):
        message = "no row holds names of columns, only values: write them on the first line of the file"
        raise FileError("MALFORMED_HEADER", message, line=1)
