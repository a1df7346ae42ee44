"""Shopify exports to make stories and properties of: an order as its cells, a file as its orders."""

import csv
import io
from collections.abc import Sequence

Cells = dict[str, str]

ORDER: Cells = {
    "Email": "jane@example.com",
    "Id": "4511",
    "Financial Status": "paid",
    "Currency": "EUR",
    "Subtotal": "20.00",
    "Shipping": "5.00",
    "Taxes": "4.00",
    "Total": "29.00",
    "Discount Amount": "0.00",
    "Created at": "2024-03-01 10:15:00 +0100",
    "Refunded Amount": "0.00",
}
LINE: Cells = {
    "Lineitem quantity": "2",
    "Lineitem name": "Mug / Blue",
    "Lineitem price": "10.00",
    "Lineitem discount": "0.00",
    "Lineitem fulfillment status": "pending",
    "Lineitem sku": "mug-blue",
}
TIP: Cells = LINE | {
    "Lineitem name": "Tip",
    "Lineitem sku": "",
    "Lineitem price": "3.00",
    "Lineitem quantity": "1",
    "Lineitem fulfillment status": "not_eligible",
}
REQUIRED = ["Name", *ORDER, *LINE]


def line(**cells: str) -> Cells:
    """A line item; names without their prefix, `fulfillment_status` for `Lineitem fulfillment status`."""
    return LINE | {f"Lineitem {name.replace('_', ' ')}": value for name, value in cells.items()}


def order(name: str, *lines: Cells, **cells: str) -> list[Cells]:
    """The rows of an order: as in real exports, later ones have only name, e-mail address and time of it."""
    details = {"Name": name} | ORDER | {key.replace("_", " "): value for key, value in cells.items()}
    shared = {key: details[key] for key in ("Name", "Email", "Created at")}
    first, *rest = lines or (LINE,)
    return [details | first, *(shared | one for one in rest)]


def export(*orders: Sequence[Cells], columns: Sequence[str] | None = None) -> str:
    """A file of orders with all columns that they use, or with these."""
    rows = [row for one in orders for row in one]
    used = dict.fromkeys([*REQUIRED, *(name for row in rows for name in row)])
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, columns or list(used), extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()
