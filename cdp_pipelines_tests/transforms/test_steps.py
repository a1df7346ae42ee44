"""Steps over columns: rename, copy, new, delete, value maps, split, join, filter, hash, default."""

import hashlib
import hmac
from datetime import UTC

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.transforms.applying import Belonging, Transformed, transform
from cdp_pipelines.transforms.columns import becomes, columns_behind, origin_of
from cdp_pipelines.transforms.spec import Transform

Column = list[object]


def step(**keys: object) -> Transform:
    return Transform.model_validate(keys)


def done(*steps: dict[str, object], on_cast_error: str = "reject", **columns: Column) -> Transformed:
    found = [step(**one) for one in steps]
    return transform({name: pa.array(cells) for name, cells in columns.items()}, found, UTC, on_cast_error)


def after(*steps: dict[str, object], **columns: Column) -> dict[str, Column]:
    return {name: cells.to_pylist() for name, cells in done(*steps, **columns).columns.items()}


@pytest.mark.rows("K-124")
def test_a_renamed_field_loses_its_old_name() -> None:
    found = after({"rename": "number_of_orders", "to": "completedOrders"}, number_of_orders=["3"])
    assert found == {"completedOrders": ["3"]}


@pytest.mark.rows("K-125")
def test_a_copied_field_stays() -> None:
    assert after({"copy": "a", "to": "b"}, a=["3"]) == {"a": ["3"], "b": ["3"]}


@pytest.mark.rows("K-126")
def test_a_new_field_is_on_every_line() -> None:
    assert after({"new": "completedOrders", "value": 0}, a=["x", "y"])["completedOrders"] == [0, 0]


@pytest.mark.rows("K-127")
def test_a_deleted_field_is_gone() -> None:
    assert after({"delete": "a"}, a=["1"], b=["2"]) == {"b": ["2"]}


def test_steps_go_in_order() -> None:
    steps = ({"rename": "a", "to": "b"}, {"copy": "b", "to": "c", "lower": True}, {"delete": "b"})
    assert after(*steps, a=["X"]) == {"c": ["x"]}


@pytest.mark.rows("K-129", "K-130")
def test_a_value_map_leaves_what_it_does_not_know() -> None:
    steps = {"rename": "a", "to": "a", "map": {"1": "one", "2": "two"}}
    assert after(steps, a=["1", "2", "other", None]) == {"a": ["one", "two", "other", None]}


@pytest.mark.rows("K-131")
def test_a_value_of_another_type_is_another_value() -> None:
    steps = {"rename": "a", "to": "a", "map": {"1": "one"}}
    assert after(steps, a=[1, 2]) == {"a": [1, 2]}
    typed = {"rename": "a", "to": "a", "map": [{"from": 1, "to": "one"}, {"from": True, "to": "yes"}]}
    assert after(typed, a=[1, 2]) == {"a": ["one", "2"]}
    assert after(typed, a=[True, False]) == {"a": ["yes", "false"]}


@pytest.mark.rows("K-132", "D12")
def test_all_values_of_csv_are_text_so_a_number_in_a_map_is_its_text() -> None:
    steps = {"rename": "a", "to": "a", "map": [{"from": 1, "to": "one"}, {"from": 2.5, "to": 3}]}
    assert after(steps, a=["1", "2.5", "01"]) == {"a": ["one", "3", "01"]}


def test_a_map_to_nothing_empties_the_cell() -> None:
    steps = {"rename": "a", "to": "a", "map": [{"from": "n/a", "to": None}, {"from": "x", "to": ""}]}
    assert after(steps, a=["n/a", "x", "y"]) == {"a": [None, None, "y"]}


def test_text_is_trimmed_and_lowered_before_it_is_mapped_and_filled_at_the_end() -> None:
    steps = {"rename": "a", "to": "a", "trim": True, "lower": True, "map": {"ja": "yes"}, "default": "no"}
    assert after(steps, a=[" JA ", "  ", None, " Nein"]) == {"a": ["yes", "no", "no", "nein"]}


def test_a_default_takes_the_type_of_its_column() -> None:
    assert after({"rename": "a", "to": "a", "default": 0}, a=["x", None]) == {"a": ["x", "0"]}
    assert after({"rename": "a", "to": "a", "cast": "integer", "default": 0}, a=["7", None]) == {"a": [7, 0]}


@pytest.mark.rows("K-134", "D7")
def test_an_unreadable_value_is_a_fault_of_its_row_or_nothing() -> None:
    cast = {"rename": "a", "to": "b", "cast": "integer"}
    columns = {"a": ["1", "car", None, "2"]}
    found = done(cast, **columns)
    assert [(fault.row, fault.column, fault.code, set(fault.spoilt)) for fault in found.faults] == [
        (1, "a", "CAST_FAILED", {"b"})
    ]
    assert done(cast, on_cast_error="null", **columns).faults == []
    assert done(cast | {"on_cast_error": None}, **columns).faults == []
    assert done(cast | {"on_cast_error": "reject"}, on_cast_error="null", **columns).faults == found.faults
    moments = {"rename": "a", "to": "b", "timestamp": "yyyy-MM-dd"}
    assert {fault.code for fault in done(moments, **columns).faults} == {"TIMESTAMP_FAILED"}


def test_split_gives_the_rest_to_the_last_and_nothing_to_those_without() -> None:
    found = after({"split": "a", "to": ["b", "c"], "by": " "}, a=["Ann Lee Bo", "Bob", None, "x "])
    assert found["b"] == ["Ann", "Bob", None, "x"]
    assert found["c"] == ["Lee Bo", None, None, None]


def test_join_leaves_empty_cells_out() -> None:
    found = after({"join": ["a", "b"], "to": "c", "by": ", "}, a=["x", None, "x", None], b=["y", "y", None, None])
    assert found["c"] == ["x, y", "y", "x", None]


def test_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", "sesame")
    columns = {"a": ["x", None]}
    assert after({"rename": "a", "to": "a", "hash": "sha256"}, **columns)["a"] == [
        hashlib.sha256(b"x").hexdigest(),
        None,
    ]
    keyed = {"rename": "a", "to": "a", "hash": "hmac_sha256", "key": "A_KEY"}
    assert after(keyed, **columns)["a"] == [hmac.new(b"sesame", b"x", "sha256").hexdigest(), None]
    monkeypatch.delenv("A_KEY")
    with pytest.raises(ConfigurationError, match="A_KEY is not set"):
        after(keyed, **columns)


def test_a_row_that_is_filtered_has_no_fault() -> None:
    found = done({"rename": "a", "to": "a", "cast": "integer"}, {"filter": "b == 1"}, a=["x", "y"], b=["1", "2"])
    assert found.kept.tolist() == [True, False]
    assert [fault.row for fault in found.faults] == [0]


def of_orders(*steps: dict[str, object], first: list[int], **columns: Column) -> Transformed:
    """Steps over orders, whose own columns begin with o."""
    belonging = Belonging(np.array(first), lambda name: name.startswith("o"))
    cells = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    return transform(cells, [step(**one) for one in steps], UTC, belonging=belonging)


def test_a_filter_sees_the_details_of_an_order_in_all_of_its_rows() -> None:
    columns = {"channel": ["web", None, "pos", None], "sku": ["a", "b", "a", "b"]}
    steps = {"filter": 'channel == "web"'}, {"rename": "channel", "to": "o_channel"}
    found = of_orders(*steps, first=[0, 0, 2, 2], **columns)
    assert found.kept.tolist() == [True, True, False, False]
    lines = of_orders({"filter": 'sku == "b"'}, first=[0, 0, 2, 2], **columns)
    assert lines.kept.tolist() == [False, True, False, True]


def test_a_filter_may_ask_each_order_by_its_first_row() -> None:
    found = of_orders({"filter": "x != 1", "per": "order"}, first=[0, 0, 2], x=["1", "2", "3"])
    assert found.kept.tolist() == [False, False, True]


def test_later_rows_of_an_order_get_no_default_and_have_no_fault_in_its_details() -> None:
    steps = {"rename": "a", "to": "o_a", "cast": "integer", "default": 0}
    found = of_orders(steps, first=[0, 0, 2], a=[None, None, None])
    assert found.columns["o_a"].to_pylist() == [0, None, 0]
    assert of_orders(steps, first=[0, 0, 2], a=["1", "x", "2"]).faults == []
    assert [fault.row for fault in of_orders(steps, first=[0, 0, 2], a=["x", "1", "2"]).faults] == [0]


def test_an_order_whose_first_row_is_filtered_keeps_the_faults_of_its_details() -> None:
    steps = {"rename": "a", "to": "o_a", "cast": "integer"}, {"filter": "x != 1"}
    found = of_orders(*steps, first=[0, 0, 2], a=["car", None, "car"], x=["1", "2", "1"])
    assert [fault.row for fault in found.faults] == [0]


def test_steps_without_their_column_are_left_out_and_told() -> None:
    steps = [step(rename="a", to="b"), step(delete="c"), step(join=["b", "d"], to="e"), step(filter="x == 1 or b == 1")]
    found = columns_behind(steps, ["d"])
    assert (found.names, found.steps) == (["d", "e"], steps[2:])
    assert found.missing == [(1, "a"), (2, "c"), (3, "b")]
    assert found.unanswerable == [(4, "x"), (4, "b")]


def test_a_column_that_a_step_replaces_is_told() -> None:
    assert columns_behind([step(copy="a", to="b")], ["a", "b"]).replaced == ["b"]
    assert columns_behind([step(rename="a", to="a", trim=True)], ["a"]).replaced == []


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ([{"new": "orderId", "value": "1"}], "step 1 makes orderId in a way that changes it"),
        ([{"copy": "a", "to": "b"}, {"rename": "b", "to": "orderId", "trim": True}], "step 2 makes orderId"),
        ([{"rename": "a", "to": "b", "lower": True}, {"copy": "b", "to": "orderId"}], "step 1 makes orderId"),
        ([{"join": ["a", "b"], "to": "orderId"}], "step 1 makes orderId"),
        ([{"split": "a", "to": ["orderId", "b"], "by": "-"}], "step 1 makes orderId"),
        ([{"delete": "orderId"}], "step 1 takes orderId away"),
        ([{"rename": "orderId", "to": "b"}], "step 1 takes orderId away"),
    ],
)
def test_a_column_whose_origin_cannot_be_told(steps: list[dict[str, object]], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        origin_of([step(**one) for one in steps], "orderId")


NAMES = st.sampled_from("abc")
MOVES = st.one_of(
    st.builds(lambda a, b: step(rename=a, to=b), NAMES, NAMES),
    st.builds(lambda a, b: step(copy=a, to=b), NAMES, NAMES),
    st.builds(lambda a: step(delete=a), NAMES),
    st.builds(lambda a: step(new=a, value="new"), NAMES),
    st.builds(lambda a, b, c: step(join=list(dict.fromkeys((a, b))), to=c, by="+"), NAMES, NAMES, NAMES),
)


@given(st.lists(MOVES, max_size=8))
def test_where_values_go_is_known_without_looking_at_them(steps: list[Transform]) -> None:
    names = ["a", "b", "c"]
    behind = columns_behind(steps, names)
    columns = transform({name: pa.array([name.upper()]) for name in names}, behind.steps, UTC).columns
    cells = {name: column[0].as_py() or "" for name, column in columns.items()}
    assert set(cells) == set(behind.names)
    for name in names:
        holding = {end for end, cell in cells.items() if name.upper() in cell.split("+")}
        assert becomes(behind.steps, name) == holding
    for name in cells:
        try:
            origin = origin_of(behind.steps, name)
        except ValueError:
            continue
        assert cells[name] == origin.upper()
