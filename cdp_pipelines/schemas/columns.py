"""The columns of an order row: the table of Kevel Audience's order CSV, which is our canonical row of orders.

Other formats are mapped to these names before validation. What a valid value is stands in `schemas.orders`.
Source: Kevel Audience, Offline Imports, Kevel Audience CSV; rows K-030 to K-069.
"""

from dataclasses import dataclass
from typing import Literal

Type = Literal["string", "number", "list", "timestamp", "boolean", "integer", "currency", "status", "discount"]

LINE_IDS = ("id", "productId", "sku")
"""The ids of a line item, without `LINE` in front."""

LONGEST = 512
"""Characters of an identifier: a longer one does not fit the store's index."""

CUSTOM = "custom_"
"""Prefix of order-level columns that become `order.customFields` (K-047, D14)."""

BESIDE_ITEMS = "besideLineItems"
"""Of named formats: the part of an order's total that none of its line items has, like a tip (D19); no field."""

LINE = "lineItem_"
"""Prefix of the columns that belong to a line item."""


@dataclass(frozen=True)
class Column:
    """One column of the file and the field of the event that it becomes ("" = not part of the document)."""

    name: str
    required: bool
    type: Type
    description: str
    field: str = ""


ORDER_COLUMNS = (
    Column("orderId", True, "string", "Order identifier, unique per order", "id"),
    Column("userIdType", True, "string", "Type of the user identifier, such as email"),
    Column("userId", True, "string", "User identifier, valid for its type"),
    Column("currency", True, "currency", "ISO 4217 code of the order's amounts", "currency"),
    Column("total", True, "number", "Total after discounts: subtotal + tax + shipping", "total"),
    Column("subtotal", True, "number", "Total without tax and shipping", "subtotal"),
    Column("tax", True, "number", "Tax of the order", "tax"),
    Column("shipping", True, "number", "Shipping costs of the order", "shipping"),
    Column("discount", True, "discount", "Discount, already contained in the totals", "discount"),
    Column("refund", True, "number", "Refunded amount", "refund"),
    Column("paymentMethod", False, "string", "Payment method", "paymentMethod"),
    Column("shippingMethod", False, "string", "Shipping method", "shippingMethod"),
    Column("shippingCountry", False, "string", "Destination country, free text", "shippingCountry"),
    Column("source", False, "string", "Where the order was placed: web, phone call, POS", "source"),
    Column("promotions", False, "list", "Vouchers of the order, separated by ;", "promotions"),
    Column("createdAt", True, "timestamp", "When the order was created, ISO 8601"),
    Column("lastUpdated", False, "timestamp", "When the order was last updated, ISO 8601; its version"),
)

LINE_COLUMNS = (
    Column("lineItem_id", False, "string", "Identifier of the line item, unique in the order", "lineItemId"),
    Column("lineItem_productId", True, "string", "Product identifier, the key into the product feed", "productId"),
    Column("lineItem_itemGroupId", False, "string", "Group of a product's variants", "itemGroupId"),
    Column("lineItem_name", False, "string", "Product name", "name"),
    Column("lineItem_sku", True, "string", "Stock keeping unit", "sku"),
    Column("lineItem_brand", False, "string", "Brand", "brand"),
    Column("lineItem_category", False, "string", "Category, kept as given", "category"),
    Column(
        "lineItem_categoriesList",
        False,
        "list",
        "Categories from general to specific, separated by ;",
        "categoriesList",
    ),
    Column("lineItem_currency", True, "currency", "ISO 4217 code of the line's amounts", "currency"),
    Column("lineItem_total", True, "number", "Total after discounts: subtotal + tax + shipping", "total"),
    Column("lineItem_subtotal", True, "number", "Total without tax and shipping", "subtotal"),
    Column("lineItem_tax", True, "number", "Tax of the line", "tax"),
    Column("lineItem_shipping", True, "number", "Shipping costs of the line", "shipping"),
    Column("lineItem_discount", True, "discount", "Discount, already contained in the totals", "discount"),
    Column("lineItem_refund", True, "number", "Refunded amount", "refund"),
    Column("lineItem_quantity", True, "number", "Quantity, fractions allowed", "quantity"),
    Column("lineItem_promotions", False, "list", "Vouchers of the line, separated by ;", "promotions"),
    Column("lineItem_adult", False, "boolean", "true or false, default false", "adult"),
    Column("lineItem_subscriptionDuration", False, "integer", "Duration in milliseconds", "subscriptionDuration"),
    Column("lineItem_size", False, "string", "Product size", "size"),
    Column("lineItem_sizeSystem", False, "string", "Country of the size system", "sizeSystem"),
    Column("lineItem_status", True, "status", "placed, paid, fulfilled, refunded or cancelled", "status"),
)

COLUMNS = ORDER_COLUMNS + LINE_COLUMNS

STATUSES = {
    "placed": "ordered, not paid",
    "paid": "paid, not delivered",
    "fulfilled": "paid and delivered",
    "refunded": "refunded",
    "cancelled": "the line was removed from the order",
}
"""The five line statuses and their meanings (K-069)."""

ORDER_NUMBERS = tuple(c.name for c in ORDER_COLUMNS if c.type in ("number", "discount"))
LINE_NUMBERS = tuple(c.name for c in LINE_COLUMNS if c.type in ("number", "discount"))


def custom_columns(header: tuple[str, ...]) -> tuple[str, ...]:
    """Return the header's `custom_<name>` columns, in the header's order."""
    return tuple(name for name in header if name.startswith(CUSTOM) and len(name) > len(CUSTOM))


def order_columns(header: tuple[str, ...]) -> tuple[str, ...]:
    """Return the header's columns that describe the order rather than one of its lines."""
    known = {column.name for column in ORDER_COLUMNS} | {BESIDE_ITEMS}
    return tuple(name for name in header if name in known) + custom_columns(header)
