"""What a file does not say, an order keeps (D21): laws that hold for any two statements, and the cases that matter."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.formats.json_text import write
from cdp_pipelines.orders.merge import Silence, adds_nothing, merge, read
from cdp_pipelines.schemas.columns import COLUMNS, LINE_COLUMNS, ORDER_COLUMNS
from cdp_pipelines_tests.orders.plain import document, orders

Document = dict[str, Any]

KEEP = Silence.of((), "keep")
EVERYTHING = tuple(column.name for column in COLUMNS)
VALUES = st.sampled_from(["x", "y"])
CUSTOM_FIELDS = st.fixed_dictionaries({}, optional={"color": VALUES, "gift": VALUES})


@st.composite
def documents(draw: st.DrawFn) -> Document:
    order = {"id": "A", "total": "1"} | draw(st.fixed_dictionaries({}, optional={"source": VALUES, "refund": VALUES}))
    if custom := draw(CUSTOM_FIELDS):
        order["customFields"] = custom
    ids = draw(st.lists(st.sampled_from("123"), unique=True, max_size=3))
    lines = []
    for _ in range(draw(st.integers(1, 4))):
        line = {"sku": draw(st.sampled_from("st")), "status": draw(VALUES), "adult": draw(st.booleans())}
        line |= draw(st.fixed_dictionaries({}, optional={"brand": VALUES, "size": VALUES}))
        lines.append(line | ({"lineItemId": ids.pop()} if ids and draw(st.booleans()) else {}))
    return {"order": order, "lineItems": lines}


def unsaid(stated: Document) -> list[bool]:
    """Say that `adult` stands in the file where it is true."""
    return [not line["adult"] for line in stated["lineItems"]]


def counterparts(stored: Document, stated: Document) -> list[int | None]:
    """Find the stored line of each stated one in plain Python: by id first, then by sku and occurrence."""
    old, new = stored["lineItems"], stated["lineItems"]
    by_id = [next((n for n, o in enumerate(old) if _id(o) and _id(o) == _id(line)), None) for line in new]
    return [found if found is not None else _by_sku(old, new, number, set(by_id)) for number, found in enumerate(by_id)]


def _id(line: Document) -> str | None:
    return line.get("lineItemId")


def _by_sku(old: list[Document], new: list[Document], number: int, taken: set[int | None]) -> int | None:
    sku = new[number]["sku"]
    occurrence = sum(line["sku"] == sku for line in new[:number])
    places = [n for n, line in enumerate(old) if line["sku"] == sku]
    place = places[occurrence] if occurrence < len(places) else None
    if place is None or place in taken or (_id(old[place]) and _id(new[number])):
        return None
    return place


@given(documents(), documents())
def test_an_order_keeps_what_is_not_said_and_takes_what_is(stored: Document, stated: Document):
    merged = merge(stored, stated, KEEP, [False] * len(stated["lineItems"]))
    custom = stored["order"].get("customFields", {}) | stated["order"].get("customFields", {})
    assert merged["order"].pop("customFields", {}) == custom
    outer = {k: v for k, v in (stored["order"] | stated["order"]).items() if k != "customFields"}
    assert merged["order"] == outer


@given(documents(), documents())
def test_a_line_keeps_what_its_counterpart_had(stored: Document, stated: Document):
    merged = merge(stored, stated, KEEP, [False] * len(stated["lineItems"]))
    before = [{} if n is None else stored["lineItems"][n] for n in counterparts(stored, stated)]
    assert merged["lineItems"] == [old | new for old, new in zip(before, stated["lineItems"], strict=True)]


@given(documents(), documents())
def test_no_stored_line_goes_to_two_lines(stored: Document, stated: Document):
    merged = merge(stored, stated, KEEP, unsaid(stated))
    ids = [line["lineItemId"] for line in merged["lineItems"] if "lineItemId" in line]
    assert len(set(ids)) == len(ids)


@given(documents(), documents(), st.sampled_from(["keep", "clear"]), st.sampled_from([(), EVERYTHING]))
def test_saying_it_again_changes_nothing(stored: Document, stated: Document, empty: str, header: tuple[str, ...]):
    silence = Silence.of(header, empty)
    once = merge(stored, stated, silence, unsaid(stated))
    assert merge(once, stated, silence, unsaid(stated)) == once


@given(documents(), documents(), st.sampled_from(["keep", "clear"]))
def test_what_adds_nothing_is_what_merging_leaves_as_it_is(stored: Document, stated: Document, empty: str):
    for silent in (unsaid(stated), [False] * len(stated["lineItems"])):
        if adds_nothing(stored, stated, silent):
            assert merge(stored, stated, Silence.of((), empty), silent) == stated


@given(documents())
def test_a_complete_statement_adds_nothing(stated: Document):
    assert adds_nothing(stated, stated, [False] * len(stated["lineItems"]))


def lines(*found: Document) -> Document:
    return {"order": {"id": "A"}, "lineItems": [{"sku": "s", "adult": False} | line for line in found]}


def after(stored: Document, stated: Document, *, said: bool = False, silence: Silence = KEEP) -> list[Document]:
    return merge(stored, stated, silence, [not said] * len(stated["lineItems"]))["lineItems"]


def test_lines_are_those_of_the_file():
    stored, stated = lines({"sku": "a"}, {"sku": "b"}), lines({"sku": "b"}, {"sku": "c"})
    assert [line["sku"] for line in after(stored, stated)] == ["b", "c"]


def test_lines_are_matched_by_id_wherever_they_stand():
    stored = lines({"lineItemId": "1", "brand": "one"}, {"lineItemId": "2", "brand": "two"})
    found = after(stored, lines({"lineItemId": "2"}, {"lineItemId": "1", "sku": "other"}))
    assert [line["brand"] for line in found] == ["two", "one"]


def test_lines_without_ids_are_matched_by_sku_and_occurrence():
    stored = lines({"brand": "first"}, {"sku": "t", "brand": "other"}, {"brand": "second"})
    found = after(stored, lines({"sku": "t"}, {}, {}, {}))
    assert [line.get("brand") for line in found] == ["other", "first", "second", None]


def test_a_line_with_a_new_id_is_no_line_with_another_id():
    assert after(lines({"lineItemId": "1", "brand": "x"}), lines({"lineItemId": "2"}))[0].get("brand") is None
    assert after(lines({"brand": "x"}), lines({"lineItemId": "2"}))[0]["brand"] == "x"


def test_a_line_named_by_its_id_is_not_also_found_by_its_sku():
    stored = lines({"lineItemId": "1", "brand": "x"})
    found = after(stored, lines({}, {"lineItemId": "1"}))
    assert [(line.get("lineItemId"), line.get("brand")) for line in found] == [(None, None), ("1", "x")]


@pytest.mark.parametrize("stored", [True, False])
def test_adult_stays_where_the_file_does_not_say(stored: bool):
    before = lines({"adult": stored})
    assert after(before, lines({}))[0]["adult"] is stored
    assert after(before, lines({"adult": False}), said=True)[0]["adult"] is False
    assert after(before, lines({"adult": True}), said=True)[0]["adult"] is True
    assert after(before, lines({}), silence=Silence.of(("lineItem_adult",), "clear"))[0]["adult"] is False
    assert after(before, lines({}), silence=Silence.of(("lineItem_sku",), "clear"))[0]["adult"] is stored


def test_clear_takes_away_what_a_column_of_the_file_leaves_empty():
    stored = {"order": {"id": "A", "source": "web", "customFields": {"a": "1", "b": "2"}}, "lineItems": []}
    stated = {"order": {"id": "A"}, "lineItems": []}
    cleared = merge(stored, stated, Silence.of(("orderId", "source", "custom_a"), "clear"), [])
    assert cleared["order"] == {"id": "A", "customFields": {"b": "2"}}
    kept = merge(stored, stated, Silence.of(("orderId", "source", "custom_a"), "keep"), [])
    assert kept == stored
    assert merge(stored, stated, Silence.of(("source", "custom_a", "custom_b"), "clear"), []) == stated


def test_silence_of_headers():
    assert Silence.of(EVERYTHING, "keep") == KEEP
    assert frozenset(column.field for column in ORDER_COLUMNS if column.field) == KEEP.order
    assert frozenset(column.field for column in LINE_COLUMNS if column.field) == KEEP.line
    everything = Silence.of((*EVERYTHING, "custom_a"), "clear")
    assert everything == Silence(frozenset(), frozenset(), frozenset({"a"}))


@given(orders())
def test_a_document_survives_reading_and_writing(file):
    for order in file:
        text = write(document(*order))
        assert write(read(text)) == text
