"""A batch of records: known columns as text, all others as one JSON object per row.

Files of rows and files of objects become the same batches. Only here it matters that a file of rows has nothing but
text, while objects have values with types, which attributes keep (D12).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from cdp_pipelines.formats.json_text import NUL, Parts, decimal, json_lists, object_of, string, write
from cdp_pipelines.schemas.columns import Column
from cdp_pipelines.transforms.casts import by_value, to_text

Fault = tuple[str, str | None]
"""The code of an issue and the column to blame."""

Raws = Callable[[Sequence[int]], list[dict[str, Any]]]
"""Returns what stands in the file for some rows."""


@dataclass(frozen=True)
class Batch:
    """Records on their way to the store.

    Attributes:
        lines: The physical line of each.
        cells: Known columns that there are, as text; null = empty, lists as JSON.
        attributes: All other columns of each record, as a JSON object.
        raws: What stands in the file.
        faults: What was found already, by row.
        spoilt: Cells that are empty because they could not be read, by row and column.
    """

    lines: np.ndarray
    cells: Mapping[str, pa.Array]
    attributes: pa.Array
    raws: Raws
    faults: Mapping[int, list[Fault]] = field(default_factory=dict)
    spoilt: Collection[tuple[int, str]] = frozenset()


@dataclass(frozen=True)
class Unreadable:
    """A row that cannot be read as one."""

    line: int
    code: str
    raw: Mapping[str, Any]


@dataclass(frozen=True)
class Piece:
    """Some rows of a file: those that can be read, and the others; `filtered` were left out by steps."""

    batch: Batch | None
    unreadable: list[Unreadable] = field(default_factory=list)
    filtered: int = 0

    @property
    def rows(self) -> int:
        """How many rows of the file it takes."""
        return (len(self.batch.lines) if self.batch else 0) + len(self.unreadable) + self.filtered


def known_cells(columns: Mapping[str, pa.Array], known: Sequence[Column]) -> dict[str, pa.Array]:
    """Return the known ones of a file's columns, as text."""
    there = [column for column in known if column.name in columns]
    texts = {column.name: to_text(columns[column.name]) for column in there}
    return texts | {column.name: json_lists(texts[column.name]) for column in there if column.type == "list"}


def attributes_of_columns(columns: Mapping[str, pa.Array], known: Sequence[Column], rows: int) -> pa.Array:
    """Return the columns that are not known as an object per row; those that a step cast are no texts there."""
    names = {column.name for column in known}
    others = [(name, _json(values)) for name, values in columns.items() if name not in names]
    return object_of(others) if others else pa.repeat("{}", rows)


def _json(values: pa.Array) -> Parts:
    if pa.types.is_string(values.type):
        return string(values)
    if pa.types.is_floating(values.type):
        return (by_value(values, lambda value: None if value is None else decimal(value), pa.string()),)
    return (to_text(values),)


class Objects:
    """What objects say, taken apart into cells and attributes.

    Args:
        objects: Fields by name.
        known: The columns of the kind.
    """

    def __init__(self, objects: Sequence[Mapping[str, Any]], known: Sequence[Column]) -> None:
        self.faults: dict[int, list[Fault]] = {}
        self._objects = objects
        names = {column.name for column in known}
        self.cells = {column.name: self._column(column) for column in known}
        texts = [
            write({key: value for key, value in one.items() if key not in names and value not in (None, "")})
            for one in objects
        ]
        self.attributes = pa.array(texts, pa.string())
        for row, text in enumerate(texts):
            if "\\u0000" in text and NUL.search(text):
                self._blame(row, "NUL_BYTE", None)

    def _column(self, column: Column) -> pa.Array:
        is_list = column.type == "list"
        read = _list_text if is_list else _text
        found: list[str | None] = []
        for row, one in enumerate(self._objects):
            try:
                found.append(read(one.get(column.name)))
            except TypeError:
                found.append(None)
                self._blame(row, "NOT_A_LIST" if is_list else "NESTED_VALUE", column.name)
            if (text := found[-1]) and (NUL.search(text) if is_list else "\0" in text):
                self._blame(row, "NUL_BYTE", column.name)
        return pa.array(found, pa.string())

    def _blame(self, row: int, code: str, column: str | None) -> None:
        self.faults.setdefault(row, []).append((code, column))


def _text(value: Any) -> str | None:
    """Return a value as a cell; null and the empty text are an empty one."""
    if isinstance(value, dict | list):
        raise TypeError
    if value is None or isinstance(value, str):
        return value or None
    return write(value)


def _list_text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise TypeError
    return write(value) if value else None
