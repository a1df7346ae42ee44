"""What a segment's YAML may say, and what is said about the rest."""

from typing import Any

import pytest

from cdp_pipelines.imports.problems import dotted, sentences
from cdp_pipelines.segments.spec import RfmSpec, SegmentSpec

NOT_ONE = "write exactly one of all, any, not and field; join several with all or any"
DEEP: dict[str, Any] = {"field": "orders.count", "is": 1}
for _ in range(20):
    DEEP = {"not": DEEP}


def mistakes(**values: Any) -> list[tuple[str, str]]:
    written = {"name": "champions", **values}
    try:
        SegmentSpec.model_validate(written)
    except ValueError as error:
        return [(dotted(steps), message) for steps, message in sentences(error, SegmentSpec, written)]
    return []


@pytest.mark.parametrize(
    ("rule", "place", "message"),
    [
        ({"field": "orders.cout", "is": 3}, "rule.field", "is no field; did you mean orders.count?"),
        ({"field": "attributes.", "is": 3}, "rule.field", "is no field; the fields are orders.count"),
        ({"feld": "orders.count"}, "rule.feld", "unknown key; did you mean field?"),
        ({"field": "orders.count", "contains": "x"}, "rule.contains", "orders.count cannot be asked this"),
        ({"field": "orders.count", "is": "3"}, "rule.is", "write a number"),
        ({"field": "orders.count", "in": 3}, "rule.in", "write a list in brackets"),
        ({"field": "orders.count", "in": [3, "x"]}, "rule.in", "write a number"),
        ({"field": "orders.last_at", "above": "yesterday"}, "rule.above", "write a date or time like 2026-01-31"),
        ({"field": "orders.last_at", "exists": "yes"}, "rule.exists", "write true or false"),
        ({"field": "attributes.a", "is": None}, "rule.is", "write a text, a number, true or false"),
        ({"field": "attributes.a", "is": "\0"}, "rule.is", "holds a character that no text may hold"),
        ({"field": "attributes.a", "is": "\ud800"}, "rule.is", "holds a character that no text may hold"),
        ({"field": "attributes.a", "at_least": True}, "rule.at_least", "write a number or a text"),
        ({"field": "attributes.a", "contains": ""}, "rule.contains", "write a text"),
        ({"field": "orders.count"}, "rule", "says nothing about orders.count: add is, is_not"),
        ({"is": 3}, "rule", NOT_ONE),
        ({"all": []}, "rule.all", "is empty"),
        ({"all": [{"field": "orders.count", "is": 1}], "is": 3}, "rule", "is needs a field beside it"),
        ({"all": [{"field": "orders.count", "is": 1}], "field": "orders.count", "is": 1}, "rule", NOT_ONE),
        ({"any": [{"not": {"field": "x", "is": 1}}]}, "rule.any[0].not.field", "is no field"),
        (DEEP, "rule", "has more than 20 rules inside of each other"),
    ],
)
def test_a_wrong_rule_is_named_with_its_place(rule: dict, place: str, message: str) -> None:
    ((where, said),) = mistakes(rule=rule)
    assert where == place
    assert said.startswith(message)


@pytest.mark.parametrize(
    ("values", "place", "message"),
    [
        ({}, "", "write either rfm"),
        ({"rfm": {"recency": 5}, "rule": {"field": "orders.count", "is": 1}}, "", "write either rfm"),
        ({"rfm": {}}, "", "rfm chooses nobody in particular"),
        ({"rfm": {"recency": 6}}, "rfm.recency", "write quintiles from 1 to 5"),
        ({"rfm": {"recency": []}}, "rfm.recency", "write quintiles from 1 to 5"),
        ({"rfm": {"recency": 5}, "currency": "EURO"}, "currency", "is no ISO 4217 currency"),
        ({"rfm": {"recency": 5}, "rates": {"GBP": 1.2}}, "rates", "need a currency to convert into"),
        ({"rfm": {"recency": 5}, "currency": "EUR", "rates": {"EUR": 1.2}}, "rates", "EUR is not another ISO 4217"),
        ({"rfm": {"recency": 5}, "name": "a b"}, "name", "write a name of letters"),
        ({"rfm": {"recency": 5}, "owners": ["me"]}, "owners", "owner 1 is neither a team"),
    ],
)
def test_a_wrong_segment_is_named_with_its_place(values: dict, place: str, message: str) -> None:
    ((where, said),) = mistakes(**values)
    assert where == place
    assert said.startswith(message)


def test_a_rate_of_nothing_is_refused() -> None:
    ((where, _),) = mistakes(rfm={"recency": 5}, currency="EUR", rates={"GBP": 0})
    assert where == "rates.GBP"


def test_one_quintile_is_a_list_of_one() -> None:
    assert RfmSpec.model_validate({"monetary": 5}).chosen == {"rfm.monetary": (5,)}
    assert RfmSpec.model_validate({"monetary": [5, 4, 4]}).chosen == {"rfm.monetary": (4, 5)}


def test_twenty_rules_inside_of_each_other_are_fine() -> None:
    assert mistakes(rule=DEEP["not"]) == []
