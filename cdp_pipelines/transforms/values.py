"""Transformations of values, which rename and copy may carry (K-128 to K-139): one column in, one out."""

import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.transforms.casts import by_value, cast, to_text
from cdp_pipelines.transforms.decimals import plain_numbers
from cdp_pipelines.transforms.moments import read_moments
from cdp_pipelines.transforms.patterns import read_pattern
from cdp_pipelines.transforms.spec import MapEntry, Scalar, Transform

ARROW = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}
"""What holds a column of values of one type."""


@dataclass(frozen=True)
class Changed:
    """A column with changed values; `wrong` are the rows that could not be read, `code` says why."""

    cells: pa.Array
    wrong: np.ndarray
    code: str


def change(cells: pa.Array, step: Transform, zone: tzinfo, on_cast_error: str) -> Changed:
    """Do a step's transformations of values, in the order of `spec.VALUE_KEYS`.

    Args:
        cells: The column; in text columns an empty cell is null, and stays so unless there is a default.
        step: A rename or copy.
        zone: Zone of times that state none.
        on_cast_error: What happens to what cannot be read where the step does not say so itself.
    """
    cells = _trimmed(cells, step)
    if step.map is not None:
        cells = mapped(cells, step.map)
    read = _read(cells, step, zone)
    wrong = np.flatnonzero(np.asarray(pc.and_(cells.is_valid(), read.is_null())))
    if (step.on_cast_error or on_cast_error) == "null":
        wrong = wrong[:0]
    if step.hash:
        read = _hashed(to_text(read), step.key)
    return Changed(read, wrong, "TIMESTAMP_FAILED" if step.timestamp else "CAST_FAILED")


def filled(cells: pa.Array, default: Scalar, rows: np.ndarray | None) -> pa.Array:
    """Return a column with a default in its empty cells, in the given rows only (a mask) if any are given."""
    kind = ARROW[type(default)]
    if cells.type != kind:
        cells, default = to_text(cells), to_text(pa.array([default], kind))[0].as_py()
    full = pc.fill_null(cells, pa.scalar(default, cells.type))
    return full if rows is None else pc.if_else(pa.array(rows), full, cells)


def constant(value: Scalar, rows: int) -> pa.Array:
    """Return a column of one value."""
    if value is None or value == "":
        return pa.nulls(rows, pa.string())
    return pa.repeat(pa.scalar(value, ARROW[type(value)]), rows)


def without_empty(cells: pa.Array) -> pa.Array:
    """Return a column in which an empty text is null, as it is when a file is read."""
    return pc.if_else(pc.equal(cells, ""), None, cells) if pa.types.is_string(cells.type) else cells


def _trimmed(cells: pa.Array, step: Transform) -> pa.Array:
    if pa.types.is_string(cells.type):
        cells = pc.utf8_trim_whitespace(cells) if step.trim else cells
        cells = pc.utf8_lower(cells) if step.lower else cells
    return without_empty(cells)


def mapped(cells: pa.Array, entries: Sequence[MapEntry]) -> pa.Array:
    """Return a column with some values replaced; a value of another type than an entry's is another value (K-131)."""
    text = pa.types.is_string(cells.type)
    chosen = {as_text(entry.from_): entry.to for entry in entries} if text else _of_type(cells.type, entries)
    if not chosen:
        return cells
    places = pc.index_in(cells, pa.array(list(chosen), cells.type))
    kinds = {type(to) for to in chosen.values() if to is not None}
    if text or any(ARROW[kind] != cells.type for kind in kinds):
        cells, to = to_text(cells), pa.array([as_text(to) for to in chosen.values()], pa.string())
    else:
        to = pa.array(list(chosen.values()), cells.type)
    return without_empty(pc.if_else(places.is_valid(), to.take(places), cells))


def _of_type(kind: pa.DataType, entries: Sequence[MapEntry]) -> dict[Scalar, Scalar]:
    """Return the entries whose value could stand in a column of a type."""
    return {entry.from_: entry.to for entry in entries if ARROW.get(type(entry.from_)) == kind}


def as_text(value: Scalar) -> str | None:
    """Return one value as text, as `to_text` does."""
    if value is None or isinstance(value, str):
        return value
    return to_text(pa.array([value]))[0].as_py()


def _read(cells: pa.Array, step: Transform, zone: tzinfo) -> pa.Array:
    if step.decimal and pa.types.is_string(cells.type):
        cells = plain_numbers(cells, step.decimal)
    if step.timestamp:
        return read_moments(to_text(cells), read_pattern(step.timestamp), zone)
    return cast(cells, step.cast) if step.cast else cells


def _hashed(cells: pa.Array, key: str | None) -> pa.Array:
    if key is None:
        return by_value(cells, lambda text: text and hashlib.sha256(text.encode()).hexdigest(), pa.string())
    secret = key_named(key)
    return by_value(cells, lambda text: text and hmac.digest(secret, text.encode(), "sha256").hex(), pa.string())


def key_named(variable: str) -> bytes:
    """Return the key that an environment variable holds.

    Raises:
        ConfigurationError: It is not set.
    """
    key = os.environ.get(variable)
    if not key:
        raise ConfigurationError(f"transform: {variable} is not set: set this environment variable to the hash's key")
    return key.encode()
