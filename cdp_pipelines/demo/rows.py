"""An order as rows of Kevel's order CSV: one per line item, all columns used (formats: Kevel Audience order CSV)."""

from datetime import datetime, timedelta, timezone

from cdp_pipelines.demo.shop import HALF_A_YEAR_MS, Change, Line, Order

Row = dict[str, str]

ORDER_COLUMNS = (
    "orderId", "userIdType", "userId", "currency", "total", "subtotal", "tax", "shipping", "discount", "refund",
    "paymentMethod", "shippingMethod", "shippingCountry", "source", "promotions", "createdAt", "lastUpdated",
    "custom_giftMessage", "custom_shop",
)  # fmt: skip
LINE_COLUMNS = (
    "lineItem_id", "lineItem_productId", "lineItem_itemGroupId", "lineItem_name", "lineItem_sku", "lineItem_brand",
    "lineItem_category", "lineItem_categoriesList", "lineItem_currency", "lineItem_total", "lineItem_subtotal",
    "lineItem_tax", "lineItem_shipping", "lineItem_discount", "lineItem_refund", "lineItem_quantity",
    "lineItem_promotions", "lineItem_adult", "lineItem_subscriptionDuration", "lineItem_size", "lineItem_sizeSystem",
    "lineItem_status",
)  # fmt: skip
COLUMNS: tuple[str, ...] = ORDER_COLUMNS + LINE_COLUMNS
FEED_COLUMNS = (
    "lineItem_itemGroupId", "lineItem_name", "lineItem_brand", "lineItem_category", "lineItem_categoriesList",
    "lineItem_adult",
)  # fmt: skip
"""What a product feed knows as well."""

_SHOP_TIME = timezone(timedelta(hours=1))
_MONEY = ("total", "subtotal", "tax", "shipping", "discount")


def rows(order: Order, change: Change) -> list[Row]:
    """Return the order as it stands after `change`; only its first row says what concerns the whole order.

    Every fifth order leaves even the id out on the rows below, which then continue the order above (D27).
    """
    lines = [_line(order, change, position) for position in range(len(order.lines))]
    refund = sum(_refund(order, change, position) for position in range(len(order.lines)))
    below = {} if order.number % 5 == 0 else {"orderId": order.id}
    return [{**_order(order, change, refund), **lines[0]}, *({**below, **line} for line in lines[1:])]


def _order(order: Order, change: Change, refund: int) -> Row:
    return {
        "orderId": order.id,
        "userIdType": order.user_type,
        "userId": order.user,
        "currency": order.currency,
        **{name: amount(sum(getattr(line, name) for line in order.lines)) for name in _MONEY},
        "refund": amount(refund),
        "paymentMethod": order.payment,
        "shippingMethod": order.shipping_method,
        "shippingCountry": order.country,
        "source": order.source,
        "promotions": "; ".join(order.promotions),
        "createdAt": _time(order.changes[0].at),
        "lastUpdated": _time(change.at),
        "custom_giftMessage": order.message,
        "custom_shop": "main",
    }


def _line(order: Order, change: Change, position: int) -> Row:
    line = order.lines[position]
    return {
        "lineItem_id": f"{order.id}-{position + 1}",
        "lineItem_currency": order.currency,
        **{f"lineItem_{name}": amount(getattr(line, name)) for name in _MONEY},
        "lineItem_refund": amount(_refund(order, change, position)),
        "lineItem_quantity": amount(line.quantity),
        "lineItem_promotions": ";".join(order.promotions),
        "lineItem_status": _status(change, position),
        **_product(line),
    }


def _product(line: Line) -> Row:
    product = line.product
    return {
        "lineItem_productId": product.id,
        "lineItem_itemGroupId": product.categories[0].lower(),
        "lineItem_name": product.name,
        "lineItem_sku": "-".join(filter(None, (product.id, line.colour, line.size))),
        "lineItem_brand": product.brand,
        "lineItem_category": " > ".join(product.categories),
        "lineItem_categoriesList": ";".join(product.categories),
        "lineItem_adult": "true" if product.adult else "",
        "lineItem_subscriptionDuration": str(HALF_A_YEAR_MS) if product.subscription else "",
        "lineItem_size": line.size,
        "lineItem_sizeSystem": "EU" if line.size else "",
    }


def _touched(change: Change, position: int) -> bool:
    return not change.partial or position == 0


def _refund(order: Order, change: Change, position: int) -> int:
    refunded = change.status == "refunded" and _touched(change, position)
    return order.lines[position].total if refunded else 0


def _status(change: Change, position: int) -> str:
    return change.status if _touched(change, position) else "fulfilled"


def amount(hundredths: int) -> str:
    """Return cents (or hundredths of a unit) as a number with two decimals."""
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _time(moment: datetime) -> str:
    return moment.astimezone(_SHOP_TIME).strftime("%Y-%m-%dT%H:%M:%S%z")
