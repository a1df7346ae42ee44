"""Amounts of Tmall's reports: what is due for an order, shared among its line items by their list price.

The order's goods and postage are what the buyer was to pay; the list price of its rows may be higher (239.00 listed,
201.12 due), and the difference is the discount. A raise is none.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp_pipelines.formats.tmall.pair import DETAIL
from cdp_pipelines.formats.tmall.quirks import meant
from cdp_pipelines.mappings.money import amounts, texts, times
from cdp_pipelines.mappings.rows import Faults, Rows, equals
from cdp_pipelines.mappings.sharing import share_to_the_cent

GOODS, POSTAGE, TOTAL, REFUND = "买家应付货款", "买家应付邮费", "总金额", "退款金额"
PRICE, QUANTITY = DETAIL + "价格", DETAIL + "购买数量"
LINE_REFUND, REFUND_STATUS, LINE_DUE = DETAIL + REFUND, DETAIL + "退款状态", DETAIL + GOODS
REFUNDED = "退款成功"
"""The only status of a refund that means that money went back."""


def in_yuan(cells: pa.Array) -> pa.Array:
    """Return amounts without the 元 that some columns write behind them."""
    return pc.replace_substring_regex(meant(cells), r"\s*元$", "")


@dataclass(frozen=True)
class Money:
    """The amounts of some orders.

    Attributes:
        of_orders: Our columns, one entry per order.
        of_lines: Our columns, one entry per row.
        refunded: Which rows were refunded as a whole.
        faults: Cells of the product report that are no amounts; those of the order report are ours as they are.
    """

    of_orders: dict[str, pa.Array]
    of_lines: dict[str, pa.Array]
    refunded: np.ndarray
    faults: list[Faults]

    @classmethod
    def of(cls, rows: Rows, no_items: np.ndarray) -> Self:
        """Read and share the amounts of rows; `no_items` are no line items."""
        cells = {name: in_yuan(rows.of_orders(name)) for name in (GOODS, POSTAGE, TOTAL, REFUND)}
        listed, faults = _listed(rows, no_items)
        due, shipping = (_shared(rows, cells[name], listed) for name in (GOODS, POSTAGE))
        discounts = np.maximum(listed - due, 0)
        refunds, refunded, unreadable = _refunds(rows, cells[REFUND], due, due + shipping)
        return cls(
            of_orders={
                "total": cells[TOTAL],
                "subtotal": cells[GOODS],
                "shipping": cells[POSTAGE],
                "discount": texts(rows.sums(discounts)),
                "refund": _refund_of_orders(cells[REFUND], rows.sums(refunds)),
            },
            of_lines={
                "lineItem_total": texts(due + shipping),
                "lineItem_subtotal": texts(due),
                "lineItem_shipping": texts(shipping),
                "lineItem_discount": texts(discounts),
                "lineItem_refund": texts(refunds),
            },
            refunded=refunded,
            faults=[*faults, unreadable],
        )


def _listed(rows: Rows, no_items: np.ndarray) -> tuple[np.ndarray, list[Faults]]:
    """Return the list price of each row, and what is wrong with prices; a quantity is judged as one of ours."""
    listed = times(*(amounts(in_yuan(rows.column(name))) for name in (PRICE, QUANTITY)))
    return listed.units, [
        Faults(listed.invalid, PRICE, "INVALID_NUMBER"),
        Faults(listed.missing[~no_items[listed.missing]], PRICE, "MISSING_VALUE"),
    ]


def _shared(rows: Rows, cells: pa.Array, weights: np.ndarray) -> np.ndarray:
    """Share an amount of each order among its rows, to the fen where it is whole fen."""
    return share_to_the_cent(amounts(cells).units, weights, rows.bounds)


def _refunds(
    rows: Rows, of_orders: pa.Array, due: np.ndarray, totals: np.ndarray
) -> tuple[np.ndarray, np.ndarray, Faults]:
    """Return what went back of each row, which rows are refunded by it, and unreadable cells.

    The product report's own amounts count; where it has none, the order report's is shared by what was due.
    """
    stated = amounts(in_yuan(rows.column(LINE_REFUND)))
    none_stated = (rows.sums(np.abs(stated.units)) == 0)[rows.order_of_row]
    refunds = np.where(none_stated, _shared(rows, of_orders, due), stated.units)
    done = equals(meant(rows.column(REFUND_STATUS)), REFUNDED)
    refunds = np.where(done & (refunds == 0), totals, refunds)
    own = amounts(in_yuan(rows.column(LINE_DUE)))  # since 2020 a row says itself what was due for it
    unsaid = np.isin(np.arange(rows.count), np.append(own.missing, own.invalid))
    return (
        refunds,
        done & (refunds >= np.where(unsaid, due, own.units)),
        Faults(stated.invalid, LINE_REFUND, "INVALID_NUMBER"),
    )


def _refund_of_orders(cells: pa.Array, sums: np.ndarray) -> pa.Array:
    """Return what the order report says, and what its rows add up to where it says nothing or 0."""
    told = amounts(cells)
    silent = told.units == 0
    silent[told.invalid] = False
    return pc.if_else(pa.array(silent), texts(sums), cells)
