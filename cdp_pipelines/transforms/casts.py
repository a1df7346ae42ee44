"""Casts of columns (D7, K-134 to K-139): text, integers, floats and booleans, each to each.

| value | string | integer | float | bool |
|---|---|---|---|---|
| "2.4" | "2.4" | 2 | 2.4 | true |
| "0" | "0" | 0 | 0.0 | false |
| "car" | "car" | error | error | error |
| "false" | "false" | error | error | false |
| 3.8 | "3.8" | 3 | 3.8 | true |

A number is written in digits with a point, a sign or an exponent; blanks around it do not count. Arrow's kernels read
what is plain; the few texts that are not are read one by one, each different one once.
"""

import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

NUMBER = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?"
_NUMBER = re.compile(NUMBER, re.ASCII)
_PLAIN = r"\A[+-]?\d{1,18}(\.\d*)?\z"
_NOT_ZERO = r"\A[+-]?[0.]*[1-9]"
_BLANKS = " \t"
_INT64 = range(-(2**63), 2**63)


def cast(column: pa.Array, to: str) -> pa.Array:
    """Return a column as `string`, `integer`, `float` or `bool`; what cannot be read is null, as is what was null."""
    return _CASTS[to](column)


def by_value(column: pa.Array, change: Callable[[Any], Any], into: pa.DataType) -> pa.Array:
    """Return a column of what a function makes of its values, called once for each different one."""
    encoded = column.dictionary_encode()
    changed = pa.array([change(value) for value in encoded.dictionary.to_pylist()], into)
    return changed.take(encoded.indices)


def to_text(column: pa.Array) -> pa.Array:
    """Return values as text: floats in their shortest form, booleans as true and false."""
    if pa.types.is_floating(column.type):
        return by_value(column, repr, pa.string())
    return pc.cast(column, pa.string())


def to_float(column: pa.Array) -> pa.Array:
    """Return values as floats."""
    if pa.types.is_boolean(column.type):
        return pa.nulls(len(column), pa.float64())
    if not pa.types.is_string(column.type):
        return pc.cast(column, pa.float64(), safe=False)
    return _read(column, lambda plain: pc.cast(plain, pa.float64()), _float, pa.float64())


def to_integer(column: pa.Array) -> pa.Array:
    """Return values as integers of 64 bits, cut towards zero."""
    if pa.types.is_boolean(column.type):
        return pa.nulls(len(column), pa.int64())
    if pa.types.is_floating(column.type):
        return by_value(column, _cut, pa.int64())
    if not pa.types.is_string(column.type):
        return column
    return _read(column, _without_fraction, _integer, pa.int64())


def to_bool(column: pa.Array) -> pa.Array:
    """Return values as booleans: the words true and false in any case, and numbers, of which 0 alone is false."""
    if pa.types.is_boolean(column.type):
        return column
    if not pa.types.is_string(column.type):
        return pc.not_equal(column, 0)
    text = pc.utf8_trim(column, _BLANKS)
    word = pc.utf8_lower(text)
    number = pc.match_substring_regex(text, rf"\A{NUMBER}\z")
    found = pc.if_else(number, pc.match_substring_regex(text, _NOT_ZERO), None)
    return pc.if_else(pc.is_in(word, pa.array(["true", "false"])), pc.equal(word, "true"), found)


_CASTS: dict[str, Callable[[pa.Array], pa.Array]] = {
    "string": to_text,
    "integer": to_integer,
    "float": to_float,
    "bool": to_bool,
}


def _read(
    column: pa.Array, kernel: Callable[[pa.Array], pa.Array], one: Callable[[str], Any], into: pa.DataType
) -> pa.Array:
    """Read plain numbers by a kernel, and other texts one by one."""
    text = pc.utf8_trim(column, _BLANKS)
    plain = pc.match_substring_regex(text, _PLAIN)
    found = kernel(pc.utf8_ltrim(pc.if_else(plain, text, None), "+"))
    others = pc.if_else(plain, None, text)
    if others.null_count == len(others):
        return found
    return pc.coalesce(found, by_value(others, one, into))


def _without_fraction(plain: pa.Array) -> pa.Array:
    return pc.cast(pc.replace_substring_regex(plain, r"\..*", ""), pa.int64())


def _float(text: str | None) -> float | None:
    if text is None or not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    return number if math.isfinite(number) else None


def _integer(text: str | None) -> int | None:
    if text is None or not _NUMBER.fullmatch(text):
        return None
    return _within(int(Decimal(text)))


def _cut(number: float | None) -> int | None:
    return None if number is None or not math.isfinite(number) else _within(int(number))


def _within(number: int) -> int | None:
    return number if number in _INT64 else None
