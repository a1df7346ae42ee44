"""Every column of the Kevel Audience CSV: what is stored, what an empty cell does, what is refused (K-030 to K-069).

One file holds an order for every case; the tests look up what became of theirs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL

from cdp_pipelines.imports.report import Report
from cdp_pipelines.schemas.user_ids import ID_TYPES
from cdp_pipelines.store import Store
from cdp_pipelines_tests.conftest import _database
from cdp_pipelines_tests.scenarios.shop import Shop, order, text

ABSENT = object()
NUMBERS = dict.fromkeys(
    ("1,000.00", "€5", "5 EUR", "nan", "inf", "-inf", "1_000", "0x10", "ten", "1.2.3", "1e30", "٣"), "INVALID_NUMBER"
)
CURRENCIES = dict.fromkeys(("eur", "EURO", "€", "XYZ", "EU"), "UNKNOWN_CURRENCY")
TIMES = dict.fromkeys(
    ("16/09/2020", "2020-13-01", "2020-02-30T00:00:00Z", "2020-09-16T24:30:00Z", "2020-09-16T10:38:60Z", "yesterday",
     "1600252686", "0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "2020-09-16T10:38:06+25:00"), "INVALID_TIMESTAMP",
)  # fmt: skip
NOBODY = ("null", "Undefined", "NONE", "nan", "N/A", "0", "anonymous", "Unknown", "jane", "jane@", "a@b@example.com")


@dataclass(frozen=True)
class Cell:
    """A column and what its cells become; `empty` is what an empty cell leaves in the event (required: refused)."""

    row: str
    column: str
    path: str
    good: dict[str, Any]
    bad: dict[str, str] = field(default_factory=dict)
    required: bool = True
    empty: Any = ABSENT


def optional(row: str, column: str, path: str, good: dict[str, Any], **rest: Any) -> Cell:
    return Cell(row, column, path, good, required=False, **rest)


def amount(row: str, column: str, path: str, cell: str, value: float) -> Cell:
    return Cell(row, column, path, {cell: value, "00102.50": 102.5, "1.5e1": 15, "0": 0, ".5": 0.5}, NUMBERS)


def discount(row: str, column: str, path: str) -> Cell:
    return Cell(
        row, column, path, {"5": {"value": 5, "currency": "EUR"}, "0.00": {"value": 0, "currency": "EUR"}}, NUMBERS
    )


def words(row: str, column: str, path: str, cell: str) -> Cell:
    kept = (cell, "NA", "null", "00123", "1E5", "9007199254740993", 'say "hi",\nnow', "a\tb\\c", "naïve ✓")
    return optional(row, column, path, {one: one for one in kept})


CELLS = [
    Cell("K-031", "userIdType", "user.type", {"email": "email", "cookie": "cookie"},
         dict.fromkeys(("Email", "e-mail", "user"), "UNKNOWN_USER_ID_TYPE")),
    Cell("K-032", "userId", "user.id",
         {"jane@example.com": "jane@example.com", " Jane@Example.COM ": "jane@example.com"},
         dict.fromkeys(NOBODY, "INVALID_USER_ID")),
    Cell("K-033", "currency", "order.currency", {"EUR": "EUR", "JPY": "JPY"}, CURRENCIES),
    amount("K-034", "total", "order.total", "102.5", 102.5),
    amount("K-035", "subtotal", "order.subtotal", "85", 85),
    amount("K-036", "tax", "order.tax", "11.5", 11.5),
    amount("K-037", "shipping", "order.shipping", "6", 6),
    discount("K-038", "discount", "order.discount"),
    amount("K-039", "refund", "order.refund", "0.00", 0),
    words("K-040", "paymentMethod", "order.paymentMethod", "Visa"),
    words("K-041", "shippingMethod", "order.shippingMethod", "UPS"),
    words("K-042", "shippingCountry", "order.shippingCountry", "France"),
    words("K-043", "source", "order.source", "phone call"),
    optional("K-044", "promotions", "order.promotions",
             {"WINTERSALE": ["WINTERSALE"], " A ; B;;": ["A", "B"], ";": ABSENT}),
    Cell("K-045", "createdAt", "occurred_at",
         {"2020-09-16T10:38:06+0100": "2020-09-16T09:38:06Z", "2020-09-16T10:38:06+01:00": "2020-09-16T09:38:06Z",
          "2020-09-16T10:38:06": "2020-09-16T10:38:06Z", "2020-09-16T10:38:06.1234567Z": "2020-09-16T10:38:06.123456Z",
          "2020-09-16": "2020-09-16T00:00:00Z"}, TIMES),
    optional("K-047", "custom_color", "order.customFields", {"red": {"color": "red"}, "00123": {"color": "00123"}}),
    words("K-048", "lineItem_id", "line.lineItemId", "li125zc"),
    Cell("K-049", "lineItem_productId", "line.productId", {"p125zc": "p125zc", "00123": "00123"}),
    words("K-050", "lineItem_itemGroupId", "line.itemGroupId", "p125"),
    words("K-051", "lineItem_name", "line.name", "My Product"),
    Cell("K-052", "lineItem_sku", "line.sku", {"p125zc-5": "p125zc-5", "1E5": "1E5"}),
    words("K-053", "lineItem_brand", "line.brand", "Nike"),
    words("K-054", "lineItem_category", "line.category", "Men > Shirts > Short Sleeve Shirts"),
    optional("K-055", "lineItem_categoriesList", "line.categoriesList",
             {"Men;Shirts;Short Sleeve Shirts": ["Men", "Shirts", "Short Sleeve Shirts"], "Z;A": ["Z", "A"]}),
    Cell("K-056", "lineItem_currency", "line.currency", {"EUR": "EUR", "USD": "USD"}, CURRENCIES),
    amount("K-057", "lineItem_total", "line.total", "102.5", 102.5),
    amount("K-058", "lineItem_subtotal", "line.subtotal", "85", 85),
    amount("K-059", "lineItem_tax", "line.tax", "11.5", 11.5),
    amount("K-060", "lineItem_shipping", "line.shipping", "6", 6),
    discount("K-061", "lineItem_discount", "line.discount"),
    amount("K-062", "lineItem_refund", "line.refund", "0", 0),
    amount("K-063", "lineItem_quantity", "line.quantity", "1.0", 1),
    optional("K-064", "lineItem_promotions", "line.promotions", {"A;B": ["A", "B"]}),
    optional("K-065", "lineItem_adult", "line.adult", {"true": True, "false": False}, empty=False,
             bad=dict.fromkeys(("TRUE", "1", "yes", "no"), "INVALID_BOOLEAN")),
    optional("K-066", "lineItem_subscriptionDuration", "line.subscriptionDuration",
             {"15552000000": 15552000000, "0": 0},
             bad=dict.fromkeys(("180.5", "-1", "180 days", "1e3"), "INVALID_INTEGER")),
    words("K-067", "lineItem_size", "line.size", "S"),
    words("K-068", "lineItem_sizeSystem", "line.sizeSystem", "EU"),
    Cell("K-069", "lineItem_status", "line.status",
         {status: status for status in ("placed", "paid", "fulfilled", "refunded", "cancelled")},
         dict.fromkeys(("Paid", "shipped", "delivered"), "UNKNOWN_STATUS")),
]  # fmt: skip

cells = [pytest.param(cell, id=f"{cell.row} {cell.column}") for cell in CELLS]


@dataclass(frozen=True)
class Outcome:
    """What became of the orders of the file, by their ids."""

    report: Report
    events: dict[str, dict[str, Any]]
    rejects: dict[str, dict[str, Any]]
    lines: dict[str, int]


def _order(cell: Cell, value: str) -> list[dict[str, str]]:
    rows = order(f"{cell.column}: {value!r}")
    rows[0][cell.column] = value
    return rows


@pytest.fixture(scope="module")
def outcome(server: URL, migrated_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    folder: Path = tmp_path_factory.mktemp("columns")
    orders = [_order(cell, value) for cell in CELLS for value in ("", *cell.good, *cell.bad)]
    with pytest.MonkeyPatch.context() as patch:
        for url in _database(server, migrated_template, patch, folder):
            shop = Shop(folder, Store(url))
            report = shop.imports().reads(text(orders))
            told = {event["order"]["id"]: event for event in shop.events()}
            refused = {row["item_id"]: row for row in shop.ask("select * from rejects")}
            lines, at = {}, 2
            for rows in orders:
                lines[rows[0]["orderId"]] = at
                at += 1 + sum(value.count("\n") for value in rows[0].values())
            yield Outcome(report, told, refused, lines)


def _value(event: dict[str, Any], path: str) -> Any:
    found: Any = event
    for step in path.replace("line.", "lineItems.0.").split("."):
        found = found[0] if step == "0" else found.get(step, ABSENT)
    return found


@pytest.mark.rows("K-031", "K-032", "K-033", "K-034", "K-035", "K-036", "K-037", "K-038", "K-039", "K-040", "K-041",
                  "K-042", "K-043", "K-044", "K-045", "K-047", "K-048", "K-049", "K-050", "K-051", "K-052", "K-053",
                  "K-054", "K-055", "K-056", "K-057", "K-058", "K-059", "K-060", "K-061", "K-062", "K-063", "K-064",
                  "K-065", "K-066", "K-067", "K-068", "K-069", "D5", "D12", "D14", "D20")  # fmt: skip
@pytest.mark.parametrize("cell", cells)
def test_a_good_cell_is_in_the_event(outcome: Outcome, cell: Cell) -> None:
    events = {value: outcome.events.get(f"{cell.column}: {value!r}") for value in cell.good}
    assert {value: event and _value(event, cell.path) for value, event in events.items()} == cell.good


@pytest.mark.rows("K-006")
@pytest.mark.parametrize("cell", cells)
def test_an_empty_cell_is_refused_where_it_is_required_and_absent_where_not(outcome: Outcome, cell: Cell) -> None:
    name = f"{cell.column}: ''"
    if not cell.required:
        assert _value(outcome.events[name], cell.path) == cell.empty
        return
    found = outcome.rejects[name]
    assert (found["code"], found["column_name"]) == ("MISSING_VALUE", cell.column)
    assert found["line"] == outcome.lines[name]
    assert name not in outcome.events


@pytest.mark.rows("K-006", "D5", "D11")
@pytest.mark.parametrize("cell", [one for one in cells if one.values[0].bad])  # type: ignore[union-attr]
def test_a_bad_cell_rejects_its_order_and_names_line_and_column(outcome: Outcome, cell: Cell) -> None:
    for value, code in cell.bad.items():
        name = f"{cell.column}: {value!r}"
        found = outcome.rejects[name]
        assert (found["code"], found["column_name"], found["line"]) == (code, cell.column, outcome.lines[name])
        assert name not in outcome.events


def test_every_issue_is_counted_once_per_column(outcome: Outcome) -> None:
    counted = {(issue.code, issue.column): issue.items for issue in outcome.report.issues if issue.severity == "error"}
    expected: dict[tuple[str, str], int] = {}
    for cell in CELLS:
        for code in [*cell.bad.values(), *(["MISSING_VALUE"] if cell.required else [])]:
            expected[code, cell.column] = expected.get((code, cell.column), 0) + 1
    assert counted == expected


@pytest.mark.rows("K-031")
def test_an_unknown_id_type_lists_the_allowed_ones(outcome: Outcome) -> None:
    (issue,) = [one for one in outcome.report.issues if one.code == "UNKNOWN_USER_ID_TYPE"]
    for name in ID_TYPES:
        assert name in issue.message
