"""Cells of valid orders and line items, to be spoilt one by one."""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from cdp_pipelines.schemas.columns import COLUMNS, LINE
from cdp_pipelines.schemas.orders import find, line_schema, order_schema
from cdp_pipelines.schemas.typed import Typed, type_lines, type_orders

Row = dict[str, str | None]

ORDER: Row = {
    "orderId": "or123", "userIdType": "email", "userId": "john@example.com", "currency": "EUR", "total": "102.5",
    "subtotal": "85", "tax": "11.5", "shipping": "6", "discount": "5", "refund": "0",
    "createdAt": "2020-09-16T10:38:06+0100",
}  # fmt: skip

AMOUNTS = {"total": "102.5", "subtotal": "85", "tax": "11.5", "shipping": "6", "discount": "5", "refund": "0"}

LINE_ITEM: Row = {LINE + name: value for name, value in AMOUNTS.items()} | {
    "lineItem_productId": "p125zc", "lineItem_sku": "p125zc-5", "lineItem_currency": "EUR", "lineItem_quantity": "1.0",
    "lineItem_status": "paid",
}  # fmt: skip

NAMES = tuple(column.name for column in COLUMNS)
AS_OF = datetime(2020, 9, 17, tzinfo=UTC)


def columns(*rows: Row) -> dict[str, pa.Array]:
    """Return rows as columns of text; a name that no row has is an absent column."""
    names = [name for name in NAMES if any(name in row for row in rows)]
    names += sorted({name for row in rows for name in row} - set(names))
    return {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}


def typed_orders(*changes: Row, hash_ids: bool = False, lines: int = 1, line_total: str | None = None) -> Typed:
    """Type orders; the totals of an order's lines are its own total unless given."""
    rows = [ORDER | change for change in changes]
    totals = np.array([_number(line_total or row["total"]) for row in rows])
    return type_orders(columns(*rows), totals, np.full(len(rows), lines), UTC, hash_ids)


def _number(cell: str | None) -> float:
    try:
        return float(cell or "nan")
    except ValueError:
        return np.nan


def codes_of_orders(*changes: Row, **choices) -> list[tuple[int, str, str]]:
    """Return row, column and code of what the schema finds in orders."""
    found = find(order_schema(AS_OF), typed_orders(*changes, **choices).frame)
    return sorted(zip(found.rows.tolist(), found.columns.tolist(), found.codes.tolist(), strict=True))


def codes_of_order(
    *, hash_ids: bool = False, lines: int = 1, line_total: str | None = None, **changes
) -> list[tuple[str, str]]:
    """Return column and code of what the schema finds in one order."""
    found = codes_of_orders(changes, hash_ids=hash_ids, lines=lines, line_total=line_total)
    return [(column, code) for _, column, code in found]


def codes_of_lines(*rows: Row, order: tuple[int, ...] | None = None) -> list[tuple[int, str, str]]:
    """Return row, column and code of what the schema finds in line items."""
    numbers = np.array(order or [0] * len(rows))
    typed = type_lines(columns(*(LINE_ITEM | row for row in rows)), numbers)
    found = find(line_schema(), typed.frame, LINE)
    return sorted(zip(found.rows.tolist(), found.columns.tolist(), found.codes.tolist(), strict=True))
