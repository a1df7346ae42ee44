"""JSON text from columns and from values: the same text for the same content, and what Python reads out of it."""

import json
import math

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.formats.json_text import NUL, decimal, object_of, string, write

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_written_values_are_read_back(value):
    found = json.loads(write(value), parse_int=float)  # 10.0 is written as 10
    assert found == json.loads(json.dumps(value), parse_int=float)


@given(st.dictionaries(TEXT, VALUES, max_size=4))
def test_the_order_of_keys_does_not_matter(value):
    assert write(dict(reversed(value.items()))) == write(value)


@given(
    st.lists(
        st.fixed_dictionaries({"a": TEXT | st.none(), "é": TEXT | st.none(), "long": TEXT | st.none()}), min_size=1
    )
)
def test_columns_give_the_text_that_their_values_give(rows):
    columns = [(name, string(pa.array([row[name] for row in rows], pa.string()))) for name in rows[0]]
    expected = [write({name: value for name, value in row.items() if value is not None}) for row in rows]
    assert object_of(columns).to_pylist() == expected


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_are_decimals_without_exponent(value):
    text = decimal(value)
    assert math.isclose(float(text), value)
    assert "e" not in text
    assert not text.startswith("-0") or "." in text


@pytest.mark.parametrize(
    ("value", "text"), [(10.0, "10"), (1.50, "1.5"), (-0.0, "0"), (-0.5, "-0.5"), (1e21, "1" + "0" * 21)]
)
def test_some_floats(value, text):
    assert decimal(value) == text


@given(TEXT)
def test_a_nul_is_found_and_nothing_else(text):
    assert bool(NUL.search(json.dumps({"a": text + "\\u0000"}))) == ("\0" in text)
    assert NUL.search(json.dumps({"a": text + "\0"}))
