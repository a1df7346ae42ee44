"""Steps over JSON objects: the same rules, with values of their own types."""

import hashlib
from datetime import UTC
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.transforms.applying import transform
from cdp_pipelines.transforms.casts import to_text
from cdp_pipelines.transforms.columns import columns_behind
from cdp_pipelines.transforms.objects import TransformedObjects, transform_objects
from cdp_pipelines.transforms.spec import Transform

Object = dict[str, Any]


def done(*objects: Object, steps: list[Object], on_cast_error: str = "reject") -> TransformedObjects:
    found = [Transform.model_validate(one) for one in steps]
    return transform_objects(objects, found, UTC, on_cast_error)


def value(found: Any, **keys: object) -> Any:
    """What a value becomes; ERROR where it is a fault, the value left out where it became nothing."""
    result = done({"a": found}, steps=[{"rename": "a", "to": "b", **keys}])
    return "ERROR" if result.faults else result.objects[0].get("b")


@pytest.mark.rows("K-131", "K-130", "D12")
def test_a_map_is_strict_about_types() -> None:
    assert [value(one, map={"1": "one", "2": "two"}) for one in ("1", "2", "other", 1)] == ["one", "two", "other", 1]
    typed = [{"from": 1, "to": "one"}, {"from": True, "to": 0}]
    assert [value(one, map=typed) for one in (1, 1.0, "1", True, 2, [1])] == ["one", 1.0, "1", 0, 2, [1]]


@pytest.mark.rows("K-135", "K-136", "K-137", "K-138", "K-139")
@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("2.4", ["2.4", 2, 2.4, True]),
        ("0", ["0", 0, 0.0, False]),
        ("car", ["car", "ERROR", "ERROR", "ERROR"]),
        ("false", ["false", "ERROR", "ERROR", False]),
        (3.8, ["3.8", 3, 3.8, True]),
        (True, ["true", "ERROR", "ERROR", True]),
        ([1], ["ERROR"] * 4),
        (2**70, ["ERROR"] * 4),
        (None, [None] * 4),
    ],
)
def test_casts(found: object, expected: list[object]) -> None:
    result = [value(found, cast=cast) for cast in ("string", "integer", "float", "bool")]
    assert result == expected
    assert [type(one) for one in result] == [type(one) for one in expected]


def test_values_of_several_types_in_one_field_go_each_by_its_own() -> None:
    objects = [{"a": "7"}, {"a": 7.9}, {"a": 7}, {}, {"a": None}, {"a": " x"}]
    found = done(*objects, steps=[{"rename": "a", "to": "a", "cast": "integer"}])
    assert found.objects[:4] == [{"a": 7}, {"a": 7}, {"a": 7}, {}]
    assert found.faults == {5: [("a", "CAST_FAILED")]}
    assert done(*objects, steps=[{"rename": "a", "to": "a", "cast": "integer"}], on_cast_error="null").faults == {}


def test_the_source_stays_as_it_was() -> None:
    one = {"a": "x", "b": {"c": 1}}
    found = done(one, steps=[{"rename": "a", "to": "z", "hash": "sha256"}, {"delete": "b"}])
    assert one == {"a": "x", "b": {"c": 1}}
    assert set(found.objects[0]) == {"z"}


def test_all_other_steps() -> None:
    steps = [
        {"new": "n", "value": 0},
        {"split": "name", "to": ["f", "l"], "by": " "},
        {"join": ["l", "f", "n", "none"], "to": "j", "by": "-"},
        {"copy": "name", "to": "low", "lower": True, "trim": True, "default": "?"},
        {"filter": 'n == 0 and name contains "A"'},
    ]
    found = done({"name": "Ann Lee"}, {}, {"name": " Bob "}, steps=steps)
    assert found.kept.tolist() == [True, False, False]
    assert found.objects[0] == {"n": 0, "name": "Ann Lee", "f": "Ann", "l": "Lee", "j": "Lee-Ann-0", "low": "ann lee"}
    assert found.objects[1] == {"n": 0, "j": "0", "low": "?"}


def test_a_number_is_hashed_once() -> None:
    (one,) = done({"a": 1}, steps=[{"rename": "a", "to": "a", "hash": "sha256"}]).objects
    assert one["a"] == hashlib.sha256(b"1").hexdigest()


NAMES = st.sampled_from("abc")
CHANGES = st.sampled_from(
    [{}, {"trim": True}, {"lower": True}, {"map": {"1": "one"}}, {"cast": "integer"}, {"cast": "bool"},
     {"default": "0"}, {"cast": "float", "on_cast_error": None}, {"timestamp": "yyyy-MM-dd"}, {"hash": "sha256"}]
)  # fmt: skip
STEPS = st.one_of(
    st.builds(lambda a, b, keys: {"rename": a, "to": b, **keys}, NAMES, NAMES, CHANGES),
    st.builds(lambda a, b, keys: {"copy": a, "to": b, **keys}, NAMES, NAMES, CHANGES),
    st.builds(lambda a: {"delete": a}, NAMES),
    st.builds(lambda a: {"filter": f'{a} == "1" or {a} is empty'}, NAMES),
)
TEXT = st.sampled_from(["1", " 1 ", "2.50", "Car", "TRUE", "2024-02-30", "2024-02-29", "x"])


@given(st.lists(STEPS, min_size=1, max_size=4), st.lists(st.fixed_dictionaries(dict.fromkeys("abc", TEXT)), min_size=1))
def test_objects_of_texts_become_what_columns_of_texts_become(steps: list[Object], rows: list[Object]) -> None:
    made = [Transform.model_validate(one) for one in steps]
    behind = columns_behind(made, "abc")
    if behind.missing or behind.unanswerable:
        return
    columns = transform({name: pa.array([row[name] for row in rows]) for name in "abc"}, made, UTC)
    objects = transform_objects(rows, made, UTC)
    assert objects.kept.tolist() == columns.kept.tolist()
    assert {row: set(found) for row, found in objects.faults.items()} == {
        fault.row: {(one.column, one.code) for one in columns.faults if one.row == fault.row}
        for fault in columns.faults
    }
    for name, column in columns.columns.items():
        assert [one.get(name) for one in objects.objects] == column.to_pylist(), to_text(column)
