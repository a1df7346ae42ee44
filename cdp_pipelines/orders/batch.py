"""A batch of whole orders, as text."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cdp_pipelines.store.heads import Known


@dataclass
class Batch:
    """Rows of whole orders, as text.

    `cells` has one row per record; order number n is rows `bounds[n]` to `bounds[n + 1]`, its id `ids[n]`, its raw
    fingerprint `raws[n]`, and `known[n]` what the store knows (None = nothing). `lines` are physical lines; `written`
    are the rows as they stand in the file, where transformations made others of them.
    """

    cells: pa.Table
    bounds: np.ndarray
    ids: pa.Array
    raws: list[str]
    known: list[Known | None]
    lines: np.ndarray
    written: pa.Table | None = None

    @property
    def orders(self) -> int:
        """Number of orders."""
        return len(self.ids)

    @property
    def sizes(self) -> np.ndarray:
        """Number of rows of each order."""
        return np.diff(self.bounds)

    @property
    def order_of_row(self) -> np.ndarray:
        """Number of the order of each row."""
        return np.repeat(np.arange(self.orders), self.sizes)

    def columns(self, names: Iterable[str], rows: np.ndarray | None = None) -> dict[str, pa.Array]:
        """Return the named columns that the file has, for all or for the given rows."""
        chosen = None if rows is None else pa.array(rows)
        return {
            name: _one_array(self.cells.column(name))
            if chosen is None
            else _one_array(self.cells.column(name)).take(chosen)
            for name in names
            if name in self.cells.column_names
        }


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
