"""Numbers: exact decimals whatever the notation, one text per value, the fast path equal to the slow one."""

import re
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.schemas.numbers import INVALID, LONGEST, canonical, parse_integers, parse_numbers

DIGITS = st.text("0123456789", max_size=24)
PLAIN = st.builds("{}.{}".format, DIGITS, DIGITS) | DIGITS
CANONICAL = re.compile(r"0|-?(?!0\d)\d+(\.\d*[1-9])?")


@st.composite
def notations(draw: st.DrawFn) -> str:
    """Number cells in every notation that the grammar has."""
    mantissa = draw(PLAIN.filter(lambda text: text.strip(".")))
    exponent = draw(st.none() | st.integers(-12, 12))
    power = (
        ""
        if exponent is None
        else draw(st.sampled_from("eE")) + draw(st.sampled_from(["", "+"])) * (exponent >= 0) + str(exponent)
    )
    space = st.text(" \t", max_size=2)
    return draw(space) + draw(st.sampled_from(["", "+", "-"])) + mantissa + power + draw(space)


@given(notations())
def test_a_number_keeps_its_exact_value_in_one_notation(cell: str):
    text, value = canonical(cell), Decimal(cell.strip())
    if text is None:
        assert len(format(value, "f").strip("0")) > LONGEST - 2
    else:
        assert Decimal(text) == value
        assert CANONICAL.fullmatch(text)
        assert text != "-0"


@given(notations(), st.integers(0, 6))
def test_equal_values_have_equal_text(cell: str, zeros: int):
    value = Decimal(cell.strip())
    other = format(value, "f")
    other += "0" * zeros if "." in other else "." + "0" * zeros
    assert canonical(other) == canonical(cell)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("102.50", "102.5"),
        ("9007199254740993", "9007199254740993"),
        ("1E5", "100000"),
        ("1.025e2", "102.5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-0", "0"),
        ("-0.00", "0"),
        ("+7", "7"),
        ("007.10", "7.1"),
        (" 12 ", "12"),
        ("0.1e-3", "0.0001"),
        ("1.2345678901234567890123456789012345", "1.2345678901234567890123456789012345"),
    ],
)
def test_number(cell: str, text: str):
    assert canonical(cell) == text
    assert parse_numbers(pa.array([cell])).text.to_pylist() == [text]


@pytest.mark.parametrize(
    "cell",
    [
        "1,000", "1.000,00", "1 000", "1_000", "€5", "5 EUR", "5%", "nan", "NaN", "inf", "-Infinity", "null", "", " ",
        ".", "-", "+", "e5", "1e", "1e5.0", "1.2.3", "--1", "+-1", "0x10", "1/2", "\uff11\uff12", "\u0663",
        "5\n", "\u00a05",
        "1" * 400, "0." + "1" * 400, "1e999", "1e-999", "1e9999",
    ],
)  # fmt: skip
def test_no_number(cell: str):
    assert canonical(cell) is None
    numbers = parse_numbers(pa.array([cell, "1.5"]))
    assert numbers.values.to_pylist() == [INVALID, 1.5]
    assert numbers.text.to_pylist() == [None, "1.5"]


@given(st.lists(st.none() | PLAIN.filter(bool) | notations() | st.text(".0123456789eE+- x", min_size=1, max_size=45)))
def test_a_column_is_read_as_its_cells_one_by_one(cells: list[str | None]):
    numbers = parse_numbers(pa.array(cells, pa.string()))
    texts = [None if cell is None else canonical(cell) for cell in cells]
    assert numbers.text.to_pylist() == texts
    assert numbers.values.to_pylist() == [
        None if cell is None else INVALID if text is None else float(text)
        for cell, text in zip(cells, texts, strict=True)
    ]


@given(st.lists(PLAIN.filter(bool), min_size=1), st.data())
def test_a_cell_is_read_the_same_whatever_stands_beside_it(cells: list[str], data: st.DataObject):
    column = pa.array(cells)
    start = data.draw(st.integers(0, len(cells) - 1))
    whole, part = parse_numbers(column), parse_numbers(column[start:])
    assert whole.text.to_pylist()[start:] == part.text.to_pylist()
    assert whole.values.to_pylist()[start:] == part.values.to_pylist()


@pytest.mark.parametrize("cells", [[], [None, None]])
def test_a_column_without_cells(cells: list[None]):
    numbers = parse_numbers(pa.array(cells, pa.string()))
    assert numbers.text.to_pylist() == numbers.values.to_pylist() == cells


@given(st.integers(0, 2**63 - 1), st.text(" \t", max_size=2), st.sampled_from(["", "+", "0", "00"]))
def test_a_whole_number_keeps_every_digit(number: int, space: str, lead: str):
    cell = space + lead + str(number) + space
    values, text = parse_integers(pa.array([None, cell]))
    assert values.to_pylist() == [None, number]
    assert text.to_pylist() == [None, str(number)]


@pytest.mark.parametrize(
    "cell", ["-1", "1.0", "1E5", "", " ", "x", "1_0", "\uff11", str(2**63), "9" * 19, "9" * 400, "1\n"]
)
def test_no_whole_number(cell: str):
    assert parse_integers(pa.array([cell]))[0].to_pylist() == [-1]
