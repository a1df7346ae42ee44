"""Synerise's transactions as orders: one row per product of a transaction.

What amounts mean, since Synerise's own pages differ: `revenue` is what was paid, with taxes and discounts (reference
of the event transaction.charge); `value` is the amount before taxation (page on importing transactional data), and
Synerise's connector for WooCommerce fills both in so. An older reference has them the other way round, with the same
difference. So the total is that of the two which the line items add up to, and what the other one lacks is tax.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp_pipelines.mappings.money import CENT, Amounts, amounts, texts, times
from cdp_pipelines.mappings.named import NamedFormat, WrongFile
from cdp_pipelines.mappings.rows import Faults, Mapped, Rows
from cdp_pipelines.mappings.sharing import share_to_the_cent
from cdp_pipelines.schemas.columns import CUSTOM
from cdp_pipelines.schemas.numbers import parse_numbers

SOURCES = ("POS", "WEB_MOBILE", "WEB_DESKTOP", "MOBILE_APP", "MOBILE", "DESKTOP")
CLIENTS = {
    "client.email": "email",
    "client.customid": "crm_id",
    "client.customId": "crm_id",
    "client.uuid": "cookie",
    "client.id": "synerise_id",
}
"""Columns that tell the customer, the best one first, and the type of id that each holds.

An address and the shop's own id are known outside of Synerise, too; the uuid is that of a browser or an app. Files of
transactions write `customid`, the API `customId`.
"""

PAID = "paid"
"""The status of lines: a transaction says that something was charged, and nothing about its delivery."""

_PRICE, _QUANTITY, _CURRENCY = "products.finalUnitPrice.amount", "products.quantity", "products.finalUnitPrice.currency"
_REGULAR, _DISCOUNT = "products.regularPrice.amount", "discountAmount.amount"
_REVENUE, _VALUE = "revenue.amount", "value.amount"


def _derive(rows: Rows) -> Mapped:
    file = _File(rows)
    columns = {
        **_users(rows),
        "currency": pc.coalesce(rows.column("revenue.currency"), rows.column("value.currency")),
        "lineItem_status": rows.everywhere(PAID),
        **file.of_orders(),
        **file.of_lines(),
    }
    return Mapped(columns, faults=file.faults())


def _users(rows: Rows) -> dict[str, pa.Array]:
    """Return who bought, by the best column that an order's first row fills; later rows are to agree with that one."""
    types, users = pa.nulls(rows.count, pa.string()), pa.nulls(rows.count, pa.string())
    for name, kind in reversed(CLIENTS.items()):
        chosen = pa.array(np.asarray(rows.of_orders(name).is_valid())[rows.order_of_row])
        types = pc.if_else(chosen, kind, types)
        users = pc.if_else(chosen, rows.column(name), users)
    return {"userIdType": types, "userId": users}


@dataclass(frozen=True)
class _File:
    """The amounts of a file's rows, in `money.UNIT`s."""

    rows: Rows

    @cached_property
    def price(self) -> Amounts:
        """What one of each item cost in the end."""
        return amounts(self.rows.column(_PRICE))

    @cached_property
    def regular(self) -> Amounts:
        """What one of each item costs otherwise."""
        return amounts(self.rows.column(_REGULAR))

    @cached_property
    def revenue(self) -> Amounts:
        """The first amount of each order."""
        return amounts(self.rows.of_orders(_REVENUE))

    @cached_property
    def value(self) -> Amounts:
        """The second amount of each order."""
        return amounts(self.rows.of_orders(_VALUE))

    @cached_property
    def quantity(self) -> Amounts:
        """How many of each item were bought."""
        return amounts(self.rows.column(_QUANTITY))

    @cached_property
    def line_totals(self) -> Amounts:
        """What each line item cost."""
        return times(self.price, self.quantity)

    @cached_property
    def line_discounts(self) -> Amounts:
        """By how much each line item was cheaper than usual."""
        usual = np.where(self.regular.units, self.regular.units, self.price.units)
        return times(replace(self.regular, units=np.maximum(usual - self.price.units, 0)), self.quantity)

    @cached_property
    def totals(self) -> np.ndarray:
        """What was paid for each order: the one of its two amounts that its line items add up to."""
        revenue, value = self.revenue.units, self._with_value(self.value.units, self.revenue.units)
        summed, tolerance = self.rows.sums(self.line_totals.units), CENT * np.diff(self.rows.bounds)
        by_value = (np.abs(value - summed) <= tolerance) & (np.abs(revenue - summed) > tolerance)
        return np.where(by_value | self._lacks(self.revenue), value, revenue)

    @cached_property
    def taxes(self) -> np.ndarray:
        """What the other amount of each order lacks."""
        other = np.minimum(self.revenue.units, self._with_value(self.value.units, 0))
        return np.where((other > 0) & (other < self.totals), self.totals - other, 0)

    def of_orders(self) -> dict[str, pa.Array]:
        """Return the amounts of orders."""
        nothing = self.rows.everywhere("0")
        missing = self._lacks(self.revenue) & self._lacks(self.value)
        return {
            "total": self.rows.on_first(texts(self.totals), ~missing),
            "subtotal": self.rows.on_first(texts(self.totals - self.taxes), ~missing),
            "tax": self.rows.on_first(texts(self.taxes)),
            "shipping": self.rows.on_first(nothing),
            "refund": self.rows.on_first(nothing),
            "discount": self.rows.on_first(
                pc.coalesce(self.rows.of_orders(_DISCOUNT), texts(self.rows.sums(self.line_discounts.units)))
            ),
            f"{CUSTOM}revenue": _canonical(self.rows.column(_REVENUE)),
            f"{CUSTOM}value": _canonical(self.rows.column(_VALUE)),
        }

    def of_lines(self) -> dict[str, pa.Array]:
        """Return the amounts of line items, which share the tax of their order."""
        nothing, totals = self.rows.everywhere("0"), self.line_totals.units
        most = np.minimum(self.taxes, np.maximum(self.rows.sums(totals), 0))
        taxes = share_to_the_cent(most, totals, self.rows.bounds)
        return {
            "lineItem_total": texts(totals),
            "lineItem_subtotal": texts(totals - taxes),
            "lineItem_tax": texts(taxes),
            "lineItem_shipping": nothing,
            "lineItem_discount": texts(self.line_discounts.units),
            "lineItem_refund": nothing,
        }

    def faults(self) -> list[Faults]:
        """Return what is wrong in columns that become none of ours as they are."""
        first = self.rows.bounds[:-1]
        given = self.rows.of_orders("source")
        unlisted = pc.invert(pc.is_in(given, pa.array([*SOURCES, None], pa.string())))
        return [
            Faults(self.price.missing, _PRICE, "MISSING_VALUE"),
            Faults(self.line_totals.invalid, _PRICE, "INVALID_NUMBER"),
            Faults(self.line_discounts.invalid, _REGULAR, "INVALID_NUMBER"),
            Faults(first[self.revenue.invalid], _REVENUE, "INVALID_NUMBER"),
            Faults(first[self.value.invalid], _VALUE, "INVALID_NUMBER"),
            Faults(first[self._currencies_differ], "value.currency", "CURRENCY_DIFFERS"),
            Faults(first[np.asarray(unlisted)], "source", "UNKNOWN_SOURCE"),
        ]

    @cached_property
    def _currencies_differ(self) -> np.ndarray:
        differ = pc.not_equal(self.rows.of_orders("revenue.currency"), self.rows.of_orders("value.currency"))
        return np.asarray(pc.fill_null(differ, False))

    def _with_value(self, units: np.ndarray, instead: np.ndarray | int) -> np.ndarray:
        """Return the second amount of orders, or something else where it is none to compare with."""
        return np.where(self._currencies_differ & ~self._lacks(self.revenue), instead, units)

    def _lacks(self, amount: Amounts) -> np.ndarray:
        lacking = np.zeros(self.rows.orders, bool)
        lacking[amount.missing] = True
        return lacking


def _canonical(cells: pa.Array) -> pa.Array:
    """Return amounts in one notation, so that 10 and 10.00 are no two custom fields."""
    return pc.coalesce(parse_numbers(cells).text, cells)


_REQUIRED_OF_ORDERS = (
    "orderId", "paymentInfo.method", _REVENUE, "revenue.currency", _VALUE, "value.currency", "recordedAt", "source",
)  # fmt: skip
_OPTIONAL_OF_ORDERS = (_DISCOUNT, "discountAmount.currency", "discountCode", "orderStatus", "eventSalt")
_REQUIRED_OF_LINES = ("products.sku", "products.name", _QUANTITY, _PRICE, _CURRENCY)

TRANSACTIONS = NamedFormat(
    noun="a Synerise file of transactions",
    order=dict.fromkeys(_REQUIRED_OF_ORDERS, True) | dict.fromkeys([*CLIENTS, *_OPTIONAL_OF_ORDERS], False),
    line=dict.fromkeys(_REQUIRED_OF_LINES, True),
    group_by="orderId",
    order_id="orderId",
    copied={
        "orderId": "orderId",
        "paymentMethod": "paymentInfo.method",
        "promotions": "discountCode",
        "createdAt": "recordedAt",
        "source": "source",
        "custom_orderStatus": "orderStatus",
        "lineItem_productId": "products.sku",
        "lineItem_sku": "products.sku",
        "lineItem_name": "products.name",
        "lineItem_brand": "products.brand",
        "lineItem_category": "products.category",
        "lineItem_categoriesList": "products.categories",
        "lineItem_currency": _CURRENCY,
        "lineItem_quantity": _QUANTITY,
    },
    prefixed={"metadata.": "custom_"},
    blamed={
        "userIdType": "client.email",
        "userId": "client.email",
        "currency": "revenue.currency",
        "total": _REVENUE,
        "subtotal": _REVENUE,
        "discount": _DISCOUNT,
        "custom_revenue": _REVENUE,
        "custom_value": _VALUE,
        "lineItem_total": _PRICE,
        "lineItem_subtotal": _PRICE,
        "lineItem_discount": _REGULAR,
    },
    derived=(
        "userIdType", "userId", "currency", "total", "subtotal", "tax", "shipping", "discount", "refund",
        "custom_revenue", "custom_value", "lineItem_total", "lineItem_subtotal", "lineItem_tax", "lineItem_shipping",
        "lineItem_discount", "lineItem_refund", "lineItem_status",
    ),
    derive=_derive,
    mistaken_for=(
        WrongFile(frozenset({"itemId"}), "the file is a catalogue of items: import it by a ProductImport"),
        WrongFile(frozenset({"code", "redeemType"}), "the file is a list of promotions: give the one of transactions"),
        *(
            WrongFile(frozenset({name}), "the file tells of customers or their events: give the one of transactions")
            for name in ("email", "uuid", "clientId", "customId", "phone")
        ),
    ),
    alternatives=(tuple(CLIENTS),),
    belongs_to_line=lambda name: name.startswith("products."),
)  # fmt: skip
