"""Shopify's order export as orders (K-070 to K-083, D4, D19; formats section 4).

One row per line item; only the first row of an order has the order's columns. Columns are known by their names, so
exports of all years are read alike.
"""

import re
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp_pipelines.formats.spec import ShopifyCsv
from cdp_pipelines.mappings.money import Amounts, amounts, texts, times
from cdp_pipelines.mappings.named import NamedFormat, WrongFile
from cdp_pipelines.mappings.rows import Faults, Mapped, Rows, equals
from cdp_pipelines.mappings.sharing import share_to_the_cent
from cdp_pipelines.schemas.columns import BESIDE_ITEMS, CUSTOM
from cdp_pipelines.schemas.timestamps import INVALID, parse_timestamps

ORDER = {
    "Name": True, "Email": True, "Id": True, "Currency": True, "Total": True, "Subtotal": True, "Taxes": True,
    "Financial Status": True, "Refunded Amount": True, "Discount Amount": True, "Shipping": True, "Created at": True,
    "Payment Method": False, "Discount Code": False, "Shipping Method": False, "Shipping Country": False,
    "Source": False, "Paid at": False, "Fulfilled at": False, "Cancelled at": False, "Phone": False,
}  # fmt: skip
LINE = {
    "Lineitem quantity": True, "Lineitem name": True, "Lineitem price": True, "Lineitem discount": True,
    "Lineitem fulfillment status": True, "Lineitem sku": True, "Lineitem taxable": False,
    "Lineitem requires shipping": False, "Vendor": False,
}  # fmt: skip

COPIED = {
    "currency": "Currency",
    "total": "Total",
    "tax": "Taxes",
    "shipping": "Shipping",
    "discount": "Discount Amount",
    "refund": "Refunded Amount",
    "paymentMethod": "Payment Method",
    "shippingMethod": "Shipping Method",
    "shippingCountry": "Shipping Country",
    "source": "Source",
    "promotions": "Discount Code",
    "lineItem_name": "Lineitem name",
    "lineItem_quantity": "Lineitem quantity",
    "lineItem_brand": "Vendor",
}
BLAMED = {
    "subtotal": "Total",
    "userIdType": "Email",
    "userId": "Email",
    "createdAt": "Created at",
    "lineItem_productId": "Lineitem sku",
    "lineItem_sku": "Lineitem sku",
    "lineItem_currency": "Currency",
    "lineItem_total": "Lineitem price",
    "lineItem_subtotal": "Lineitem price",
    "lineItem_tax": "Taxes",
    "lineItem_shipping": "Shipping",
    "lineItem_discount": "Lineitem discount",
    "lineItem_refund": "Refunded Amount",
    "lineItem_status": "Financial Status",
}
DERIVED = ("orderId", *BLAMED, f"{CUSTOM}tip", BESIDE_ITEMS)

FINANCIAL = ("authorized", "paid", "partially_paid", "pending", "refunded", "partially_refunded", "voided")
"""K-080."""
FULFILLMENT = ("pending", "partial", "restocked", "fulfilled", "not_eligible")
"""K-081, and what tips have (D4)."""

MISTAKEN_FOR = (
    WrongFile(
        frozenset({"Kind", "Gateway", "Amount"}),
        "this is Shopify's export of transaction histories: choose Export orders (Orders > Export) instead",
    ),
    WrongFile(
        frozenset({"Handle", "Title", "Vendor"}),
        "this is Shopify's export of products: choose Export orders (Orders > Export) instead",
    ),
    WrongFile(
        frozenset({"First Name", "Last Name", "Total Spent"}),
        "this is Shopify's export of customers: choose Export orders (Orders > Export) instead",
    ),
)

_HALF_CENT = 150
"""0.015 in `money.UNIT`s: within it, a total of subtotal and shipping alone shows that prices include taxes."""
_SPACE_BEFORE_OFFSET = r" ([+-]\d\d:?\d\d)$"


def shopify(spec: ShopifyCsv) -> NamedFormat:
    """Return the format under an import's options."""
    return NamedFormat(
        noun="a Shopify order export",
        order=ORDER,
        line=LINE,
        group_by="Name",
        order_id="Name" if spec.order_id == "name" else "Id",
        copied=COPIED,
        derived=DERIVED,
        derive=partial(_derive, spec=spec),
        blamed=BLAMED,
        mistaken_for=MISTAKEN_FOR,
        belongs_to_line=lambda name: name.startswith("Lineitem "),
    )


def _derive(rows: Rows, spec: ShopifyCsv) -> Mapped:
    export = _Export(rows)
    types, users = _users(rows, spec)
    sku = _skus(rows, spec)
    columns = {
        "orderId": rows.column("Name" if spec.order_id == "name" else "Id"),
        "userIdType": types,
        "userId": users,
        "createdAt": pc.replace_substring_regex(rows.column("Created at"), _SPACE_BEFORE_OFFSET, r"\1"),
        "lineItem_productId": sku,
        "lineItem_sku": sku,
        "lineItem_currency": rows.of_orders("Currency").take(pa.array(rows.order_of_row)),
        "lineItem_status": export.statuses,
        f"{CUSTOM}tip": rows.on_first(texts(export.tips), export.tips != 0),
        BESIDE_ITEMS: rows.on_first(texts(export.tips), export.tips != 0),
        **export.money(),
    }
    return Mapped(columns, export.is_tip, export.faults())


def _users(rows: Rows, spec: ShopifyCsv) -> tuple[pa.Array, pa.Array]:
    """Return types and ids of users; with `user_fallback: phone` the phone number where there is no address."""
    emails = rows.column("Email")
    types = rows.everywhere("email")
    if spec.user_fallback is None:
        return types, emails
    phones = pc.utf8_ltrim(rows.column("Phone"), "'")
    by_phone = pc.and_(emails.is_null(), phones.is_valid())
    return pc.if_else(by_phone, "phone", types), pc.if_else(by_phone, phones, emails)


def _skus(rows: Rows, spec: ShopifyCsv) -> pa.Array:
    skus = rows.column("Lineitem sku")
    if spec.sku_fallback is None:
        return skus
    names = rows.column("Lineitem name").dictionary_encode()
    slugs = pa.array([_slug(name) for name in names.dictionary.to_pylist()], pa.string())
    return pc.coalesce(skus, slugs.take(names.indices))


def _slug(name: str) -> str | None:
    """Return `blue-mug-l` for "Blue Mug / L"; letters of all alphabets stay."""
    return re.sub(r"[\W_]+", "-", name.lower()).strip("-") or None


@dataclass(frozen=True)
class _Export:
    """The amounts and statuses of an export's rows, in `money.UNIT`s."""

    rows: Rows

    @cached_property
    def is_tip(self) -> np.ndarray:
        """Rows that are a tip: named so and without a sku (D19)."""
        return equals(self.rows.column("Lineitem name"), "Tip") & np.asarray(self.rows.column("Lineitem sku").is_null())

    @cached_property
    def line_discount(self) -> Amounts:
        """Discounts of whole lines."""
        return amounts(self.rows.column("Lineitem discount"))

    @cached_property
    def gross(self) -> Amounts:
        """Price times quantity of each row."""
        return times(*(amounts(self.rows.column(f"Lineitem {name}")) for name in ("price", "quantity")))

    @cached_property
    def net(self) -> np.ndarray:
        """What each row costs after its own discount."""
        return self.gross.units - self.line_discount.units

    @cached_property
    def tips(self) -> np.ndarray:
        """The tips of each order."""
        return self.rows.sums(np.where(self.is_tip, self.net, 0))

    @cached_property
    def financial(self) -> np.ndarray:
        """The financial status of the order of each row."""
        return np.asarray(self.rows.of_orders("Financial Status").fill_null(""), object)[self.rows.order_of_row]

    @cached_property
    def fulfillment(self) -> np.ndarray:
        """The fulfillment status of each row."""
        return np.asarray(self.rows.column("Lineitem fulfillment status").fill_null(""), object)

    @property
    def statuses(self) -> pa.Array:
        """The line status of each row; the first condition that holds decides (D4)."""
        financial, fulfillment = self.financial, self.fulfillment
        cancelled = np.asarray(self.rows.of_orders("Cancelled at").is_valid())[self.rows.order_of_row]
        settled = np.isin(financial, ("paid", "partially_refunded"))
        conditions = (
            financial == "refunded",
            (financial == "voided") | cancelled | (fulfillment == "restocked"),
            settled & (fulfillment == "fulfilled"),
            settled,
        )
        return pa.array(np.select(conditions, ("refunded", "cancelled", "fulfilled", "paid"), "placed"), pa.string())

    def money(self) -> dict[str, pa.Array]:
        """Return the amounts that the file does not have as they are."""
        total, taxes, shipping = (self._of_orders(name) for name in ("Total", "Taxes", "Shipping"))
        discount = self.line_discount.units + self._shared(self._order_discount(), self.net)
        net = np.where(self.is_tip, 0, self.gross.units - discount)
        tax = self._shared(taxes, net, "Lineitem taxable")
        freight = self._shared(shipping, net, "Lineitem requires shipping")
        subtotal = net - np.where(self._includes_taxes(taxes, shipping, total), tax, 0)
        line_total = subtotal + tax + freight
        return {
            "subtotal": self.rows.on_first(texts(total - taxes - shipping)),
            "lineItem_discount": texts(discount),
            "lineItem_subtotal": texts(subtotal),
            "lineItem_tax": texts(tax),
            "lineItem_shipping": texts(freight),
            "lineItem_total": texts(line_total),
            "lineItem_refund": texts(self._refunds(line_total)),
        }

    def _order_discount(self) -> np.ndarray:
        """Return the part of each order's discount that no line has; a code for the whole order is not spread."""
        of_lines = self.rows.sums(np.where(self.is_tip, 0, self.line_discount.units))
        return np.maximum(self._of_orders("Discount Amount") - of_lines, 0)

    def _includes_taxes(self, taxes: np.ndarray, shipping: np.ndarray, total: np.ndarray) -> np.ndarray:
        """Return of each row whether its order's prices include the taxes.

        Where taxes are a cent, both readings are within the tolerance, and the one that fits better counts.
        """
        without = self._of_orders("Subtotal") + shipping + self.tips - total
        fits = (np.abs(without) < _HALF_CENT) & (np.abs(without) < np.abs(without + taxes))
        return ((taxes > 0) & fits)[self.rows.order_of_row]

    def _refunds(self, line_totals: np.ndarray) -> np.ndarray:
        refunded = self._of_orders("Refunded Amount")
        partial_refunds = self._shared(refunded, np.where(self.is_tip, 0, line_totals))
        return np.select(
            (self.financial == "refunded", self.financial == "partially_refunded"), (line_totals, partial_refunds), 0
        )

    def _shared(self, of_orders: np.ndarray, weights: np.ndarray, flag: str | None = None) -> np.ndarray:
        """Share amounts of orders over their line items, those alone whose flag is true, if any has that."""
        items = ~self.is_tip
        chosen = items if flag is None else items & equals(self.rows.column(flag), "true")
        none_chosen = ~np.maximum.reduceat(chosen, self.rows.bounds[:-1])[self.rows.order_of_row]
        return share_to_the_cent(of_orders, weights, self.rows.bounds, chosen | (items & none_chosen))

    def _of_orders(self, name: str) -> np.ndarray:
        return amounts(self.rows.of_orders(name)).units

    def faults(self) -> list[Faults]:
        """Return what is wrong in columns that become none of ours, and what was estimated."""
        items = np.flatnonzero(~self.is_tip)
        return [
            Faults(np.intersect1d(self.gross.missing, items), "Lineitem price", "MISSING_VALUE"),
            Faults(self.gross.invalid, "Lineitem price", "INVALID_NUMBER"),
            Faults(np.intersect1d(self.line_discount.missing, items), "Lineitem discount", "MISSING_VALUE"),
            Faults(self.line_discount.invalid, "Lineitem discount", "INVALID_NUMBER"),
            *self._unknown_statuses(items),
            *self._order_faults(),
        ]

    def _unknown_statuses(self, items: np.ndarray) -> list[Faults]:
        known = np.isin(self.fulfillment[items], FULFILLMENT)
        blank = self.fulfillment[items] == ""
        column = "Lineitem fulfillment status"
        return [
            Faults(items[blank], column, "MISSING_VALUE"),
            Faults(items[~known & ~blank], column, "UNKNOWN_FULFILLMENT_STATUS"),
        ]

    def _order_faults(self) -> list[Faults]:
        first = self.rows.bounds[:-1]
        status, subtotal = self.financial[first], amounts(self.rows.of_orders("Subtotal"))
        estimated = (status == "partially_refunded") & (np.diff(self.rows.bounds) > 1)
        return [
            Faults(first[status == ""], "Financial Status", "MISSING_VALUE"),
            Faults(first[~np.isin(status, (*FINANCIAL, ""))], "Financial Status", "UNKNOWN_FINANCIAL_STATUS"),
            Faults(first[subtotal.missing], "Subtotal", "MISSING_VALUE"),
            Faults(first[subtotal.invalid], "Subtotal", "INVALID_NUMBER"),
            Faults(first[estimated], "Refunded Amount", "REFUND_ESTIMATED"),
            *(Faults(first[self._unreadable(name)], name, "TIME_UNREADABLE") for name in ("Paid at", "Fulfilled at")),
        ]

    def _unreadable(self, name: str) -> np.ndarray:
        times = parse_timestamps(self.rows.of_orders(name))
        return np.asarray(pc.fill_null(pc.equal(times, pa.scalar(INVALID, times.type)), False))
