"""Shopify's money, against a reckoning of our own in decimals, order by order."""

import csv
import io
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.formats.spec import ShopifyCsv
from cdp_pipelines.mappings.rows import Mapped, Rows
from cdp_pipelines.mappings.shopify import shopify
from cdp_pipelines_tests.mappings.exports import LINE, TIP, Cells, export, order

CENT = Decimal("0.01")


@dataclass
class Item:
    """A line item with its amounts as a shop reckons."""

    cells: Cells
    net: Decimal = Decimal(0)
    is_tip: bool = False


@dataclass
class Sale:
    """An order that a shop might export, and what it knows about itself."""

    rows: list[Cells]
    items: list[Item]
    total: Decimal
    shipping: Decimal
    taxes: Decimal
    tip: Decimal
    discount: Decimal
    status: str
    refunded: Decimal
    inclusive: bool
    marks: dict[str, str] = field(default_factory=dict)


def cents(low: int, high: int) -> st.SearchStrategy[Decimal]:
    return st.integers(low, high).map(lambda number: Decimal(number) * CENT)


@st.composite
def sales(draw: st.DrawFn, name: str = "#1") -> Sale:
    items, goods, spread = [], Decimal(0), Decimal(0)
    for number in range(draw(st.integers(1, 5))):
        price, quantity = draw(cents(0, 20_000)), draw(st.integers(1, 9))
        discount = draw(st.just(Decimal(0)) | cents(0, int(price * quantity * 100)))
        goods, spread = goods + price * quantity, spread + discount
        cells = LINE | {
            "Lineitem price": f"{price}", "Lineitem quantity": f"{quantity}", "Lineitem discount": f"{discount}",
            "Lineitem sku": f"sku-{number % 3}", "Lineitem taxable": draw(st.sampled_from(["true", "false"])),
            "Lineitem requires shipping": draw(st.sampled_from(["true", "false"])),
        }  # fmt: skip
        items.append(Item(cells, price * quantity - discount))
    unspread = draw(st.just(Decimal(0)) | cents(0, int((goods - spread) * 100)))
    tip = draw(st.just(Decimal(0)) | cents(1, 900))
    if tip:
        items.insert(draw(st.integers(0, len(items))), Item(TIP | {"Lineitem price": f"{tip}"}, is_tip=True))
    subtotal, shipping, inclusive = goods - spread - unspread, draw(cents(0, 2_000)), draw(st.booleans())
    taxes = (subtotal * draw(st.sampled_from([Decimal(0), Decimal("0.2"), Decimal("0.19")]))).quantize(
        CENT, ROUND_HALF_UP
    )
    total = subtotal + shipping + tip + (0 if inclusive else taxes)
    status = draw(st.sampled_from(["paid", "pending", "refunded", "partially_refunded"]))
    refunded = {"refunded": total, "partially_refunded": draw(cents(0, int(total * 100)))}.get(status, Decimal(0))
    rows = order(
        name, *(item.cells for item in items), Subtotal=f"{subtotal}", Shipping=f"{shipping}", Taxes=f"{taxes}",
        Total=f"{total}", Discount_Amount=f"{spread + unspread}", Financial_Status=status,
        Refunded_Amount=f"{refunded}",
    )  # fmt: skip
    return Sale(rows, items, total, shipping, taxes, tip, spread + unspread, status, refunded, inclusive and taxes > 0)


def mapped(*found: Sale, **options: str) -> tuple[Mapped, np.ndarray]:
    rows = list(csv.DictReader(io.StringIO(export(*(sale.rows for sale in found)))))
    cells = {name: pa.array([row[name] or None for row in rows], pa.string()) for name in rows[0]}
    bounds = np.append(0, np.cumsum([len(sale.rows) for sale in found]))
    return shopify(ShopifyCsv(kind="shopify_csv", **options)).map(Rows(cells, bounds)), bounds


def money(result: Mapped, name: str, begin: int, end: int) -> list[Decimal]:
    return [Decimal(text) for text in result.columns[f"lineItem_{name}"].to_pylist()[begin:end]]


def fair(amount: Decimal, weights: list[Decimal], chosen: list[bool], items: list[Item]) -> list[Decimal]:
    """The exact share of each row; within a cent of it is what a row may get."""
    chosen = [one and not item.is_tip for one, item in zip(chosen, items, strict=True)]
    chosen = chosen if any(chosen) else [not item.is_tip for item in items]
    parts = [max(weight, Decimal(0)) if one else Decimal(0) for weight, one in zip(weights, chosen, strict=True)]
    parts = parts if sum(parts) else [Decimal(one) for one in chosen]
    return [amount * part / sum(parts) for part in parts]


@given(st.lists(sales(), min_size=1, max_size=3))
def test_amounts_add_up_and_every_share_is_fair(found: list[Sale]) -> None:
    result, bounds = mapped(*found)
    assert result.no_items is not None
    for sale, begin, end in zip(found, bounds, bounds[1:], strict=False):
        total, subtotal, tax, shipping, discount, refund = (
            money(result, name, begin, end) for name in ("total", "subtotal", "tax", "shipping", "discount", "refund")
        )
        items = [item for item in sale.items if not item.is_tip]
        assert result.no_items[begin:end].tolist() == [item.is_tip for item in sale.items]
        assert all(whole == sum(parts) for whole, *parts in zip(total, subtotal, tax, shipping, strict=True))
        assert sum(total) + sale.tip == sale.total
        assert (sum(tax), sum(shipping)) == (sale.taxes, sale.shipping)
        of_items = [amount for amount, item in zip(discount, sale.items, strict=True) if not item.is_tip]
        assert sum(of_items) == sale.discount
        net = [
            Decimal(0)
            if item.is_tip
            else Decimal(item.cells["Lineitem price"]) * int(item.cells["Lineitem quantity"]) - off
            for item, off in zip(sale.items, discount, strict=True)
        ]  # fmt: skip
        assert subtotal == [one - (share if sale.inclusive else 0) for one, share in zip(net, tax, strict=True)]
        for amount, shares, flag in ((sale.taxes, tax, "taxable"), (sale.shipping, shipping, "requires shipping")):
            chosen = [item.cells.get(f"Lineitem {flag}") == "true" for item in sale.items]
            exact = fair(amount, net, chosen, sale.items)
            assert all(abs(one - ideal) < CENT for one, ideal in zip(shares, exact, strict=True))
        whole = sale.total - sale.tip
        expected = {"refunded": whole, "partially_refunded": sale.refunded}.get(sale.status, Decimal(0))
        assert sum(refund) == (expected if items else 0)


@given(sales(), sales("#2"))
def test_an_order_is_the_same_whatever_stands_beside_it(one: Sale, other: Sale) -> None:
    alone, bounds = mapped(one)
    beside, _ = mapped(one, other)
    for name, column in alone.columns.items():
        assert beside.columns[name].to_pylist()[: bounds[1]] == column.to_pylist()


def test_line_discounts_of_a_line_are_not_per_unit() -> None:
    row = order("#1", LINE | {"Lineitem quantity": "3", "Lineitem discount": "2.00"}, Discount_Amount="2.00")
    cells = {name: pa.array([row[0].get(name) or None], pa.string()) for name in row[0]}
    result = shopify(ShopifyCsv(kind="shopify_csv")).map(Rows(cells, np.array([0, 1])))
    assert result.columns["lineItem_discount"].to_pylist() == ["2"]
    assert result.columns["lineItem_subtotal"].to_pylist() == ["28"]
