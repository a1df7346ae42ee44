"""The paths of an update: RFC 9535, each one a difference, all of them together the whole difference."""

import json
import re
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.formats.json_text import write
from cdp_pipelines.orders.merge import changes, read
from cdp_pipelines_tests.orders.plain import TEXT, document, orders
from cdp_pipelines_tests.orders.test_merge import documents

NAME = r"\.(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
INDEX = r"\[(?P<index>0|[1-9][0-9]*)\]"
QUOTED = r"\['(?P<quoted>(?:[^'\\\x00-\x1f]|\\(?:[btnfr/\\']|u[0-9a-f]{4}))*)'\]"
STEP = re.compile(f"{NAME}|{INDEX}|{QUOTED}")
MISSING = object()


def steps(path: str) -> list[str | int]:
    """Read a path by the grammar of RFC 9535 (2.3.1 and 2.5.1.1)."""
    assert path.startswith("$")
    found, place = [], 1
    while place < len(path):
        step = STEP.match(path, place)
        assert step, path
        place = step.end()
        if step["index"]:
            found.append(int(step["index"]))
        elif step["name"]:
            found.append(step["name"])
        else:
            found.append(json.loads('"' + step["quoted"].replace('"', '\\"').replace("\\'", "'") + '"'))
    return found


def at(value: Any, path: list[str | int]) -> Any:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError):
            return MISSING
    return value


def put(root: Any, path: list[str | int], value: Any) -> None:
    parent, last = at(root, path[:-1]), path[-1]
    if value is MISSING:
        del parent[last]
    elif isinstance(parent, list) and last == len(parent):
        parent.append(value)
    else:
        parent[last] = value


def check(before: Any, after: Any) -> None:
    paths = [steps(path) for path in changes(before, after)]
    for path in paths:
        assert at(before, path) != at(after, path)
        assert not any(path[: len(other)] == other for other in paths if other != path)
    patched = deepcopy(before)
    removed = [path for path in paths if at(after, path) is MISSING]
    for path in [path for path in paths if path not in removed] + removed[::-1]:
        put(patched, path, at(after, path))
    assert patched == after


@given(documents(), documents())
def test_the_paths_applied_explain_every_difference(before: dict, after: dict):
    check(before, after)
    assert changes(before, before) == []


@given(orders())
def test_the_paths_of_real_documents(file):
    found = [read(write(document(*order))) for order in file]
    check(found[0], found[-1])


@given(TEXT, st.sampled_from(["a", "b"]))
def test_names_of_custom_fields_of_any_kind(name: str, value: str):
    before = {"order": {"customFields": {name: "x"}}}
    (path,) = changes(before, {"order": {"customFields": {name: value}}})
    assert steps(path) == ["order", "customFields", name]


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("giftWrap", ".giftWrap"),
        ("gift wrap", "['gift wrap']"),
        ("it's", "['it\\'s']"),
        ('a"b', "['a\"b']"),
        ("a\\b", "['a\\\\b']"),
        ("a\nb", "['a\\nb']"),
        ("a\x01b", "['a\\u0001b']"),
        ("é", "['é']"),
        ("1", "['1']"),
    ],
)
def test_name(name: str, step: str):
    assert changes({name: "x"}, {name: "y"}) == ["$" + step]


@pytest.mark.parametrize(
    ("before", "after", "paths"),
    [
        ({"order": {"total": "1"}}, {"order": {"total": "2"}}, ["$.order.total"]),
        ({"discount": {"value": "1", "currency": "EUR"}}, {"discount": {"value": "2", "currency": "EUR"}},
         ["$.discount.value"]),
        ({"promotions": ["a", "b"]}, {"promotions": ["a", "c"]}, ["$.promotions"]),
        ({}, {"customFields": {"a": "1"}}, ["$.customFields"]),
        ({"customFields": {"a": "1"}}, {}, ["$.customFields"]),
        ({"lineItems": [{"status": "paid"}]}, {"lineItems": [{"status": "fulfilled"}]}, ["$.lineItems[0].status"]),
        ({"lineItems": [{"s": "a"}]}, {"lineItems": [{"s": "a"}, {"s": "b"}]}, ["$.lineItems[1]"]),
        ({"lineItems": [{"s": "a"}, {"s": "b"}]}, {"lineItems": [{"s": "a"}]}, ["$.lineItems[1]"]),
    ],
)  # fmt: skip
def test_change(before: Any, after: Any, paths: list[str]):
    assert changes(before, after) == paths
