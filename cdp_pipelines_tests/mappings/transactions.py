"""Synerise's files of transactions, as tests write them, and what should become of them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

Row = Mapping[str, str | None]

COLUMNS = (
    "client.email", "client.id", "client.customid", "client.uuid", "orderId", "paymentInfo.method", "products.sku",
    "products.name", "products.quantity", "products.finalUnitPrice.amount", "products.finalUnitPrice.currency",
    "revenue.amount", "revenue.currency", "value.amount", "value.currency", "recordedAt", "source",
)  # fmt: skip
CLIENTS = ("client.email", "client.customid", "client.uuid", "client.id")
"""The best one first."""


@dataclass(frozen=True)
class Item:
    sku: str = "mug"
    name: str | None = "Mug"
    quantity: str = "1"
    price: str = "10.00"
    currency: str = "EUR"

    @property
    def total(self) -> Decimal:
        return Decimal(self.price) * Decimal(self.quantity)


@dataclass(frozen=True)
class Transaction:
    """A transaction; its two amounts are the sum of its items unless given."""

    order_id: str
    items: tuple[Item, ...] = (Item(),)
    email: str | None = "jane@example.com"
    customid: str | None = None
    uuid: str | None = None
    id: str | None = None
    method: str | None = "CARD"
    revenue: str | None = ""
    value: str | None = ""
    currency: str = "EUR"
    recorded: str = "2024-03-01T09:15:00Z"
    source: str | None = "POS"

    def but(self, **changes: object) -> "Transaction":
        return replace(self, **changes)  # type: ignore[arg-type]

    def rows(self) -> list[Row]:
        summed = f"{sum(item.total for item in self.items):f}"
        order = {
            "client.email": self.email, "client.id": self.id, "client.customid": self.customid,
            "client.uuid": self.uuid, "orderId": self.order_id, "paymentInfo.method": self.method,
            "revenue.amount": summed if self.revenue == "" else self.revenue, "revenue.currency": self.currency,
            "value.amount": summed if self.value == "" else self.value, "value.currency": self.currency,
            "recordedAt": self.recorded, "source": self.source,
        }  # fmt: skip
        return [
            order
            | {
                "products.sku": item.sku, "products.name": item.name, "products.quantity": item.quantity,
                "products.finalUnitPrice.amount": item.price, "products.finalUnitPrice.currency": item.currency,
            }
            for item in self.items
        ]  # fmt: skip


def cell(value: str | None, delimiter: str = ",", quoted: bool = True) -> str:
    r"""Write a cell as Synerise reads it: nothing is `null`, and `\` escapes, within quotes or instead of them."""
    if value is None:
        return "null"
    special = '\\"' if quoted else '\\"' + delimiter + "\n"
    escaped = "".join("\\" + one if one in special else one for one in value)
    return f'"{escaped}"' if quoted else escaped


def text(rows: Iterable[Row], columns: Sequence[str] = COLUMNS, delimiter: str = ",", quoted: bool = True) -> str:
    lines = [delimiter.join(columns)]
    lines += [delimiter.join(cell(row.get(name), delimiter, quoted) for name in columns) for row in rows]
    return "\n".join(lines) + "\n"


def objects(*transactions: Transaction) -> str:
    """Write transactions as JSON lines, in the shape of Synerise's API."""
    return "".join(json.dumps(_object(one)) + "\n" for one in transactions)


def _object(transaction: Transaction) -> dict[str, Any]:
    nested = [_nested(row) for row in transaction.rows()]
    nested[0]["client"]["customId"] = nested[0]["client"].pop("customid")
    return nested[0] | {"products": [one["products"] for one in nested]}


def _nested(row: Row) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for path, value in row.items():
        *above, name = path.split(".")
        place = made
        for step in above:
            place = place.setdefault(step, {})
        place[name] = float(value) if value and name in ("amount", "quantity") else value
    return made


def file(*transactions: Transaction) -> str:
    return text([row for one in transactions for row in one.rows()])


ODD_NAMES = ('A "big" one', "back\\slash", "a, b; c|d", "\\", '"', "nullable", "two\nlines")
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)
ITEMS = st.builds(
    Item,
    sku=st.text("abc-0", min_size=1, max_size=6),
    name=st.none() | st.sampled_from(ODD_NAMES) | NAMES.filter(lambda name: name != "null"),
    quantity=st.sampled_from(["1", "2", "3", "12"]),
    price=st.decimals(1, 500, places=2).map(str),
)


@st.composite
def transactions(draw: st.DrawFn) -> list[Transaction]:
    """Transactions of different ids, each by at least one client column."""
    ids = draw(st.lists(st.text("ABC123-", min_size=1, max_size=8), min_size=1, max_size=6, unique=True))
    return [draw(_one(order_id)) for order_id in ids]


@st.composite
def _one(draw: st.DrawFn, order_id: str) -> Transaction:
    items = tuple(draw(st.lists(ITEMS, min_size=1, max_size=4)))
    filled = draw(st.sets(st.sampled_from(["email", "customid", "uuid", "id"]), min_size=1))
    clients = {name: "jane@example.com" if name == "email" else f"{name}-7" for name in filled}
    summed = sum(item.total for item in items)
    taxed = f"{summed * draw(st.sampled_from([80, 93])) / 100:.2f}"
    amounts = draw(st.sampled_from([{}, {"value": taxed}, {"revenue": taxed}]))
    method, source = draw(st.none() | st.just("CARD")), draw(st.sampled_from(["POS", "MOBILE_APP", None]))
    rest = {"method": method, "source": source}
    return Transaction(order_id, items, **({"email": None} | clients | amounts | rest))  # type: ignore[arg-type]
