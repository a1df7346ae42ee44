"""Tmall's pair of reports: an order of the order report with its rows of the product report (formats section 5).

What is due is shared among an order's rows by their list price, to the fen, so that the lines add up to the order.
Names, addresses, messages and invoices of buyers are nobody's columns here; `transform` may take them up.
"""

import re
from collections.abc import Sequence
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp_pipelines.formats.spec import TmallCsv
from cdp_pipelines.formats.tmall.pair import DETAIL, ID
from cdp_pipelines.formats.tmall.quirks import meant
from cdp_pipelines.formats.tmall.report import CREATED, LINE_NO, MAIN_ORDER_NO, ORDER_NO
from cdp_pipelines.mappings.named import NamedFormat
from cdp_pipelines.mappings.rows import Faults, Mapped, Rows, Skip
from cdp_pipelines.mappings.tmall_money import (
    GOODS,
    LINE_DUE,
    LINE_REFUND,
    POSTAGE,
    PRICE,
    QUANTITY,
    REFUND,
    REFUND_STATUS,
    TOTAL,
    Money,
    in_yuan,
)
from cdp_pipelines.schemas.mobiles import parse_mobiles

STATUS, MOBILE, PAID = "订单状态", "联系手机", "买家实际支付金额"
SHIPPING_METHOD, SHOP, SHOP_ID = "运送方式", "店铺名称", "店铺Id"
_KEYS = (DETAIL + ORDER_NO, DETAIL + MAIN_ORDER_NO)
TITLE, SKU, ITEM = DETAIL + "标题", DETAIL + "商家编码", DETAIL + "外部系统编号"

SUCCESSFUL, CLOSED = "交易成功", "交易关闭"
STATUSES = {
    SUCCESSFUL: "fulfilled",
    "买家已付款，等待卖家发货": "paid",
    "卖家已发货，等待买家确认": "paid",
    "卖家部分发货": "paid",
}
"""The statuses of orders that are taken (D-032), and what they make of a line item."""

_OTHER_STATUS = r"^(?:等待|交易|买家|卖家|付款|定金|预售|退款|没有创建)[^0-9A-Za-z@]{0,30}$"
"""Statuses that a message may quote: columns that have shifted may hold a name or an address instead."""

_ORDER: tuple[str, ...] = (ORDER_NO, GOODS, POSTAGE, TOTAL, PAID, STATUS, MOBILE, CREATED)
_OF_SOME_YEARS: tuple[str, ...] = (SHIPPING_METHOD, SHOP, SHOP_ID, REFUND)
_LINE: tuple[str, ...] = (TITLE, PRICE, QUANTITY, ITEM, DETAIL + STATUS, SKU)
"""What exports of all years have and is read here: without it a file was edited (D17)."""
_LINE_OF_SOME_YEARS: tuple[str, ...] = (*_KEYS, DETAIL + LINE_NO, REFUND_STATUS, LINE_REFUND, LINE_DUE)


def tmall(spec: TmallCsv) -> NamedFormat:
    """Return the mapping of Tmall's pair of reports."""
    accepted = [SUCCESSFUL] if spec.only_successful else list(STATUSES)
    return NamedFormat(
        noun="a pair of Tmall's reports",
        order=dict.fromkeys((ID, *_ORDER), True) | dict.fromkeys(_OF_SOME_YEARS, False),
        line=dict.fromkeys(_LINE, True) | dict.fromkeys(_LINE_OF_SOME_YEARS, False),
        group_by=ID,
        order_id=ID,
        copied={
            "orderId": ID,
            "createdAt": CREATED,
            "shippingMethod": SHIPPING_METHOD,
            "custom_shop": SHOP,
            "custom_shopId": SHOP_ID,
            "lineItem_id": DETAIL + LINE_NO,
            "lineItem_name": TITLE,
            "lineItem_quantity": QUANTITY,
        },
        blamed=_BLAMED,
        derived=(*_OF_ORDERS, *_OF_LINES),
        derive=partial(_derive, accepted=accepted),
        alternatives=(_KEYS,),
        belongs_to_line=lambda name: name.startswith(DETAIL),
        read=meant,
    )


_OF_ORDERS = (
    *("userIdType", "userId", "currency", "total", "subtotal", "tax", "shipping", "discount", "refund", "source"),
    "custom_paid",
)
_OF_LINES = tuple(
    f"lineItem_{name}"
    for name in (
        *("productId", "sku", "currency", "total", "subtotal", "tax", "shipping", "discount", "refund"),
        "status",
    )
)
_BLAMED = {
    "userId": MOBILE,
    "total": TOTAL,
    "subtotal": GOODS,
    "shipping": POSTAGE,
    "refund": REFUND,
    "custom_paid": PAID,
    "lineItem_productId": SKU,
    "lineItem_sku": SKU,
    "lineItem_status": DETAIL + STATUS,
} | {f"lineItem_{name}": PRICE for name in ("total", "subtotal", "shipping", "discount", "refund")}


def _derive(rows: Rows, accepted: Sequence[str]) -> Mapped:
    statuses, no_items = _normal(meant(rows.of_orders(STATUS))), _without_details(rows)
    money = Money.of(rows, no_items)
    mobiles, no_mobiles = _users(rows)
    phone, currency, nothing, source = map(rows.everywhere, ("phone", "CNY", "0", "Tmall"))
    orders = {
        "userIdType": phone,
        "userId": mobiles,
        "currency": currency,
        "tax": nothing,
        "source": source,
        "custom_paid": in_yuan(rows.of_orders(PAID)),
        **money.of_orders,
    }
    codes = pc.coalesce(meant(rows.column(SKU)), meant(rows.column(ITEM)))
    lines = {
        "lineItem_productId": codes,
        "lineItem_sku": codes,
        "lineItem_currency": currency,
        "lineItem_tax": nothing,
        "lineItem_status": _line_statuses(rows, statuses, money.refunded),
        **money.of_lines,
    }
    at_fault = Faults(rows.bounds[no_mobiles], MOBILE, "INVALID_MOBILE")
    return Mapped(
        columns=lines | {name: rows.on_first(cells) for name, cells in orders.items()},
        no_items=no_items if no_items.any() else None,
        faults=[at_fault, *money.faults],
        skips=_skips(statuses, accepted),
        emptied=frozenset((row, "userId") for row in at_fault.rows.tolist()),
    )


def _normal(statuses: pa.Array) -> pa.Array:
    """Write statuses one way: both commas occur in them."""
    return pc.replace_substring_regex(statuses, r"\s*[,，]\s*", "，")


def _users(rows: Rows) -> tuple[pa.Array, np.ndarray]:
    """Return each order's mobile number, which tells the buyer (D-033), and the orders whose number is none."""
    cells = meant(rows.of_orders(MOBILE))
    mobiles = parse_mobiles(cells)
    return mobiles, np.flatnonzero(np.asarray(pc.and_(cells.is_valid(), mobiles.is_null())))


def _line_statuses(rows: Rows, of_orders: pa.Array, refunded: np.ndarray) -> pa.Array:
    """Return the status of each line item: its own where it has one, else its order's."""
    own = _normal(meant(rows.column(DETAIL + STATUS)))
    of_order = of_orders.take(pa.array(rows.order_of_row))
    known = pa.array([*STATUSES, CLOSED])
    ours = pa.array([*STATUSES.values(), "cancelled"])
    found = ours.take(pc.coalesce(pc.index_in(own, value_set=known), pc.index_in(of_order, value_set=known)))
    return pc.if_else(pa.array(refunded), "refunded", found)


def _skips(statuses: pa.Array, accepted: Sequence[str]) -> list[Skip]:
    """Leave out orders of other statuses (D-032), each with its reason."""
    told = statuses.dictionary_encode("encode")
    reasons = [None if status in accepted else _reason(status) for status in told.dictionary.to_pylist()]
    by_order = np.array(reasons, object)[np.asarray(told.indices)]
    return [
        Skip(np.flatnonzero(by_order == reason), "STATUS_NOT_TAKEN", STATUS, reason)
        for reason in dict.fromkeys(filter(None, reasons))
    ]


def _reason(status: str | None) -> str:
    if status is None:
        why = "have no status, so they are not imported: export both reports anew"
    elif status in STATUSES:
        why = f"have the status {status} and are not imported, since only_successful takes {SUCCESSFUL} alone"
    elif re.match(_OTHER_STATUS, status):
        why = f"have the status {status} and are not imported: only orders that are paid and not closed are"
    else:
        why = "have another status than Tmall's paid ones, and are not imported"
    return f"orders {why}"


def _without_details(rows: Rows) -> np.ndarray:
    """Return which rows are orders that the product report does not have."""
    return np.asarray(pc.coalesce(*map(rows.column, _KEYS)).is_null())
