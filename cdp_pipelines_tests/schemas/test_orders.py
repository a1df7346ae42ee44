"""The rules of an order row, one by one: which cell is wrong, in which column, under which code (formats section 2)."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.issues import CODES
from cdp_pipelines.schemas.columns import (
    COLUMNS,
    LINE,
    LINE_COLUMNS,
    LINE_NUMBERS,
    ORDER_COLUMNS,
    ORDER_NUMBERS,
    STATUSES,
)
from cdp_pipelines.schemas.currencies import ISO_4217
from cdp_pipelines.schemas.orders import line_schema, order_schema
from cdp_pipelines_tests.schemas.cells import AS_OF, LINE_ITEM, Row, codes_of_lines, codes_of_order, codes_of_orders

MONEY_WARNINGS = {"MONEY_MISMATCH", "LINES_TOTAL_MISMATCH", "REFUND_EXCEEDS_TOTAL"}


def errors(found: list[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    return [entry for entry in found if CODES[entry[2]].severity == "error"]


def each(name: str, cells: Sequence[str]) -> list[Row]:
    """Return one row for each cell of a column."""
    return [{name: cell} for cell in cells]


def all_wrong(name: str, code: str, rows: Sequence[object]) -> list[tuple[int, str, str]]:
    return [(row, name, code) for row in range(len(rows))]


def test_valid_rows_have_no_findings():
    assert codes_of_order() == []
    assert codes_of_lines({}, {"lineItem_id": "li125zc"}) == []


def test_optional_columns_may_be_filled_empty_or_absent():
    optional = {column.name: None for column in ORDER_COLUMNS if not column.required}
    assert codes_of_order(**optional) == []
    optional = {column.name: None for column in LINE_COLUMNS if not column.required}
    assert codes_of_lines(optional) == []


@pytest.mark.parametrize("name", [column.name for column in ORDER_COLUMNS if column.required])
def test_a_required_cell_of_the_order_is_missing(name: str):
    assert codes_of_order(**{name: None}) == [(name, "MISSING_VALUE")]


@pytest.mark.parametrize("name", [column.name for column in LINE_COLUMNS if column.required])
def test_a_required_cell_of_a_line_is_missing(name: str):
    assert codes_of_lines({}, {name: None}) == [(1, name, "MISSING_VALUE")]


NO_NUMBERS = ["1,000.00", "five", "nan", "inf", "€5", "1e18", "-1e18", "1" * 50]


@pytest.mark.parametrize("name", ORDER_NUMBERS)
def test_no_number_in_the_order(name: str):
    assert errors(codes_of_orders(*each(name, NO_NUMBERS))) == all_wrong(name, "INVALID_NUMBER", NO_NUMBERS)


@pytest.mark.parametrize("name", LINE_NUMBERS)
def test_no_number_in_a_line(name: str):
    assert errors(codes_of_lines(*each(name, NO_NUMBERS))) == all_wrong(name, "INVALID_NUMBER", NO_NUMBERS)


def test_an_unreadable_amount_is_not_blamed_for_the_sums_too():
    assert codes_of_order(total="five") == [("total", "INVALID_NUMBER")]
    assert codes_of_order(tax="five") == [("tax", "INVALID_NUMBER")]
    assert codes_of_order(refund="five") == [("refund", "INVALID_NUMBER")]
    assert codes_of_order(line_total="nan") == []
    assert codes_of_lines({"lineItem_total": "five"}) == [(0, "lineItem_total", "INVALID_NUMBER")]


@pytest.mark.parametrize("name", [*ORDER_NUMBERS, *LINE_NUMBERS])
def test_a_negative_amount_is_a_warning(name: str):
    if name in ORDER_NUMBERS:
        found = codes_of_order(**{name: "-0.01"})
    else:
        found = [(column, code) for _, column, code in codes_of_lines({name: "-0.01"})]
    assert (name, "NEGATIVE_AMOUNT") in found
    assert {code for _, code in found} <= {"NEGATIVE_AMOUNT"} | MONEY_WARNINGS


def test_minus_zero_is_no_negative_amount():
    assert codes_of_order(refund="-0.00") == []


def test_unknown_currencies():
    cells = ["eur", "EURO", "€", " EUR", "DEM", "E"]
    assert codes_of_orders(*each("currency", cells)) == all_wrong("currency", "UNKNOWN_CURRENCY", cells)
    name = "lineItem_currency"
    assert codes_of_lines(*each(name, cells)) == all_wrong(name, "UNKNOWN_CURRENCY", cells)


def test_all_currencies_of_the_standard_are_known():
    assert all(len(code) == 3 and code.isupper() for code in ISO_4217)
    assert {"EUR", "USD", "GBP", "JPY", "CHF", "PLN", "CNY", "KWD"} <= ISO_4217
    assert codes_of_lines(*({"lineItem_currency": code} for code in sorted(ISO_4217))) == []


def test_unknown_types_of_user_id():
    cells = ["Email", "e-mail", "mail", "email ", "userId"]
    assert codes_of_orders(*each("userIdType", cells)) == all_wrong("userIdType", "UNKNOWN_USER_ID_TYPE", cells)


@pytest.mark.parametrize("name", ["createdAt", "lastUpdated"])
def test_unreadable_times(name: str):
    cells = ["yesterday", "16.09.2020", "2020-09-16T25:00:00Z", "1600252686", "0001-01-01"]
    assert codes_of_orders(*each(name, cells)) == all_wrong(name, "INVALID_TIMESTAMP", cells)


def test_a_version_later_than_is_believed():
    assert codes_of_order(lastUpdated=AS_OF.isoformat()) == []
    assert codes_of_order(lastUpdated="2020-09-17T00:00:00.000001Z") == [("lastUpdated", "FUTURE_VERSION")]
    assert codes_of_order(createdAt="2099-01-01T00:00:00Z") == []


def test_statuses():
    name, wrong = "lineItem_status", ["Paid", "paid ", "pending", "canceled", "not_eligible"]
    assert codes_of_lines(*each(name, list(STATUSES))) == []
    assert codes_of_lines(*each(name, wrong)) == all_wrong(name, "UNKNOWN_STATUS", wrong)


def test_only_true_and_false_are_booleans():
    name, wrong = "lineItem_adult", ["TRUE", "False", "1", "0", "yes", " true"]
    assert codes_of_lines(*each(name, ["true", "false"])) == []
    assert codes_of_lines(*each(name, wrong)) == all_wrong(name, "INVALID_BOOLEAN", wrong)


def test_a_duration_is_a_whole_number_of_milliseconds():
    name, wrong = "lineItem_subscriptionDuration", ["-1", "1.5", "180 days", "1E5", "P180D", str(2**63)]
    assert codes_of_lines(*each(name, ["15552000000", "0"])) == []
    assert codes_of_lines(*each(name, wrong)) == all_wrong(name, "INVALID_INTEGER", wrong)


def test_a_line_item_id_is_unique_in_its_order_only():
    rows = [{"lineItem_id": name} for name in ("1", "2", "1", None, None, "1")]
    assert codes_of_lines(*rows, order=(0, 0, 0, 0, 0, 1)) == [(2, "lineItem_id", "DUPLICATE_LINE_ITEM_ID")]
    assert codes_of_lines(*rows[:2], rows[0], order=(0, 0, 1)) == []


def test_a_long_order_id():
    assert codes_of_order(orderId="ü" * 512) == []
    assert codes_of_order(orderId="x" * 513) == [("orderId", "VALUE_TOO_LONG")]


def test_a_refund_above_the_total_is_a_warning():
    assert codes_of_order(refund="102.5") == []
    assert codes_of_order(refund="102.51") == [("refund", "REFUND_EXCEEDS_TOTAL")]


@pytest.mark.parametrize("lines", [1, 2, 7, 1000])
def test_an_order_may_be_off_by_a_cent_per_line(lines: int):
    border = Decimal("102.5") + Decimal("0.01") * lines
    for total in (border, Decimal("205") - border):
        assert codes_of_order(total=str(total), line_total=str(total), lines=lines, refund="-0") == []
    for total in (border + Decimal("0.0001"), Decimal("204.9999") - border):
        found = codes_of_order(total=str(total), line_total=str(total), lines=lines)
        assert ("total", "MONEY_MISMATCH") in found


def test_a_line_may_be_off_by_a_cent():
    assert codes_of_lines({"lineItem_total": "102.51"}, {"lineItem_total": "102.49"}) == []
    assert codes_of_lines({"lineItem_total": "102.511"}) == [(0, "lineItem_total", "MONEY_MISMATCH")]
    assert codes_of_lines({"lineItem_total": "102.489"}) == [(0, "lineItem_total", "MONEY_MISMATCH")]


@given(
    st.decimals("0", "1000000", places=2), st.decimals("0", "1000000", places=2), st.decimals("0", "9999", places=2),
    st.integers(1, 50), st.sampled_from([-1, 1]), st.decimals("-1", "1", places=4),
)  # fmt: skip
def test_the_money_check_is_that_of_exact_decimals(subtotal, tax, shipping, lines, sign, beyond):
    gap = Decimal("0.01") * lines + beyond
    total = subtotal + tax + shipping + sign * gap
    amounts = {"total": str(total), "subtotal": str(subtotal), "tax": str(tax), "shipping": str(shipping)}
    found = codes_of_order(**amounts, line_total=str(total), lines=lines)
    assert (("total", "MONEY_MISMATCH") in found) == (abs(gap) > Decimal("0.01") * lines)


def test_lines_that_do_not_add_up_to_the_order():
    assert codes_of_order(line_total="102.52", lines=2) == []
    assert codes_of_order(line_total="102.53", lines=2) == [("total", "LINES_TOTAL_MISMATCH")]
    assert codes_of_order(line_total="0", lines=2) == [("total", "LINES_TOTAL_MISMATCH")]


def test_findings_name_every_row_and_every_fault():
    found = codes_of_orders({}, {"total": "x", "currency": "x"}, {}, {"userId": None, "createdAt": "x"})
    assert found == [
        (1, "currency", "UNKNOWN_CURRENCY"),
        (1, "total", "INVALID_NUMBER"),
        (3, "createdAt", "INVALID_TIMESTAMP"),
        (3, "userId", "MISSING_VALUE"),
    ]


def test_every_code_of_the_schemas_is_a_known_issue():
    schemas = (order_schema(AS_OF), line_schema())
    checks = [check for schema in schemas for column in schema.columns.values() for check in column.checks]
    assert {check.error for check in checks} <= CODES.keys()


def test_every_column_of_the_format_is_known_to_the_schema_or_free_text():
    ruled = {name.split(":")[0] for schema in (order_schema(AS_OF), line_schema()) for name in schema.columns}
    free = {column.name for column in COLUMNS if column.name not in ruled}
    assert all(column.type in ("string", "list") and not column.required for column in COLUMNS if column.name in free)
    assert set(LINE_ITEM) <= {name for name in ruled if name.startswith(LINE)}
