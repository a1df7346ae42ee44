"""Numbers as people write them, with the decimal sign that a step states."""

from datetime import UTC
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.transforms.applying import transform
from cdp_pipelines.transforms.decimals import plain_numbers
from cdp_pipelines.transforms.objects import transform_objects
from cdp_pipelines.transforms.spec import Transform


def plain(text: str, decimal: str) -> str | None:
    return plain_numbers(pa.array([text]), decimal)[0].as_py()


@pytest.mark.parametrize(
    ("text", "comma", "point"),
    [
        ("12,50", "12.50", None),
        ("12.50", None, "12.50"),
        ("1.234,50", "1234.50", None),
        ("1,234.50", None, "1234.50"),
        ("1.234", "1234", "1.234"),
        ("1 234,5", "1234.5", None),
        ("1\u00a0234\u202f567,5", "1234567.5", None),
        ("1\u202f234\u202f567,5", "1234567.5", None),
        ("1'234.50", None, "1234.50"),
        ("1\u2019234,50", "1234.50", None),
        ("12,50 €", "12.50", None),
        ("€12.50", None, "12.50"),
        ("EUR 12,50", "12.50", None),
        ("R$ 1.234,56", "1234.56", None),
        ("$1,234", "1.234", "1234"),
        ("123.00元", None, "123.00"),
        ("-3,00", "-3.00", None),
        ("\u22123,00", "-3.00", None),
        ("3,00-", "-3.00", None),
        ("-€3.00", None, "-3.00"),
        ("+7", "7", "7"),
        (",5", "0.5", None),
        ("5,", "5", None),
        ("12", "12", "12"),
        ("1.23,4", None, None),
        ("1.2345", None, "1.2345"),
        ("12,5,0", None, None),
        ("12-3", None, None),
        ("", None, None),
        ("-", None, None),
        ("€", None, None),
        ("car", None, None),
        ("12 apples", None, None),
    ],
)
def test_a_number_is_read_by_its_decimal_sign(text: str, comma: str | None, point: str | None) -> None:
    assert (plain(text, ","), plain(text, ".")) == (comma, point)


@given(st.decimals(-(10**12), 10**12, places=2), st.sampled_from(["", " €", " EUR"]), st.booleans())
def test_what_was_written_with_a_sign_comes_back(amount: Decimal, currency: str, grouped: bool) -> None:
    english = f"{amount:,.2f}" if grouped else f"{amount:.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    for text, decimal in ((english, "."), (german, ",")):
        found = plain(text + currency, decimal)
        assert found is not None
        assert Decimal(found) == amount


@given(st.text())
def test_any_text_is_a_number_or_nothing(text: str) -> None:
    for decimal in ",.":
        found = plain(text, decimal)
        assert found is None or Decimal(found).is_finite()


def step(**keys: object) -> Transform:
    return Transform.model_validate({"rename": "a", "to": "b", **keys})


def test_columns_get_plain_numbers_and_faults() -> None:
    done = transform(
        {"a": pa.array(["1,5", "x", None, " n/a "])}, [step(decimal=",", trim=True, map={"n/a": "0"})], UTC
    )
    assert done.columns["b"].to_pylist() == ["1.5", None, None, "0"]
    assert [(fault.row, fault.code) for fault in done.faults] == [(1, "CAST_FAILED")]
    lenient = transform({"a": pa.array(["x"])}, [step(decimal=",", on_cast_error=None, default=0)], UTC)
    assert (lenient.columns["b"].to_pylist(), lenient.faults) == (["0"], [])
    cast = transform({"a": pa.array(["1.234,5"])}, [step(decimal=",", cast="float")], UTC)
    assert cast.columns["b"].to_pylist() == [1234.5]


def test_objects_get_plain_numbers_and_numbers_stay() -> None:
    done = transform_objects(
        [{"a": "1,5"}, {"a": 2}, {"a": 2.5}, {"a": "x"}, {}], [step(decimal=",", cast="float")], UTC
    )
    assert [one.get("b") for one in done.objects] == [1.5, 2.0, 2.5, None, None]
    assert done.faults == {3: [("a", "CAST_FAILED")]}


def test_a_decimal_sign_goes_with_numbers_only() -> None:
    with pytest.raises(ValueError, match="timestamp makes a text of its own: remove decimal"):
        step(decimal=",", timestamp="yyyy-MM-dd")
    with pytest.raises(ValueError, match="decimal"):
        step(decimal=";")
