"""Documents in plain Python, row by row: the reference for those that Arrow builds and that Postgres keeps."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from cdp_pipelines.orders.merge import Number
from cdp_pipelines.schemas.columns import CUSTOM, LINE_COLUMNS, ORDER_COLUMNS, Column
from cdp_pipelines_tests.schemas.cells import Row

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
ODD_TEXT = st.text('"\\/\n\r\t\b\f\x01\x1f\x7f;,{}[] é\u2028😀', min_size=1, max_size=6)
TEXT = ANY_TEXT | ODD_TEXT
NUMBERS = st.sampled_from(["0", "102.5", "9007199254740993", "-0.01", "0.0000001", "12345678901234567890.123"])
_CELLS = {
    "string": TEXT,
    "list": st.text(' ;aé"\\\n', min_size=1, max_size=10) | TEXT,
    "number": NUMBERS,
    "discount": NUMBERS,
    "currency": st.sampled_from(["EUR", "USD"]),
    "status": st.sampled_from(["placed", "paid"]),
    "boolean": st.sampled_from(["true", "false"]),
    "integer": st.sampled_from(["0", "15552000000"]),
    "timestamp": st.just("2026-01-31T05:00:00Z"),
}


@st.composite
def rows_of(draw: st.DrawFn, columns: Iterable[Column]) -> Row:
    """Canonical cells of one row, optional ones empty at times."""
    return {
        column.name: draw(_CELLS[column.type] if column.required else st.none() | _CELLS[column.type])
        for column in columns
    }


@st.composite
def orders(draw: st.DrawFn) -> list[tuple[Row, list[Row]]]:
    """Orders of one file: order columns with custom ones, and line items; all with the same columns."""
    custom = [CUSTOM + name for name in draw(st.lists(TEXT, max_size=4, unique=True))]
    order = [c for c in ORDER_COLUMNS if c.required or draw(st.booleans())]
    lines = [c for c in LINE_COLUMNS if c.required or draw(st.booleans())]
    found = []
    for _ in range(draw(st.integers(1, 4))):
        row = draw(rows_of(order)) | {name: draw(st.none() | TEXT) for name in custom}
        found.append((row, draw(st.lists(rows_of(lines), min_size=1, max_size=3))))
    return found


def document(order: Row, lines: list[Row]) -> dict[str, Any]:
    """Build the document of one order."""
    body = _object(ORDER_COLUMNS, order, "currency")
    custom = {k.removeprefix(CUSTOM): v for k, v in order.items() if k.startswith(CUSTOM) and v is not None}
    if custom:
        body["customFields"] = custom
    items = [{"adult": False} | _object(LINE_COLUMNS, line, "lineItem_currency") for line in lines]
    return {"order": body, "lineItems": items}


def _object(columns: Iterable[Column], row: Row, currency: str) -> dict[str, Any]:
    values = {c.field: _value(c, row[c.name], row[currency]) for c in columns if c.field and row.get(c.name)}
    return {field: value for field, value in values.items() if value != []}


def _value(column: Column, cell: str | None, currency: str | None) -> Any:
    match column.type, cell:
        case "list", str():
            return [entry.strip() for entry in cell.split(";") if entry.strip()]
        case "boolean", _:
            return cell == "true"
        case "discount", str():
            return {"value": Number(cell), "currency": currency}
        case (("number" | "integer"), str()):
            return Number(cell)
    return cell


def texts(rows: list[Row]) -> dict[str, pa.Array]:
    """Return rows as columns."""
    return {name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]}
