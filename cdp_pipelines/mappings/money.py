"""Amounts in cells, as whole numbers to reckon with, and back.

The unit is a ten-thousandth of the currency: no export writes more decimals, and whole numbers add up.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cdp_pipelines.schemas.numbers import INVALID, parse_numbers

UNIT = 10_000
"""How many of our units one of the currency is."""
CENT = 100
"""How many of our units a cent is."""
LARGEST = 9e11
"""Up to here a double tells every unit; no order has more."""


@dataclass(frozen=True)
class Amounts:
    """A column of amounts.

    Attributes:
        units: int64; 0 where there is none.
        missing: Rows whose cell is empty.
        invalid: Rows whose cell is no amount.
    """

    units: np.ndarray
    missing: np.ndarray
    invalid: np.ndarray


def amounts(cells: pa.Array) -> Amounts:
    """Read a column of cells (null = empty)."""
    values = np.asarray(parse_numbers(cells).values.fill_null(np.nan), float)
    missing = np.isnan(values)
    invalid = (values == INVALID) | (np.abs(values) >= LARGEST)
    usable = np.where(missing | invalid, 0.0, values)
    return Amounts(np.rint(usable * UNIT).astype(np.int64), np.flatnonzero(missing), np.flatnonzero(invalid))


def times(prices: Amounts, quantities: Amounts) -> Amounts:
    """Return prices times quantities: missing and invalid as the price is, and invalid beyond `LARGEST`.

    A quantity that is no number counts as 0; to find it is left to the column of quantities.
    """
    products = np.rint(prices.units * (quantities.units / UNIT))
    beyond = np.abs(products) >= LARGEST * UNIT
    invalid = np.union1d(prices.invalid, np.flatnonzero(beyond))
    return Amounts(np.where(beyond, 0, products).astype(np.int64), prices.missing, invalid)


def texts(units: np.ndarray) -> pa.Array:
    """Write amounts as decimals, as short as they are."""
    values, places = np.unique(units, return_inverse=True)
    return pa.array([_text(value) for value in values.tolist()], pa.string()).take(pa.array(places))


def _text(units: int) -> str:
    whole, rest = divmod(abs(units), UNIT)
    decimals = f".{rest:04}".rstrip("0").rstrip(".")
    return f"{'-' if units < 0 else ''}{whole}{decimals}"


def smallest_unit(*columns: np.ndarray) -> np.ndarray:
    """Return for each order the unit in which it is shared: a cent, or ours where its amounts are no whole cents."""
    whole = np.logical_and.reduce([column % CENT == 0 for column in columns])
    return np.where(whole, CENT, 1)
