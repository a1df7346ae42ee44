"""Decimal numbers in text cells: strict reading, and one canonical text per value.

The text goes into documents and `numeric` columns as it is, so nothing is lost to binary floats; the float
beside it serves comparisons only. Thousands separators, currency signs, `nan` and `inf` are no numbers
(formats section 1).
"""

import re
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

INVALID = float("inf")
"""What stands in `Numbers.values` for a cell that is no number; the schema's range check refuses it."""

LARGEST = 1e18
"""Amounts from here on are refused: no order has them and sums would leave the 38 digits of the money totals."""

LONGEST = 38
"""Characters of a number in its canonical notation; a longer one is refused, since no amount needs them."""

_MONEY = pa.decimal128(38, 10)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_SIMPLE = np.zeros(256, dtype=bool)
_SIMPLE[np.frombuffer(b"0123456789.", np.uint8)] = True


@dataclass(frozen=True)
class Numbers:
    """A column of numbers: `values` as float64 (null = empty, `INVALID` = no number), `text` canonical decimals."""

    values: pa.Array
    text: pa.Array


def canonical(cell: str) -> str | None:
    """Return the one decimal notation of a number ("102.50" and "1.025e2" are "102.5"), or None if it is none."""
    cell = cell.strip(" \t")
    if not _NUMBER.fullmatch(cell):
        return None
    value = Decimal(cell)
    if value == 0:
        return "0"
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if len(text) <= LONGEST else None


def parse_numbers(cells: pa.Array) -> Numbers:
    """Read a column of cells (null = empty)."""
    if _plain(cells):
        try:
            return Numbers(pc.cast(cells, pa.float64()), _trimmed(cells))
        except pa.ArrowInvalid:
            pass  # some cell is like "1.2.3": look at each
    return _one_by_one(cells)


def _plain(cells: pa.Array) -> bool:
    """Whether all cells are short and of digits and dots, with no leading zero or dot to take away."""
    octets = _octets(cells)
    if not _SIMPLE[octets].all() or (pc.max(pc.binary_length(cells)).as_py() or 0) > LONGEST:
        return False
    zero = pc.and_(pc.starts_with(cells, "0"), pc.greater(pc.binary_length(cells), 1))
    odd = pc.or_(pc.and_not(zero, pc.starts_with(cells, "0.")), pc.starts_with(cells, "."))
    return not pc.any(odd).as_py()


def _octets(cells: pa.Array) -> np.ndarray:
    offsets, data = cells.buffers()[1:]
    if data is None or len(cells) == 0:
        return np.zeros(0, np.uint8)
    bounds = np.frombuffer(offsets, np.int32)
    return np.frombuffer(data, np.uint8)[bounds[cells.offset] : bounds[cells.offset + len(cells)]]


def _trimmed(cells: pa.Array) -> pa.Array:
    """Take trailing zeros off what has a decimal point."""
    short = pc.utf8_rtrim(pc.utf8_rtrim(cells, "0"), ".")
    return pc.if_else(pc.match_substring(cells, "."), short, cells)


def _one_by_one(cells: pa.Array) -> Numbers:
    encoded = cells.dictionary_encode()
    texts = [canonical(cell) for cell in encoded.dictionary.to_pylist()]
    values = [INVALID if text is None else float(text) for text in texts]
    return Numbers(
        pa.array(values, pa.float64()).take(encoded.indices), pa.array(texts, pa.string()).take(encoded.indices)
    )


def add_up(amounts: pa.Array) -> Decimal:
    """Return the exact sum of canonical decimals."""
    try:
        return pc.sum(pc.cast(amounts, _MONEY)).as_py() or Decimal(0)
    except pa.ArrowInvalid:  # more than ten decimals
        return sum(map(Decimal, amounts.to_pylist()), Decimal(0))


def parse_integers(cells: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Read whole numbers of 64 bits: values as int64 (null = empty, -1 = no whole number from 0 on) and their text."""
    encoded = cells.dictionary_encode()
    values = [_integer(cell) for cell in encoded.dictionary.to_pylist()]
    column = pa.array(values, pa.int64()).take(encoded.indices)
    return column, pc.cast(column, pa.string())


def _integer(cell: str) -> int:
    cell = cell.strip(" \t")
    if not re.fullmatch(r"\+?0*\d{1,19}", cell, re.ASCII) or int(cell) >= 2**63:
        return -1
    return int(cell)
