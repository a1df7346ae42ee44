"""What is done to the rows of a file of orders before they are judged: a named format's mapping, then `transform`."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.header import Header
from cdp_pipelines.imports.findings import Quarantine
from cdp_pipelines.imports.header import check_header, check_named
from cdp_pipelines.imports.mapping import named_format
from cdp_pipelines.imports.spec import OrderImportSpec
from cdp_pipelines.imports.tally import Tally
from cdp_pipelines.imports.transforming import Transforming
from cdp_pipelines.mappings.named import NamedFormat
from cdp_pipelines.mappings.rows import Mapped, Rows, Skip
from cdp_pipelines.orders.batch import Batch, Spoilt
from cdp_pipelines.orders.groups import Keys
from cdp_pipelines.schemas.columns import LINE_COLUMNS
from cdp_pipelines.schemas.orders import Findings


class Preparation:
    """The way of one file's rows to rows of orders.

    Args:
        spec: The import.
        header: The file's header.

    Attributes:
        header: The header behind everything.

    Raises:
        ConfigurationError: The key of a hash is not set.
    """

    def __init__(self, spec: OrderImportSpec, header: Header) -> None:
        self._written, self._format = header, named_format(spec.format)
        mapped = _mapped_header(header, self._format, bool(spec.transform)) if self._format else header
        of_order = self._format.is_of_order if self._format else lambda _: False
        self._transforms = Transforming(spec, mapped, of_order) if spec.transform else None
        self.header = self._transforms.header if self._transforms else mapped

    def check(self, tally: Tally) -> None:
        """Count what is wrong with the header.

        Raises:
            FileError: The file cannot be applied: a column is missing, or it is another file.
        """
        if self._format:
            check_named(self._written, self._format, tally)
        if self._transforms:
            self._transforms.check(tally)
        if not self._format:
            check_header(self.header, tally)

    def keys(self) -> Keys:
        """Return the file's own columns that tell which rows are one order.

        Raises:
            ConfigurationError: In this file the order id would be changed by a step.
            FileError: A named format's column is not there.
        """
        if self._format:
            return _keys_of(self._format, self._written)
        return self._transforms.keys() if self._transforms else Keys.of(self._written.columns)

    @property
    def changes(self) -> bool:
        """Whether anything is done to the rows at all."""
        return bool(self._format or self._transforms)

    @property
    def read(self) -> list[str] | None:
        """The file's columns that something is made of, None for all."""
        if not self._format or self._transforms:
            return None
        return [name for name in self._written.columns if name in self._format.columns]

    def blame(self, column: str) -> str:
        """Return the file's column to name where one of ours is wrong."""
        return self._format.blame(column, self._written.columns) if self._format else column

    def details(self, first_rows: pa.Table) -> dict[str, pa.Array]:
        """Return the columns behind everything of rows that each begin an order, those that are skipped, too."""
        columns = {name: first_rows.column(name).combine_chunks() for name in first_rows.column_names}
        if self._format:
            columns |= self._format.map(Rows(columns, np.arange(first_rows.num_rows + 1))).columns
        return self._transforms.details(columns) if self._transforms else columns

    def apply(self, batch: Batch, quarantine: Quarantine) -> Batch:
        """Return the batch as orders, without what is skipped; that is counted."""
        if self._format:
            batch = _mapped(self._format, batch, quarantine, others_too=self._transforms is not None)
        if self._transforms and batch.orders:
            left = self._transforms.apply(batch)
            rows = int(batch.file_sizes.sum() - left.file_sizes.sum())
            quarantine.tally.skip("filtered", rows, batch.orders - left.orders)
            return left
        return batch


def _mapped_header(header: Header, named: NamedFormat, others_too: bool) -> Header:
    """Return our columns and, behind them, the file's own ones where `transform` may take them up."""
    ours = named.makes(header.columns)
    others = [name for name in header.columns if others_too and name and name not in ours]
    return replace(header, columns=(*ours, *others))


def _keys_of(named: NamedFormat, header: Header) -> Keys:
    for name in (named.group_by, named.order_id):
        if name not in header.columns:
            raise FileError("MISSING_COLUMN", f"the column {name} is missing: export the file anew", header.line, name)
    of_orders = tuple(name for name in header.columns if name in named.order and name != named.group_by)
    return Keys(named.group_by, of_orders, named.order_id)


def _mapped(named: NamedFormat, batch: Batch, quarantine: Quarantine, others_too: bool) -> Batch:
    """Make our columns; the file's own ones stay beside them where `transform` may take them up."""
    own = batch.columns(batch.cells.column_names)
    mapped = named.map(Rows(own, batch.bounds))
    others = [name for name in own if others_too and name not in mapped.columns]
    after = replace(
        batch,
        cells=pa.table({**mapped.columns, **{name: named.read(own[name]) for name in others}}),
        written=batch.in_file,
        spoilt=_faults(named, mapped),
    )
    if mapped.no_items is not None:
        after = _without_no_items(after, mapped.no_items)
    return _without_skipped(after, mapped.skips, quarantine)


def _without_no_items(batch: Batch, no_items: np.ndarray) -> Batch:
    """Leave out rows that are no line items; an order of nothing else keeps its first one, which rejects it."""
    items = ~no_items
    empty = batch.bounds[:-1][np.add.reduceat(items.astype(np.int64), batch.bounds[:-1]) == 0]
    items[empty] = True
    found = Findings(empty, np.full(len(empty), None, object), np.full(len(empty), "NO_LINE_ITEMS", object))
    cells = frozenset((row, column.name) for row in empty.tolist() for column in LINE_COLUMNS)
    spoilt = Spoilt(found, np.ones(len(empty), bool), cells).and_also(batch.spoilt) if len(empty) else batch.spoilt
    return replace(batch, spoilt=spoilt).only(items, counted=True)


def _faults(named: NamedFormat, mapped: Mapped) -> Spoilt | None:
    faults = [fault for fault in mapped.faults if len(fault.rows)]
    if not faults:
        return None
    rows = np.concatenate([fault.rows for fault in faults]).astype(np.int64)
    sizes = [len(fault.rows) for fault in faults]
    columns = np.repeat(np.array([fault.column for fault in faults], object), sizes)
    codes = np.repeat(np.array([fault.code for fault in faults], object), sizes)
    of_order = [fault.column is not None and named.is_of_order(fault.column) for fault in faults]
    return Spoilt(Findings(rows, columns, codes), np.repeat(of_order, sizes), mapped.emptied)


def _without_skipped(batch: Batch, skips: list[Skip], quarantine: Quarantine) -> Batch:
    """Leave out orders that the format skips, and count them with their reason."""
    gone = np.zeros(batch.orders, bool)
    for skip in skips:
        rows = int(batch.file_sizes[skip.orders].sum())
        quarantine.tally.skip("unsupported_status", rows, len(skip.orders))
        lines = batch.lines[np.isin(batch.order_of_row, skip.orders)]
        quarantine.found(skip.code, skip.column, lines, len(skip.orders), message=skip.message)
        gone[skip.orders] = True
    return batch.only(~np.repeat(gone, batch.sizes), counted=False) if gone.any() else batch
