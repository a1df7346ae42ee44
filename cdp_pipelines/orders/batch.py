"""A batch of whole orders, as text."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cdp_pipelines.schemas.columns import order_columns
from cdp_pipelines.schemas.orders import Findings
from cdp_pipelines.store.heads import Known


@dataclass(frozen=True)
class Written:
    """The rows of a batch as they stand in the file, where those of the batch were made of them.

    `cells`, `bounds` and `lines` are as in `Batch`; `origin` is the row here that each row of the batch was made of.
    """

    cells: pa.Table
    bounds: np.ndarray
    lines: np.ndarray
    origin: np.ndarray


@dataclass(frozen=True)
class Spoilt:
    """What was found while a batch was made of a file's rows.

    `of_order` tells of each finding whether it is about a detail of the order, which stands on its first row; `cells`
    are those (row, column) that are empty for what was found.
    """

    findings: Findings
    of_order: np.ndarray
    cells: frozenset[tuple[int, str]] = frozenset()

    def and_also(self, other: "Spoilt | None") -> "Spoilt":
        """Return what both found."""
        if other is None:
            return self
        found = [
            np.concatenate([getattr(one.findings, name) for one in (self, other)])
            for name in ("rows", "columns", "codes")
        ]
        return Spoilt(Findings(*found), np.append(self.of_order, other.of_order), self.cells | other.cells)

    def only(self, kept: np.ndarray, first: np.ndarray) -> "Spoilt":
        """Return what was found in the rows that are kept, under their new numbers.

        Args:
            kept: Which rows are.
            first: The first row of each row's order, whose findings about the order the next row takes over.
        """
        living = np.zeros(len(kept), bool)
        living[first[kept]] = True
        rows, numbers = self.findings.rows, np.cumsum(kept) - 1
        alive = np.where(self.of_order, living[rows], kept[rows])
        places = np.where(kept, numbers, numbers + 1)
        findings = Findings(places[rows[alive]], self.findings.columns[alive], self.findings.codes[alive])
        cells = {(int(places[row]), name) for row, name in self.cells if kept[row] or living[row]}
        return Spoilt(findings, self.of_order[alive], frozenset(cells))


@dataclass
class Batch:
    """Rows of whole orders, as text.

    `cells` has one row per line item; order number n is rows `bounds[n]` to `bounds[n + 1]`, its id `ids[n]`, its raw
    fingerprint `raws[n]`, and `known[n]` what the store knows (None = nothing). `lines` are physical lines. `written`
    are the rows as they stand in the file, where a mapping or transformations made others of them, and `spoilt` is what
    these found wrong.
    """

    cells: pa.Table
    bounds: np.ndarray
    ids: pa.Array
    raws: list[str]
    known: list[Known | None]
    lines: np.ndarray
    written: Written | None = None
    spoilt: Spoilt | None = None

    @property
    def orders(self) -> int:
        """Number of orders."""
        return len(self.ids)

    @property
    def sizes(self) -> np.ndarray:
        """Number of line items of each order."""
        return np.diff(self.bounds)

    @property
    def file_sizes(self) -> np.ndarray:
        """Number of the file's rows that count with each order; a row on a line below 1 is none of the file."""
        written = self.in_file
        return np.add.reduceat((written.lines > 0).astype(np.int64), written.bounds[:-1])

    @property
    def in_file(self) -> Written:
        """The rows as they stand in the file."""
        return self.written or Written(self.cells, self.bounds, self.lines, np.arange(len(self.lines)))

    @property
    def order_of_row(self) -> np.ndarray:
        """Number of the order of each row."""
        return np.repeat(np.arange(self.orders), self.sizes)

    def columns(self, names: Iterable[str], rows: np.ndarray | None = None) -> dict[str, pa.Array]:
        """Return the named columns that the file has, for all or for the given rows."""
        chosen = None if rows is None else pa.array(rows)
        return {
            name: one_array(self.cells.column(name))
            if chosen is None
            else one_array(self.cells.column(name)).take(chosen)
            for name in names
            if name in self.cells.column_names
        }

    def only(self, kept: np.ndarray, counted: bool) -> "Batch":
        """Return the batch with some of its rows; orders without any are left out.

        Where an order loses its first row, the next one takes over its details (K-026).

        Args:
            kept: Which rows stay.
            counted: Whether the others still count with their order, or are nobody's any more.
        """
        if kept.all():
            return self
        rows = np.flatnonzero(kept)
        sizes = np.add.reduceat(kept.astype(np.int64), self.bounds[:-1])
        orders = np.flatnonzero(sizes)
        bounds = np.append(0, np.cumsum(sizes[orders]))
        first = np.repeat(self.bounds[:-1], self.sizes)
        return Batch(
            cells=self._cells_of(rows, bounds, orders),
            bounds=bounds,
            ids=self.ids.take(pa.array(orders)),
            raws=[self.raws[n] for n in orders.tolist()],
            known=[self.known[n] for n in orders.tolist()],
            lines=self.lines[rows],
            written=self._written_of(rows, sizes > 0, None if counted else np.flatnonzero(~kept)),
            spoilt=self.spoilt.only(kept, first) if self.spoilt else None,
        )

    def _cells_of(self, rows: np.ndarray, bounds: np.ndarray, orders: np.ndarray) -> pa.Table:
        details = rows.copy()
        details[bounds[:-1]] = self.bounds[orders]
        of_orders = set(order_columns(tuple(self.cells.column_names)))
        return pa.table(
            {
                name: column.take(pa.array(details if name in of_orders else rows))
                for name, column in self.columns(self.cells.column_names).items()
            }
        )

    def _written_of(self, rows: np.ndarray, living: np.ndarray, gone: np.ndarray | None) -> Written:
        """Return the file's rows of the living orders, without those that the rows `gone` were made of."""
        written = self.in_file
        kept = np.repeat(living, np.diff(written.bounds))
        if gone is not None:
            kept[written.origin[gone]] = False
        sizes = np.add.reduceat(kept.astype(np.int64), written.bounds[:-1])[living]
        return Written(
            cells=written.cells.take(pa.array(np.flatnonzero(kept))),
            bounds=np.append(0, np.cumsum(sizes)),
            lines=written.lines[kept],
            origin=(np.cumsum(kept) - 1)[written.origin[rows]],
        )


def one_array(column: pa.ChunkedArray) -> pa.Array:
    """Return a column of a table as one array."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
