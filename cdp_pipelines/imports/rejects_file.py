"""Rejected rows as a CSV file for people: what is wrong with each, and its cells as they came."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TextIO

Row = Mapping[str, Any]
_OWN = ("line", "item_id", "code", "column", "message")
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?", re.ASCII)


def write_rejects(rejects: Callable[[], Iterable[Row]], target: TextIO, known: Sequence[str] = ()) -> int:
    """Write rejected rows, one per line, and return how many there are.

    The columns are ours (line, item_id, code, column, message) and then the file's own; one of the file's that is named
    like one of ours gets `raw ` before its name.

    Args:
        rejects: Gives the rows, each time from the beginning: the first pass collects the columns.
        target: File opened with newline="".
        known: Columns in the order that people know them by; the store does not keep the file's own.
    """
    found = dict.fromkeys(name for row in rejects() for name in row["raw"] or ())
    columns = [*(name for name in known if name in found), *sorted(found.keys() - set(known))]
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow([*_OWN, *map(_heading, columns)])
    written = 0
    for row in rejects():
        writer.writerow(_cells(row, columns))
        written += 1
    return written


def _heading(column: str) -> str:
    if not column:
        return "raw cells beyond the header"
    return guarded(f"raw {column}" if column in _OWN else column)


def _cells(row: Row, columns: list[str]) -> Iterator[str]:
    raw = row["raw"] or {}
    for value in [*(row[name] for name in _OWN), *(raw.get(column) for column in columns)]:
        yield guarded(_text(value))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: `'` before = + - @ TAB CR, unless it is a number."""
    return f"'{cell}" if cell[:1] in set("=+-@\t\r\0") and not _NUMBER.fullmatch(cell) else cell
