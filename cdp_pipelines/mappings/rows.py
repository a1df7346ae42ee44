"""What goes into a mapping and what comes out: rows of whole orders, as columns of text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Rows:
    """Rows of whole orders as they stand in a file.

    Attributes:
        cells: The file's columns as text, null = empty; all of one length.
        bounds: Order number n is rows `bounds[n]` to `bounds[n + 1]`.
    """

    cells: Mapping[str, pa.Array]
    bounds: np.ndarray

    @property
    def count(self) -> int:
        """Number of rows."""
        return int(self.bounds[-1])

    @property
    def orders(self) -> int:
        """Number of orders."""
        return len(self.bounds) - 1

    @cached_property
    def order_of_row(self) -> np.ndarray:
        """Number of the order of each row."""
        return np.repeat(np.arange(self.orders), np.diff(self.bounds))

    def column(self, name: str) -> pa.Array:
        """Return a column, empty throughout where the file does not have it."""
        return self.cells[name] if name in self.cells else pa.nulls(self.count, pa.string())

    def of_orders(self, name: str) -> pa.Array:
        """Return what the first row of each order says, one entry per order."""
        return self.column(name).take(pa.array(self.bounds[:-1]))

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Return what the rows of each order add up to, one entry per order."""
        return np.add.reduceat(values, self.bounds[:-1])

    def everywhere(self, text: str) -> pa.Array:
        """Return a column that says the same in each row."""
        return pa.repeat(pa.scalar(text), self.count)

    def on_first(self, values: pa.Array, where: np.ndarray | None = None) -> pa.Array:
        """Return a column with one value per order, on its first row; null elsewhere, and in orders not `where`."""
        places = np.full(self.count, -1, np.int64)
        places[self.bounds[:-1]] = (
            np.arange(self.orders) if where is None else np.where(where, np.arange(self.orders), -1)
        )
        return values.take(pa.array(places, mask=places < 0))


def equals(cells: pa.Array, text: str) -> np.ndarray:
    """Return which cells say this."""
    return np.asarray(pc.fill_null(pc.equal(cells, text), False))


@dataclass(frozen=True)
class Faults:
    """Rows (ascending) that are wrong for one reason, or none at all.

    Attributes:
        rows: Their numbers.
        column: The file's column at fault.
        code: A key of `issues.CODES`.
    """

    rows: np.ndarray
    column: str | None
    code: str


@dataclass(frozen=True)
class Skip:
    """Orders (ascending numbers) that are left out for one reason, which the report gives in a sentence."""

    orders: np.ndarray
    code: str
    column: str
    message: str


@dataclass(frozen=True)
class Mapped:
    """What a format makes of rows.

    Attributes:
        columns: Our columns, by their names in `schemas.columns`, one entry per row of the file. What belongs to the
            order counts on its first line item alone.
        no_items: Rows that are no line item but count with their order, as a tip does; None for none.
        faults: What was found wrong, beside what validation finds.
        skips: Orders that are left out.
        emptied: Rows and columns of ours that are empty for a fault, so that nobody misses a value there.
    """

    columns: dict[str, pa.Array]
    no_items: np.ndarray | None = None
    faults: list[Faults] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)
    emptied: frozenset[tuple[int, str]] = frozenset()
