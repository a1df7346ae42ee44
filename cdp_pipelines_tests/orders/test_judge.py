"""Batches of orders against the rules: whose row is blamed, and which orders are rejected for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.issues import CODES
from cdp_pipelines_tests.orders.batches import found, judged, order


def rejected(judgement) -> list[bool]:
    return judgement.rejected.tolist()


def test_valid_orders_pass():
    lines = (
        {"lineItem_total": "52.5", "lineItem_subtotal": "35"},
        {"lineItem_total": "50", "lineItem_subtotal": "32.5"},
    )
    judgement = judged(order("A"), order("B", *lines), order("C"))
    assert (found(judgement), rejected(judgement)) == ([], [False] * 3)


def test_one_bad_line_rejects_its_order_and_no_other():
    judgement = judged(order("A"), order("B", {}, {"lineItem_status": "lost"}, {}), order("C"), order("D", total="x"))
    assert rejected(judgement) == [False, True, False, True]
    assert (2, "lineItem_status", "UNKNOWN_STATUS") in found(judgement)
    assert (5, "total", "INVALID_NUMBER") in found(judgement)


def test_a_fault_of_the_order_is_one_of_its_first_row():
    judgement = judged(order("A", {}, {}), order("B", {}, {}, currency=None, userId="0"))
    faults = {entry for entry in found(judgement) if CODES[entry[2]].severity == "error"}
    assert faults == {(2, "currency", "MISSING_VALUE"), (2, "userId", "INVALID_USER_ID")}


def test_warnings_reject_nothing():
    judgement = judged(order("A", {"lineItem_currency": "USD", "lineItem_refund": "-1"}, total="500", refund="501"))
    assert rejected(judgement) == [False]
    assert found(judgement) == [
        (0, "lineItem_currency", "CURRENCY_DIFFERS"),
        (0, "lineItem_refund", "NEGATIVE_AMOUNT"),
        (0, "refund", "REFUND_EXCEEDS_TOTAL"),
        (0, "total", "LINES_TOTAL_MISMATCH"),
        (0, "total", "MONEY_MISMATCH"),
    ]


@pytest.mark.parametrize(("choice", "codes", "outcome"), [
    ("warn", ["MONEY_MISMATCH"] * 2, False), ("reject", ["MONEY_MISMATCH"] * 2, True), ("off", [], False),
])  # fmt: skip
def test_the_imports_money_check(choice: str, codes: list[str], outcome: bool):
    wrong = order("A", {"lineItem_tax": "12"}, tax="12")
    judgement = judged(wrong, order("B"), money_check=choice)
    assert [code for _, _, code in found(judgement)] == codes
    assert rejected(judgement) == [outcome, False]


def test_a_line_totals_tolerance_grows_with_the_lines():
    lines = [{"lineItem_total": "10.01", "lineItem_subtotal": "10", "lineItem_tax": "0", "lineItem_shipping": "0"}] * 3
    amounts = {"subtotal": "30", "tax": "0", "shipping": "0", "refund": "0"}
    assert found(judged(order("A", *lines, total="30", **amounts))) == []
    assert found(judged(order("A", *lines, total="29.99", **amounts))) == [(0, "total", "LINES_TOTAL_MISMATCH")]


def test_the_same_line_item_id_in_two_orders():
    line = {"lineItem_id": "1"}
    judgement = judged(order("A", line), order("B", line, line, total="205", subtotal="187.5"))
    assert found(judgement) == [(2, "lineItem_id", "DUPLICATE_LINE_ITEM_ID")]
    assert rejected(judgement) == [False, True]


def test_a_version_one_day_ahead_is_believed():
    assert found(judged(order("A", lastUpdated="2026-02-02T00:00:00Z"))) == []
    judgement = judged(order("A", lastUpdated="2026-02-02T00:00:01Z"))
    assert (found(judgement), rejected(judgement)) == ([(0, "lastUpdated", "FUTURE_VERSION")], [True])


CELLS = st.sampled_from([None, None, "a", "b"])


@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=5))
def test_another_value_below_the_first_row_is_ignored_and_named(orders: list[list[str | None]]):
    rows = [order(str(n), *({"custom_x": cell} for cell in cells)) for n, cells in enumerate(orders)]
    judgement = judged(*rows)
    flat = [(cell, cells[0]) for cells in orders for cell in cells]
    ignored = [row for row, (cell, first) in enumerate(flat) if cell is not None and cell != first]
    assert [row for row, _, code in found(judgement) if code == "ORDER_VALUE_IGNORED"] == ignored
    assert not any(rejected(judgement))


def test_the_first_row_alone_gives_the_order():
    rows = order("A", {}, {"total": "x", "userId": "0", "currency": "nonsense"}, total="205", subtotal="187.5")
    judgement = judged(rows)
    assert {code for _, _, code in found(judgement)} == {"ORDER_VALUE_IGNORED"}
    assert rejected(judgement) == [False]
    assert judgement.orders.values["total"].to_pylist() == ["205"]


def test_a_fault_is_named_once():
    judgement = judged(order("A", userIdType="email", userId="0"))
    assert found(judgement) == [(0, "userId", "INVALID_USER_ID")]
