"""Columns of a frame to JSON text, one value per row, built by Arrow's string kernels.

The text is canonical: keys by length, then by bytes (the order in which Postgres' jsonb keeps them), empty fields left
out. So equal content is equal text.
"""

import json
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""A NUL in JSON, which Postgres cannot store; an even number of backslashes before it are backslashes themselves."""

Parts = tuple[str | pa.Array, ...]
"""A JSON value of each row, in pieces that are yet to be joined; null where an array is."""


def object_of(fields: Sequence[tuple[str, Parts]]) -> pa.Array:
    """Join fields to JSON objects, leaving out what is null; all in one pass, for this is where a first load works."""
    ordered = sorted(fields, key=lambda field: key_order(field[0]))
    pieces = [piece for name, parts in ordered for piece in _member(name, parts)]
    if isinstance(pieces[0], str):  # the first field is always there: its comma goes here, once for all rows
        return _joined("{", pieces[0][1:], *pieces[1:], "}")
    return _joined("{", pc.utf8_slice_codeunits(_joined(*pieces), 1), "}")


def _member(name: str, parts: Parts) -> Parts:
    """Return `,"name":value`, or nothing in rows where the value is null."""
    key = "," + json.dumps(name, ensure_ascii=False) + ":"
    if any(part.null_count for part in parts if not isinstance(part, str)):
        return (pc.coalesce(_joined(key, *parts), ""),)
    return key, *parts


def _joined(*pieces: str | pa.Array) -> pa.Array:
    """Join pieces row by row, neighbouring texts first."""
    merged: list[str | pa.Array] = []
    for piece in pieces:
        if merged and isinstance(piece, str) and isinstance(merged[-1], str):
            merged[-1] += piece
        else:
            merged.append(piece)
    return pc.binary_join_element_wise(*merged, "")


def key_order(key: str) -> tuple[int, bytes]:
    """Return what jsonb sorts keys by: length in bytes, then bytes."""
    octets = key.encode()
    return len(octets), octets


def string(cells: pa.Array) -> Parts:
    """Return text as JSON."""
    return '"', _escaped(cells), '"'


def _escaped(cells: pa.Array) -> pa.Array:
    data = cells.buffers()[2]
    if data is None or not _needs_escapes(data.to_pybytes()):
        return cells
    return _by_value(cells, lambda cell: json.dumps(cell, ensure_ascii=False)[1:-1])


def _needs_escapes(octets: bytes) -> bool:
    if b'"' in octets or b"\\" in octets:
        return True
    return len(octets) > 0 and int(np.frombuffer(octets, np.uint8).min()) < 32


def _by_value(cells: pa.Array, change: Callable[[str], str | None]) -> pa.Array:
    encoded = cells.dictionary_encode()
    changed = pa.array([change(cell) for cell in encoded.dictionary.to_pylist()], pa.string())
    return changed.take(encoded.indices)


def split_list(cell: str) -> list[str]:
    """Return the entries of a `;` list, trimmed, without empty ones (K-044, K-055)."""
    return [entry.strip() for entry in cell.split(";") if entry.strip()]


def json_lists(cells: pa.Array) -> pa.Array:
    """Return lists in text as JSON; one without entries is null."""
    return _by_value(cells, _json_list)


def _json_list(cell: str) -> str | None:
    entries = split_list(cell)
    return json.dumps(entries, ensure_ascii=False, separators=(",", ":")) if entries else None


class Number(str):
    """A JSON number as its text, so that no digit is lost."""

    __slots__ = ()


def write(value: Any) -> str:
    """Return the canonical text of a value, the same that is built for columns."""
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: key_order(member[0]))
        return "{" + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{write(part)}" for key, part in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(write, value)) + "]"
    if isinstance(value, float):
        return decimal(value)
    return value if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)


def decimal(value: float) -> str:
    """Return a float without exponent and without zeros at its end."""
    text = f"{Decimal(repr(value)):f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-0", "0", 1 if not value else 0)
