"""What a file says about orders, ready to be compared with what is stored and to be written."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp_pipelines.orders.batch import Batch
from cdp_pipelines.orders.documents import ADULT, documents, fingerprints
from cdp_pipelines.orders.judge import Judgement
from cdp_pipelines.schemas.columns import LINE_COLUMNS, order_columns
from cdp_pipelines.store.heads import Known

SLICE = 25_000
"""Rows whose documents are built at once: more takes memory, fewer takes time (measured)."""


@dataclass(frozen=True)
class Statements:
    """The accepted orders of a slice of a batch; all columns have one entry per order.

    `orders` are the order columns: canonical numbers, normalised users, timestamps; `documents` and `contents` the
    document and content fingerprint made of the file alone; `lines` physical lines as a Postgres array literal;
    `sizes` line items per order, `file_sizes` the file's
    rows that count with it; `unsaid` which of all their rows leave `adult` to the default; `line_items` the line
    columns, one entry per row.
    """

    ids: pa.Array
    raws: list[str]
    known: list[Known | None]
    orders: dict[str, pa.Array]
    documents: pa.Array
    contents: list[str]
    lines: pa.Array
    sizes: np.ndarray
    file_sizes: np.ndarray
    first_lines: np.ndarray
    unsaid: np.ndarray
    line_items: dict[str, pa.Array]

    @cached_property
    def created(self) -> pa.Array:
        """When each order was created, in the store's text form."""
        return pc.cast(self.orders["createdAt"], pa.string())

    @cached_property
    def updated(self) -> pa.Array:
        """Each order's lastUpdated in the store's text form, null where the file gives none."""
        return pc.cast(self.orders["lastUpdated"], pa.string())

    def adult_unsaid(self, number: int) -> list[bool]:
        """Return which rows of an order leave `adult` to the default."""
        begin = int(self._begins[number])
        return self.unsaid[begin : begin + int(self.sizes[number])].tolist()

    def rows_of(self, numbers: np.ndarray) -> np.ndarray:
        """Return the places of some orders' rows in `line_items`, order by order."""
        sizes = self.sizes[numbers]
        return np.repeat(self._begins[numbers] - (np.cumsum(sizes) - sizes), sizes) + np.arange(int(sizes.sum()))

    @cached_property
    def _begins(self) -> np.ndarray:
        return np.cumsum(self.sizes) - self.sizes


def statements(batch: Batch, judgement: Judgement) -> Iterator[Statements]:
    """Yield the accepted orders of a judged batch in slices, in the file's order."""
    orders, lines = _texts(batch, judgement)
    accepted = np.flatnonzero(~judgement.rejected)
    for part in _slices(accepted, batch.sizes):
        rows = _rows_of(batch, part)
        whole = len(rows) == len(batch.lines)
        yield _statements(
            batch,
            part,
            rows,
            orders if whole else {name: column.take(pa.array(part)) for name, column in orders.items()},
            lines if whole else {name: column.take(pa.array(rows)) for name, column in lines.items()},
        )


def _slices(orders: np.ndarray, sizes: np.ndarray) -> Iterator[np.ndarray]:
    if len(orders):
        ends = np.cumsum(sizes[orders])
        cuts = np.searchsorted(ends, np.arange(SLICE, ends[-1], SLICE))
        yield from (part for part in np.split(orders, np.unique(cuts)) if len(part))


def _rows_of(batch: Batch, orders: np.ndarray) -> np.ndarray:
    """Return the row numbers of orders, ascending."""
    sizes = batch.sizes[orders]
    begins = np.repeat(batch.bounds[orders] - (np.cumsum(sizes) - sizes), sizes)
    return begins + np.arange(int(sizes.sum()))


def _texts(batch: Batch, judgement: Judgement) -> tuple[dict[str, pa.Array], dict[str, pa.Array]]:
    """Return order columns per order and line columns per row, typed values in place of cells."""
    names = order_columns(tuple(batch.cells.column_names))
    orders = batch.columns(names, batch.bounds[:-1]) | judgement.orders.values
    lines = batch.columns(column.name for column in LINE_COLUMNS)
    return orders, lines | {name: text for name, text in judgement.lines.values.items() if name in lines}


def _statements(
    batch: Batch, part: np.ndarray, rows: np.ndarray, orders: dict[str, pa.Array], lines: dict[str, pa.Array]
) -> Statements:
    sizes = batch.sizes[part]
    bounds = np.append(0, np.cumsum(sizes))
    texts = documents(orders, lines, bounds)
    created = pc.cast(orders["createdAt"].cast(pa.int64()), pa.string())
    unsaid = np.asarray(lines[ADULT].is_null()) if ADULT in lines else np.ones(len(rows), bool)
    return Statements(
        ids=batch.ids.take(pa.array(part)),
        raws=[batch.raws[n] for n in part.tolist()],
        known=[batch.known[n] for n in part.tolist()],
        orders=orders,
        documents=texts,
        contents=fingerprints(orders["userIdType"], orders["userId"], created, texts),
        lines=_line_arrays(batch.lines[rows], bounds),
        sizes=sizes,
        file_sizes=batch.file_sizes[part],
        first_lines=batch.lines[batch.bounds[part]],
        unsaid=unsaid,
        line_items=lines,
    )


def _line_arrays(lines: np.ndarray, bounds: np.ndarray) -> pa.Array:
    """Return the physical lines of each order as `{2,3}`."""
    numbers = pc.cast(pa.array(lines), pa.string())
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(bounds, pa.int32()), numbers), ",")
    return pc.binary_join_element_wise("{", joined, "}", "")
