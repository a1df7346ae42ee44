"""The line items of one file's orders, completed from the product feeds of their site (K-019 ... K-022, D29)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import numpy as np
import orjson
import pyarrow as pa

from cdp_pipelines.imports.kind import FileWork
from cdp_pipelines.imports.spec import OrderImportSpec
from cdp_pipelines.imports.stages import Stages
from cdp_pipelines.imports.tally import Tally
from cdp_pipelines.orders.documents import given
from cdp_pipelines.orders.settle import Settled
from cdp_pipelines.orders.statements import Statements
from cdp_pipelines.orders.writing import Enriched
from cdp_pipelines.products.enrichment import Catalogue, LineItems
from cdp_pipelines.schemas.products import COMPLETING
from cdp_pipelines.store import product_lookup

_PRODUCT = "lineItem_productId"
_NO_FEED = "no product feed of the site {site} was applied: run its import, or check the name of the site"
_OLD_FEED = (
    "the newest product feed of the site {site} is of {newest:%Y-%m-%d %H:%M} UTC, older than max_feed_age: see to its"
    " import"
)


@dataclass(frozen=True)
class Enriching:
    """Completes the orders of a file, slice by slice, and counts what was filled in."""

    catalogue: Catalogue
    tally: Tally
    stages: Stages

    def of(self, said: Statements, new: np.ndarray, settled: Sequence[Settled]) -> Enriched:
        """Return what is added to the orders of a slice that take a new state."""
        updated = [one for one in settled if one.outcome == "updated"]
        return Enriched(
            self._complete(_as_said(said, new)) if len(new) else None,
            self._complete(_as_merged(said, updated)) if updated else None,
        )

    def _complete(self, lines: LineItems) -> pa.Array | None:
        count = len(lines.products)
        with self.stages.timed("enrich", count):
            completed = self.catalogue.complete(lines)
        self.tally.enrich(count, completed.found, completed.items, completed.fields)
        return completed.texts


def enriching(spec: OrderImportSpec, work: FileWork) -> Enriching | None:
    """Return what completes a file's orders, None if that is switched off or the site has no feed.

    Products are looked up by the connection that commits at once: it does not wait behind the run's writes.
    """
    if not spec.enrich:
        return None
    newest = product_lookup.newest_feed(work.control, work.site)
    _check_age(spec, work, newest)
    if newest is None:
        return None
    look_up = partial(product_lookup.fields, work.control, work.site, work.vintage.as_of)
    return Enriching(Catalogue(look_up), work.tally, work.stages)


def _check_age(spec: OrderImportSpec, work: FileWork, newest: datetime | None) -> None:
    """Warn of a feed that is too old for the file's orders; a window that ends in the future makes no feed older."""
    if spec.max_feed_age is None:
        return
    at = min(work.vintage.as_of, datetime.now(UTC))
    if newest is None:
        work.tally.issue("FEED_TOO_OLD", None, _NO_FEED.format(site=work.site), [], 0, 0)
    elif at - newest > spec.max_feed_age:
        work.tally.issue("FEED_TOO_OLD", None, _OLD_FEED.format(site=work.site, newest=newest), [], 0, 0)


def _as_said(said: Statements, numbers: np.ndarray) -> LineItems:
    """Return the line items of new orders, which are those of the file."""
    whole = len(numbers) == len(said.ids)
    rows = None if whole else pa.array(said.rows_of(numbers))
    columns = {column.field: column for column in COMPLETING if column.name in said.line_items}
    cells = {field: _taken(said.line_items[column.name], rows) for field, column in columns.items()}
    return LineItems(
        products=_taken(said.line_items[_PRODUCT], rows),
        given={field: given(column, cells[field]) for field, column in columns.items()},
        bounds=_bounds(said.sizes[numbers]),
    )


def _as_merged(said: Statements, updated: Sequence[Settled]) -> LineItems:
    """Return the line items of updated orders, which also have what is kept from before (D21)."""
    numbers = np.array([one.number for one in updated], np.int64)
    lines = [line for one in updated for line in orjson.loads(one.document or "")["lineItems"]]
    return LineItems(
        products=said.line_items[_PRODUCT].take(pa.array(said.rows_of(numbers))),
        given={column.field: pa.array([column.field in line for line in lines]) for column in COMPLETING},
        bounds=_bounds(said.sizes[numbers]),
    )


def _taken(column: pa.Array, rows: pa.Array | None) -> pa.Array:
    return column if rows is None else column.take(rows)


def _bounds(sizes: np.ndarray) -> np.ndarray:
    return np.append(0, np.cumsum(sizes))
