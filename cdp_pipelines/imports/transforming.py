"""The transformations of an import of orders: over a file's header, and over each batch of its orders."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from cdp_pipelines.errors import ConfigurationError, FileError
from cdp_pipelines.formats.header import Header, did_you_mean
from cdp_pipelines.imports.rejects import sentence
from cdp_pipelines.imports.spec import OrderImportSpec
from cdp_pipelines.imports.tally import Tally
from cdp_pipelines.orders.batch import Batch
from cdp_pipelines.orders.groups import ORDER_ID, Keys
from cdp_pipelines.orders.judge import Spoilt
from cdp_pipelines.schemas.columns import order_columns
from cdp_pipelines.schemas.orders import Findings
from cdp_pipelines.transforms.applying import Belonging, Fault, transform
from cdp_pipelines.transforms.casts import to_text
from cdp_pipelines.transforms.columns import becomes, columns_behind, origin_of
from cdp_pipelines.transforms.values import key_named


def transforming(spec: OrderImportSpec, header: Header) -> "Transforming | None":
    """Return the transformations of a file with this header, None for an import without any."""
    return Transforming(spec, header) if spec.transform else None


class Transforming:
    """The steps of an import over one file.

    Attributes:
        header: The header behind all steps.

    Raises:
        ConfigurationError: The key of a hash is not set.
    """

    def __init__(self, spec: OrderImportSpec, header: Header) -> None:
        self._spec, self._written = spec, header
        self._columns = columns_behind(spec.transform, [name for name in header.columns if name])
        self.header = replace(header, columns=tuple(self._columns.names))
        self._zone = ZoneInfo(spec.timezone)
        for step in spec.transform:
            if step.key:
                key_named(step.key)

    def check(self, tally: Tally) -> None:
        """Count what the steps do not find in the file, and what they replace there.

        Raises:
            FileError: A filter asks about a column that is not there.
        """
        for number, name in self._columns.unanswerable:
            message = f"step {number} of transform filters by {name}, which is not there{self._meant(name)}"
            tally.issue("MISSING_COLUMN", name, message, [1], 0, 0)
            raise FileError("MISSING_COLUMN", message, 1, name)
        for number, name in self._columns.missing:
            message = f"{name} is not in the file, so step {number} of transform works without it{self._meant(name)}"
            tally.issue("TRANSFORM_COLUMN_MISSING", name, message, [1], 0, 0)
        for name in self._columns.replaced:
            tally.issue("COLUMN_REPLACED", name, sentence("COLUMN_REPLACED", name), [1], 0, 0)

    def _meant(self, name: str) -> str:
        meant = None if self._written.is_data else did_you_mean(name, filter(None, self._written.columns))
        return f"; did you mean {meant}?" if meant else ": correct its name or the export"

    def keys(self) -> Keys:
        """Return the file's own columns that tell which rows are one order.

        Raises:
            ConfigurationError: In this file the order id would be changed by a step.
        """
        steps = self._columns.steps
        try:
            order_id = origin_of(steps, ORDER_ID)
        except ValueError as error:
            raise ConfigurationError(f"transform: {error}.") from None
        names = [name for name in self._written.columns if name and name != order_id]
        return Keys(order_id, tuple(name for name in names if _is_of_orders(becomes(steps, name))))

    def apply(self, batch: Batch, tally: Tally) -> tuple[Batch, Spoilt]:
        """Return the batch behind all steps, without the rows that filters leave out, and what was found wrong."""
        first = np.repeat(batch.bounds[:-1], batch.sizes)
        belonging = Belonging(first, lambda name: _is_of_orders({name}))
        columns = batch.columns(batch.cells.column_names)
        done = transform(columns, self._columns.steps, self._zone, self._spec.on_cast_error, belonging)
        cells = pa.table({name: to_text(column) for name, column in done.columns.items()})
        after = replace(batch, cells=cells, written=batch.cells)
        if done.kept.all():
            return after, _spoilt(done.faults, np.arange(len(batch.lines)))
        left = _kept(after, done.kept)
        tally.filtered(len(batch.lines) - len(left.lines), batch.orders - left.orders)
        return left, _spoilt(done.faults, np.flatnonzero(done.kept))

    def details(self, first_rows: pa.Table) -> dict[str, pa.Array]:
        """Return the columns behind all steps of rows that each begin an order, those that filters leave out, too."""
        columns = {name: first_rows.column(name).combine_chunks() for name in first_rows.column_names}
        belonging = Belonging(np.arange(first_rows.num_rows), lambda name: _is_of_orders({name}))
        done = transform(columns, self._columns.steps, self._zone, self._spec.on_cast_error, belonging)
        return {name: to_text(column) for name, column in done.columns.items()}


def _is_of_orders(ends: set[str]) -> bool:
    """Whether all columns that something goes into are columns of orders, and not of lines."""
    return bool(ends) and len(order_columns(tuple(ends))) == len(ends)


def _kept(batch: Batch, kept: np.ndarray) -> Batch:
    """Return a batch of some of its rows; where an order loses its first row, the next one takes over its details."""
    rows = np.flatnonzero(kept)
    sizes = np.add.reduceat(kept.astype(np.int64), batch.bounds[:-1])
    orders = np.flatnonzero(sizes)
    bounds = np.append(0, np.cumsum(sizes[orders]))
    details = rows.copy()
    details[bounds[:-1]] = batch.bounds[orders]
    of_orders = set(order_columns(tuple(batch.cells.column_names)))
    taken = {
        name: column.take(pa.array(details if name in of_orders else rows))
        for name, column in batch.columns(batch.cells.column_names).items()
    }
    return Batch(
        cells=pa.table(taken),
        bounds=bounds,
        ids=batch.ids.take(pa.array(orders)),
        raws=[batch.raws[n] for n in orders.tolist()],
        known=[batch.known[n] for n in orders.tolist()],
        lines=batch.lines[rows],
        written=batch.written.take(pa.array(rows)) if batch.written is not None else None,
    )


def _spoilt(faults: list[Fault], rows: np.ndarray) -> Spoilt:
    """Return faults by the numbers of the rows that are left; that of an order is its first row's then."""
    places = np.searchsorted(rows, np.array([fault.row for fault in faults], np.int64))
    columns = np.array([fault.column for fault in faults], object)
    codes = np.array([fault.code for fault in faults], object)
    cells = {(place, name) for place, fault in zip(places.tolist(), faults, strict=True) for name in fault.spoilt}
    return Spoilt(Findings(places.astype(np.int64), columns, codes), frozenset(cells))
