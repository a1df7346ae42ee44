"""Casts against the table and against plain Python."""

import math
import re
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cdp_pipelines.transforms.casts import cast

CASTS = ("string", "integer", "float", "bool")
ERROR = None
TABLE = [
    pytest.param("2.4", ("2.4", 2, 2.4, True), marks=pytest.mark.rows("K-135"), id="2.4"),
    pytest.param("0", ("0", 0, 0.0, False), marks=pytest.mark.rows("K-136"), id="0"),
    pytest.param("car", ("car", ERROR, ERROR, ERROR), marks=pytest.mark.rows("K-137"), id="car"),
    pytest.param("false", ("false", ERROR, ERROR, False), marks=pytest.mark.rows("K-138"), id="false"),
    pytest.param(3.8, ("3.8", 3, 3.8, True), marks=pytest.mark.rows("K-139"), id="number"),
    pytest.param(True, ("true", ERROR, ERROR, True), id="boolean"),
    pytest.param(-7, ("-7", -7, -7.0, True), id="integer"),
    pytest.param(0, ("0", 0, 0.0, False), id="integer zero"),
    pytest.param("-2.9", ("-2.9", -2, -2.9, True), id="towards zero"),
    pytest.param(" +5 ", (" +5 ", 5, 5.0, True), id="blanks and sign"),
    pytest.param("1e3", ("1e3", 1000, 1000.0, True), id="exponent"),
    pytest.param("TRUE", ("TRUE", ERROR, ERROR, True), id="any case"),
    pytest.param("1e999", ("1e999", ERROR, ERROR, True), id="beyond floats"),
    pytest.param("9223372036854775808", ("9223372036854775808", ERROR, 2.0**63, True), id="beyond integers"),
    pytest.param("nan", ("nan", ERROR, ERROR, ERROR), id="nan"),
    pytest.param("1,5", ("1,5", ERROR, ERROR, ERROR), id="comma"),
    pytest.param("٣", ("٣", ERROR, ERROR, ERROR), id="foreign digit"),
    pytest.param(" ", (" ", ERROR, ERROR, ERROR), id="blank"),
]


@pytest.mark.rows("K-134", "D7")
@pytest.mark.parametrize(("value", "expected"), TABLE)
def test_the_table_of_casts(value: object, expected: tuple) -> None:
    found = [cast(pa.array([value]), to)[0].as_py() for to in CASTS]
    assert found == list(expected)
    assert [type(one) for one in found] == [type(one) for one in expected]


@pytest.mark.parametrize("to", CASTS)
def test_an_empty_cell_stays_one(to: str) -> None:
    assert cast(pa.array([None, "1", None], pa.string()), to).null_count == 2


def plainly(text: str) -> tuple:
    """The four casts of a text, by Python alone."""
    stripped = text.strip(" \t")
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", stripped, re.ASCII):
        word = stripped.lower()
        return text, None, None, word == "true" if word in ("true", "false") else None
    exact = Decimal(stripped)
    whole = int(exact)
    return text, whole if -(2**63) <= whole < 2**63 else None, _finite(float(stripped)), exact != 0


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


TEXTS = st.one_of(
    st.from_regex(r"[ +-]?[0-9]{0,22}\.?[0-9]{0,22}([eE][+-]?[0-9]{1,4})?[ \t]?", fullmatch=True),
    st.integers().map(str),
    st.floats().map(str),
    st.decimals().map(str),
    st.sampled_from(
        ["true", "False", " TRUE", "tRuE ", "tr\u0443e", "yes", "1_0", "0x1", "--1", "1e", ".", "+", "-.e1"]
    ),
    st.text(max_size=8),
)


@given(st.lists(TEXTS, min_size=1, max_size=12))
@example(["-.5", "5.", "-0", "00012", "0e5", "1e-400", "123456789012345678", "1234567890123456789"])
def test_casts_are_those_of_plain_python(texts: list[str]) -> None:
    column = pa.array(texts, pa.string())
    found = [cast(column, to).to_pylist() for to in CASTS]
    assert list(zip(*found, strict=True)) == [plainly(text) for text in texts]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_are_cast_like_their_texts(numbers: list[float]) -> None:
    column = pa.array(numbers, pa.float64())
    assert cast(column, "string").to_pylist() == [repr(number) for number in numbers]
    within = [int(number) if -(2**63) <= int(number) < 2**63 else None for number in numbers]
    assert cast(column, "integer").to_pylist() == within
    assert cast(column, "bool").to_pylist() == [number != 0 for number in numbers]
