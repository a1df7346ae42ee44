"""Orders that come as something else than CSV end as the same orders, with the same care for every row."""

import csv
import io
import json

import pytest

from cdp_pipelines_tests.formats.workbooks import Cell, workbook
from cdp_pipelines_tests.scenarios.shop import Order, Shop, codes, counts, line, order, text

MONEY = ("total", "subtotal", "tax", "shipping", "discount", "refund", "quantity")
ORDERS = [order("00123", line(name="Käse"), line(sku="tea-9")), order("A-2", line(status="lost")), order("A-3")]
REJECTED = [(4, "UNKNOWN_STATUS", "lineItem_status")]


def cells(orders: list[Order]) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text(orders))))


def as_sheet(orders: list[Order]) -> list[list[Cell]]:
    """Return rows with amounts as numbers, as a spreadsheet stores them."""
    header, *rows = cells(orders)
    money = [name.removeprefix("lineItem_") in MONEY for name in header]
    return [
        [*header],
        *([float(cell) if number and cell else cell for cell, number in zip(row, money, strict=True)] for row in rows),
    ]


def as_objects(orders: list[Order]) -> str:
    header, *rows = cells(orders)
    return "".join(json.dumps(dict(zip(header, row, strict=True))) + "\n" for row in rows)


def stored(shop: Shop) -> list[dict]:
    return shop.ask("select order_id, total, tax, user_id, line_items from orders order by order_id")


@pytest.fixture
def plain(shop: Shop) -> list[dict]:
    """What the same orders give as CSV."""
    shop.imports(name="csv", site="csv").gets(*ORDERS)
    return [{**row} for row in stored(shop)]


def test_a_workbook_gives_the_same_orders_as_csv(shop: Shop, plain: list[dict]) -> None:
    content = workbook({"Cover": [["Orders of the day"]], "Orders": as_sheet(ORDERS)})
    report = shop.imports(name="excel", site="csv", format={"kind": "xlsx", "sheet": "Orders"}).reads(content)
    assert (report.status, counts(report)) == ("partial", {"unchanged": 3, "rejected": 1})
    assert shop.rejects(report.run_id) == REJECTED
    assert (report.files[0].encoding, report.files[0].compression) == ("utf-8", "zip")
    assert stored(shop) == plain
    assert [row["order_id"] for row in plain] == ["00123", "A-3"]


def test_json_lines_give_the_same_orders_as_csv(shop: Shop, plain: list[dict]) -> None:
    report = shop.imports(name="json", site="csv", format={"kind": "jsonl"}).reads(as_objects(ORDERS))
    assert (report.status, counts(report)) == ("partial", {"unchanged": 3, "rejected": 1})
    assert shop.rejects(report.run_id) == [(3, *REJECTED[0][1:])]
    assert stored(shop) == plain


def test_an_order_id_that_excel_has_rounded_is_refused_with_its_reason(shop: Shop) -> None:
    rows = as_sheet([order("A-1"), order("long"), order("A-3")])
    rows[2] = [35_100_000_000_000_001 if cell == "long" else cell for cell in rows[2]]
    report = shop.imports(format={"kind": "xlsx"}).reads(workbook({"Orders": rows}))
    assert (report.status, counts(report)) == ("partial", {"added": 2, "rejected": 1})
    assert shop.rejects(report.run_id) == [(3, "NUMBER_ROUNDED", None)]
    (issue,) = report.issues
    assert "Excel has rounded: format the column as text" in issue.message


def test_a_line_that_is_no_json_is_kept_for_repair(shop: Shop) -> None:
    first, second = as_objects([order("A-1"), order("A-2")]).splitlines(keepends=True)
    report = shop.imports(format={"kind": "jsonl"}).reads(first + "{oops\n" + second)
    assert (report.status, counts(report)) == ("partial", {"added": 2, "rejected": 1})
    assert shop.rejects(report.run_id) == [(2, "INVALID_JSON", None)]
    ((raw,),) = [list(row.values()) for row in shop.ask("select raw from rejects")]
    assert raw[""] == ["{oops"]


@pytest.mark.parametrize("block_size", [1, 300])
@pytest.mark.parametrize("kind", ["xlsx", "jsonl"])
def test_blocks_change_no_result(shop: Shop, block_size: int, kind: str) -> None:
    content = workbook({"Orders": as_sheet(ORDERS)}) if kind == "xlsx" else as_objects(ORDERS)
    report = shop.imports(format={"kind": kind}).reads(content, block_size=block_size)
    assert counts(report) == {"added": 3, "rejected": 1}


@pytest.mark.parametrize("kind", ["xlsx", "jsonl"])
def test_other_columns_are_transformed(shop: Shop, kind: str) -> None:
    orders = [order("A-1", line(name="Käse")), order("A-2")]
    if kind == "xlsx":
        header, *rows = as_sheet(orders)
        content = workbook({"Orders": [["number" if name == "orderId" else name for name in header], *rows]})
    else:
        content = (
            as_objects(orders).replace('"orderId": ', '"order": {"id": ').replace(', "userIdType"', '}, "userIdType"')
        )
    old = "number" if kind == "xlsx" else "order.id"
    report = shop.imports(format={"kind": kind}, transform=[{"rename": old, "to": "orderId"}]).reads(content)
    assert (counts(report), codes(report)) == ({"added": 2}, set())
    assert [row["order_id"] for row in stored(shop)] == ["A-1", "A-2"]
