"""The transformations of an import of rows: over a file's header, and over each batch of its orders or records."""

from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from cdp_pipelines.errors import ConfigurationError, FileError
from cdp_pipelines.formats.header import Header, did_you_mean
from cdp_pipelines.imports.record_specs import RecordImportSpec
from cdp_pipelines.imports.rejects import sentence
from cdp_pipelines.imports.spec import OrderImportSpec
from cdp_pipelines.imports.tally import Tally
from cdp_pipelines.orders.batch import Batch, Spoilt
from cdp_pipelines.orders.groups import ORDER_ID, Keys
from cdp_pipelines.schemas.columns import order_columns
from cdp_pipelines.schemas.orders import Findings
from cdp_pipelines.transforms.applying import Belonging, Fault, Transformed, transform
from cdp_pipelines.transforms.casts import to_text
from cdp_pipelines.transforms.columns import becomes, columns_behind, origin_of
from cdp_pipelines.transforms.values import key_named


class Transforming:
    """The steps of an import over one file.

    Args:
        spec: The import.
        header: The header in front of all steps.
        of_order: Whether a column belongs to the order, where it has none of our names.

    Attributes:
        header: The header behind all steps.

    Raises:
        ConfigurationError: The key of a hash is not set.
    """

    def __init__(
        self,
        spec: OrderImportSpec | RecordImportSpec,
        header: Header,
        of_order: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._spec, self._written, self._others_of_order = spec, header, of_order
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
        return Keys(order_id, tuple(name for name in names if _is_of_orders(becomes(steps, name))), order_id)

    def apply(self, batch: Batch) -> Batch:
        """Return the batch behind all steps, without the rows that filters leave out."""
        first = np.repeat(batch.bounds[:-1], batch.sizes)
        belonging = Belonging(first, self._is_of_order)
        columns = batch.columns(batch.cells.column_names)
        done = transform(columns, self._columns.steps, self._zone, self._spec.on_cast_error, belonging)
        cells = pa.table({name: to_text(column) for name, column in done.columns.items()})
        spoilt = _spoilt(done.faults).and_also(batch.spoilt)
        return replace(batch, cells=cells, written=batch.in_file, spoilt=spoilt).only(done.kept, counted=False)

    def _is_of_order(self, name: str) -> bool:
        return _is_of_orders({name}) or self._others_of_order(name)

    def columns(self, columns: dict[str, pa.Array]) -> Transformed:
        """Return the file's columns behind all steps, for rows of which each stands for itself."""
        return transform(columns, self._columns.steps, self._zone, self._spec.on_cast_error)

    def details(self, columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
        """Return the columns behind all steps of rows that each begin an order, those that filters leave out, too."""
        belonging = Belonging(np.arange(len(next(iter(columns.values())))), self._is_of_order)
        done = transform(columns, self._columns.steps, self._zone, self._spec.on_cast_error, belonging)
        return {name: to_text(column) for name, column in done.columns.items()}


def _is_of_orders(ends: set[str]) -> bool:
    """Whether all columns that something goes into are columns of orders, and not of lines."""
    return bool(ends) and len(order_columns(tuple(ends))) == len(ends)


def _spoilt(faults: list[Fault]) -> Spoilt:
    rows = np.array([fault.row for fault in faults], np.int64)
    columns = np.array([fault.column for fault in faults], object)
    codes = np.array([fault.code for fault in faults], object)
    cells = {(fault.row, name) for fault in faults for name in fault.spoilt}
    of_order = np.array([fault.of_order for fault in faults], bool)
    return Spoilt(Findings(rows, columns, codes), of_order, frozenset(cells))
