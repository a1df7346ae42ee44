"""JSON lines -> rows of text, a row per line item; what is nested is named by its dotted path.

JSON has types of its own, and they only say how to write a value: numbers exactly as they are, true and false as
words, null as an empty cell, a list of plain values joined by semicolons, as lists stand in CSV.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.entries import Entry
from cdp_pipelines.formats.header import MOST_COLUMNS, Header, header_of
from cdp_pipelines.formats.json_lines import JsonLinesReader, LongNumber
from cdp_pipelines.formats.reading import Around
from cdp_pipelines.formats.records import BLOCK, Block
from cdp_pipelines.formats.rows import DELIMITER, Row, blocks_of, record_of
from cdp_pipelines.formats.spec import JsonItems

BETWEEN = ";"
"""What stands between the values of a list in a cell."""


class JsonRowsReader(Around[JsonLinesReader]):
    """Reads a file of JSON lines; a context manager that knows all keys of the file when it is entered.

    The file is read twice, first for its keys: an object may leave out what another one has.

    Attributes:
        header: The keys in the order in which they come up.
        encoding: Always UTF-8.

    Raises:
        FileError: On entering and while reading, whatever makes the whole file unusable.
    """

    header: Header

    def __init__(self, path: Path, spec: JsonItems, block_size: int = BLOCK, name: str = "") -> None:
        self._path, self._spec, self._block_size, self._name = path, spec, block_size, name

    def __enter__(self) -> Self:
        with self._open() as lines:
            self.header = _header(_of_items(lines.entries(), self._spec.ITEMS))
        self._reader = self._open()
        return self

    def _open(self) -> JsonLinesReader:
        return JsonLinesReader(self._path, self._spec.compression, self._name, self._spec.limits)

    def blocks(self) -> Iterator[Block]:
        """Yield the objects as blocks of CSV; can be run once.

        Raises:
            FileError: The rest of the file cannot be read.
        """
        columns, entries = self.header.columns, _of_items(self._reader.entries(), self._spec.ITEMS)
        return blocks_of((_row(entry, columns) for entry in entries), self._block_size)


def _of_items(entries: Iterator[Entry], items: str) -> Iterator[Entry]:
    """Yield an entry for each object in the list that an entry has under a key, with all that it says besides."""
    for entry in entries:
        listed = entry.values.get(items) if items else None
        if isinstance(listed, list) and listed and all(isinstance(one, dict) for one in listed):
            yield from (replace(entry, values=entry.values | {items: one}) for one in listed)
        else:
            yield entry


def _header(entries: Iterator[Entry]) -> Header:
    keys: dict[str, None] = {}
    some = False
    for entry in entries:
        some = True
        keys.update(dict.fromkeys(_flat(entry.values)))
        if len(keys) > MOST_COLUMNS:
            message = f"the objects have more than {MOST_COLUMNS:,} keys: give all objects the same keys"
            raise FileError("TOO_MANY_COLUMNS", message, entry.line)
    if not some:
        raise FileError("EMPTY_FILE", "the file is empty: check the export")
    if not keys:
        raise FileError("MALFORMED_HEADER", "no line holds a JSON object with a key: write one object per line")
    return header_of(record_of(tuple(keys)), 1, DELIMITER, None)


def _row(entry: Entry, columns: tuple[str, ...]) -> Row:
    if entry.fault:
        # The text is one cell too many, which is where the quarantine keeps what has no column.
        return Row(entry.line, ("",) * len(columns) + (entry.raw,), entry.fault)
    flat = _flat(entry.values)
    nested = any(isinstance(each, dict | list) for value in flat.values() if isinstance(value, list) for each in value)
    cells = [_text(flat.get(name)) for name in columns]
    return Row(entry.line, cells, "NESTED_LIST" if nested else None)


def _flat(values: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Return all values that are no objects by their dotted paths."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{above}{key}.")
        else:
            found[above + key] = value
    return found


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{Decimal(value.digits if isinstance(value, LongNumber) else repr(value)):f}"
    if isinstance(value, list):
        return BETWEEN.join(_text(each) for each in value if not isinstance(each, dict | list))
    return str(value)
