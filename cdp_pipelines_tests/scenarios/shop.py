"""A small shop to tell stories with: orders as rows, exports of a day, imports that get them, questions to the store.

crm = shop.imports("crm")
crm.gets(order("A-1"))                          # the file of the first day
report = crm.gets(order("A-1", line(status="paid")))    # that of the second
assert shop.order("A-1")["line_items"][0]["status"] == "paid"
"""

import csv
import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from psycopg.rows import dict_row

from cdp_pipelines.imports.documents import find_import
from cdp_pipelines.imports.loaded import LoadedImport
from cdp_pipelines.imports.partitions import parse_partition
from cdp_pipelines.imports.report import Report
from cdp_pipelines.imports.run import RunOptions, run_import
from cdp_pipelines.schemas.columns import COLUMNS
from cdp_pipelines.store import Store

Row = dict[str, str]
Order = list[Row]

LINE = {
    "productId": "mug",
    "sku": "mug-blue",
    "currency": "EUR",
    "total": "10.00",
    "subtotal": "8.00",
    "tax": "1.50",
    "shipping": "0.50",
    "discount": "0",
    "refund": "0",
    "quantity": "1",
    "status": "placed",
}
ORDER = {
    "userIdType": "email",
    "userId": "jane@example.com",
    "currency": "EUR",
    "discount": "0",
    "refund": "0",
    "createdAt": "2024-03-01T09:15:00Z",
}
SUMMED = ("total", "subtotal", "tax", "shipping")
KNOWN = [column.name for column in COLUMNS]
REQUIRED = [column.name for column in COLUMNS if column.required]
FIRST_DAY = datetime(2024, 3, 1, 12, tzinfo=UTC)


def line(**cells: str) -> Row:
    """A line item; columns without their prefix."""
    return {f"lineItem_{name}": value for name, value in (LINE | cells).items()}


def order(order_id: str, *lines: Row, **cells: str) -> Order:
    """The rows of an order: its columns on the first row, its amounts the sums of its lines unless given."""
    lines = lines or (line(),)
    sums = {name: str(sum(Decimal(one[f"lineItem_{name}"]) for one in lines)) for name in SUMMED if name not in cells}
    first, *rest = lines
    return [{"orderId": order_id} | ORDER | sums | cells | first, *({"orderId": order_id} | one for one in rest)]


def text(orders: Iterable[Order], columns: Sequence[str] = (), delimiter: str = ",") -> str:
    """The orders as CSV, with `columns` or all that are required or used."""
    rows = [row for one in orders for row in one]
    used = {name for row in rows for name in row}
    custom = sorted(used - set(KNOWN))
    target = io.StringIO(newline="")
    chosen = list(columns) or [name for name in KNOWN if name in used or name in REQUIRED] + custom
    writer = csv.DictWriter(target, chosen, extrasaction="ignore", delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()


def noon(day: int) -> datetime:
    """Noon of a day, counted from 1: when exports are written."""
    return FIRST_DAY + timedelta(days=day - 1)


@dataclass
class Shop:
    """A folder for exports and the store that they go to."""

    folder: Path
    store: Store
    day: int = 0

    def imports(self, name: str = "orders", **attributes: Any) -> "Import":
        """An import as its YAML states it, with a file of its own unless `source` says otherwise."""
        stem = name.replace("/", "-")
        mark = "-{partition}" if "partitions" in attributes else ""
        path = self.folder / f"{stem}.yaml"
        values = {
            "name": name,
            "source": {"kind": "local", "uri": f"{stem}{mark}.csv"},
            "format": {"kind": "kevel_csv"},
        } | attributes
        path.write_text(yaml.safe_dump({"type": "cdp_pipelines.OrderImport", "attributes": values}))
        return Import(self, find_import(str(path)))

    def write(self, name: str, content: str | bytes, day: int) -> Path:
        """Write a file as it was exported on a day."""
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        seconds = noon(day).timestamp()
        os.utime(path, (seconds, seconds))
        return path

    def ask(self, query: str, *arguments: object) -> list[dict[str, Any]]:
        """The rows that a query gives."""
        with self.store.connect(autocommit=True, row_factory=dict_row) as connection:
            return connection.execute(query, arguments or None).fetchall()

    def order(self, order_id: str, site: str = "default") -> dict[str, Any]:
        """One order's current state."""
        (found,) = self.ask("select * from orders where site = %s and order_id = %s", site, order_id)
        return found

    def orders(self) -> list[dict[str, Any]]:
        """All orders but for what depends on how they came there."""
        return self.ask("select to_jsonb(o) - 'last_event_id' as state from orders o order by o.site, o.order_id")

    def events(self) -> list[dict[str, Any]]:
        """The payloads of all events, in the order in which they were emitted."""
        return [row["payload"] for row in self.ask("select payload from order_events order by seq")]

    def told(self) -> list[tuple[str, str]]:
        """Type and order of all events."""
        return [(event["type"], event["order"]["id"]) for event in self.events()]

    def rejects(self, run_id: str) -> list[tuple[int, str, str | None]]:
        """Line, code and column of a run's rejected rows."""
        rows = self.ask("select line, code, column_name from rejects where run_id = %s order by line", run_id)
        return [tuple(row.values()) for row in rows]


@dataclass
class Import:
    """One import of the shop."""

    shop: Shop
    loaded: LoadedImport
    options: dict[str, Any] = field(default_factory=dict)

    def gets(self, *orders: Order, day: int | None = None, **options: Any) -> Report:
        """Run the import on a file of these orders, exported on the next day unless a day is given."""
        return self.reads(text(orders), day, **options)

    def reads(self, content: str | bytes, day: int | None = None, **options: Any) -> Report:
        """Run the import on a file of this content."""
        self.shop.day = day or self.shop.day + 1
        uri = self.loaded.spec.source.uri.replace("{partition}", options.get("partition", ""))
        self.shop.write(uri, content, self.shop.day)
        return self.runs(**options)

    def runs(self, partition: str | None = None, **options: Any) -> Report:
        """Run the import on what is there."""
        partitions = self.loaded.spec.partitions
        window = parse_partition(partition, partitions) if partitions and partition else None
        report = run_import(self.loaded, self.shop.store, window, RunOptions(**self.options | options))
        assert report.rows.balanced
        assert report.items.total == sum(report.items.model_dump(exclude={"total"}).values())
        return report


def counts(report: Report) -> dict[str, int]:
    """The rows of a report by outcome, those that occurred."""
    rows = report.rows.model_dump()
    return {name: number for name, number in rows.items() if number and name != "read"}


def codes(report: Report) -> set[str]:
    """The codes of a report's issues."""
    return {issue.code for issue in report.issues}
