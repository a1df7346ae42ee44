"""Accepted orders as statements: what a file says, typed, in slices of any size."""

import pyarrow as pa
import pytest

from cdp_pipelines.orders import statements as module
from cdp_pipelines.orders.batch import Batch
from cdp_pipelines.orders.judge import judge
from cdp_pipelines.orders.merge import read
from cdp_pipelines.orders.statements import Statements, statements
from cdp_pipelines_tests.orders.batches import batch, order, rules
from cdp_pipelines_tests.schemas.cells import Row

ADULT: Row = {"lineItem_adult": "true"}


def orders() -> list[list[Row]]:
    return [
        order("A", {}, ADULT, lastUpdated="2026-01-31T05:00:00+0100"),
        order("B", {}, {"lineItem_status": "lost"}),
        order("C", ADULT | {"lineItem_total": "1.50", "lineItem_quantity": "2.0"}, total="1E2", custom_color="red"),
        order("D", {}, {}, {}, userId=" JANE@example.com"),
        order("E", total="x"),
        order("F"),
    ]


def said(found: Batch, monkeypatch: pytest.MonkeyPatch | None = None, size: int = 25_000) -> list[Statements]:
    if monkeypatch:
        monkeypatch.setattr(module, "SLICE", size)
    return list(statements(found, judge(found, rules())))


def summary(parts: list[Statements]) -> list[tuple]:
    """Return one entry per order, whatever the slices."""
    return [
        (
            part.ids[n].as_py(), part.raws[n], part.contents[n], part.documents[n].as_py(), part.lines[n].as_py(),
            int(part.sizes[n]), int(part.first_lines[n]), part.adult_unsaid(n), part.created[n].as_py(),
            part.updated[n].as_py(), part.orders["userId"][n].as_py(), part.orders["total"][n].as_py(),
        )
        for part in parts
        for n in range(len(part.ids))
    ]  # fmt: skip


def test_rejected_orders_say_nothing():
    (only,) = said(batch(*orders()))
    assert only.ids.to_pylist() == ["A", "C", "D", "F"]
    assert only.sizes.tolist() == [2, 1, 3, 1]
    assert only.lines.to_pylist() == ["{2,3}", "{6}", "{7,8,9}", "{11}"]
    assert only.first_lines.tolist() == [2, 6, 7, 11]


def test_what_an_order_says_is_typed():
    (only,) = said(batch(*orders()))
    assert only.orders["total"].to_pylist() == ["102.5", "100", "102.5", "102.5"]
    assert only.orders["userId"][2].as_py() == "jane@example.com"
    assert only.updated.to_pylist() == ["2026-01-31 04:00:00.000000Z", None, None, None]
    assert only.created[0].as_py() == "2020-09-16 09:38:06.000000Z"
    assert [only.adult_unsaid(n) for n in range(4)] == [[True, False], [False], [True] * 3, [True]]
    document = read(only.documents[1].as_py())
    assert document["order"]["customFields"] == {"color": "red"}
    assert (document["lineItems"][0]["total"], document["lineItems"][0]["quantity"]) == ("1.5", "2")
    assert document["lineItems"][0]["adult"] is True


@pytest.mark.parametrize("size", [1, 2, 3, 4, 100])
def test_slices_change_nothing(monkeypatch: pytest.MonkeyPatch, size: int):
    whole = summary(said(batch(*orders())))
    assert summary(said(batch(*orders()), monkeypatch, size)) == whole


def test_an_order_says_the_same_in_any_company():
    whole = {entry[0]: entry for entry in summary(said(batch(*orders())))}
    alone = summary(said(batch(orders()[3])))[0]
    places = {4, 6}  # lines
    assert [v for n, v in enumerate(alone) if n not in places] == [
        v for n, v in enumerate(whole["D"]) if n not in places
    ]


def test_nothing_accepted_is_no_slice():
    assert said(batch(order("A", total="x"))) == []


def test_columns_that_the_file_does_not_have_are_left_out():
    found = batch(order("A", {}, {}))
    assert set(found.columns(["total", "source"])) == {"total"}
    assert found.columns(["orderId"], found.bounds[:-1])["orderId"] == pa.array(["A"])
