"""Shares of amounts: they add up, they follow the weights, and no row gets more than a unit too much."""

from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.mappings.money import CENT, amounts, smallest_unit, texts
from cdp_pipelines.mappings.sharing import share

WEIGHTS = st.integers(-5, 10**6) | st.integers(0, 3) | st.integers(0, 10**16)


def shares(amount: int, weights: list[int], take: list[bool] | None = None) -> list[int]:
    taken = None if take is None else np.array(take)
    return share(np.array([amount]), np.array(weights), np.array([0, len(weights)]), taken).tolist()


@pytest.mark.parametrize(
    ("amount", "weights", "expected"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (100, [1, 1, 2], [25, 25, 50]),
        (1, [1, 3, 2], [0, 1, 0]),
        (2, [1, 1, 1], [1, 1, 0]),
        (5, [0, 0], [3, 2]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (7, [-4, 2], [0, 7]),
        (0, [1, 2], [0, 0]),
    ],
)
def test_the_largest_remainders_get_what_is_left(amount, weights, expected):
    assert shares(amount, weights) == expected


def test_rows_that_take_no_part_get_nothing_unless_none_does():
    assert shares(10, [5, 5, 90], [True, True, False]) == [5, 5, 0]
    assert shares(10, [1, 1], [False, False]) == [5, 5]


@given(
    st.lists(
        st.tuples(st.integers(-(10**12), 10**12), st.lists(st.tuples(WEIGHTS, st.booleans()), min_size=1, max_size=5)),
        min_size=1,
        max_size=4,
    )
)
def test_shares_of_many_orders_at_once(orders):
    sizes = [len(rows) for _, rows in orders]
    bounds = np.append(0, np.cumsum(sizes))
    weights = np.array([weight for _, rows in orders for weight, _ in rows])
    take = np.array([taken for _, rows in orders for _, taken in rows])
    found = share(np.array([amount for amount, _ in orders]), weights, bounds, take)
    for (amount, rows), begin, end in zip(orders, bounds, bounds[1:], strict=False):
        mine = found[begin:end].tolist()
        assert mine == shares(amount, [weight for weight, _ in rows], [taken for _, taken in rows])
        assert sum(mine) == amount
        parts = [max(weight, 0) if taken else 0 for weight, taken in rows]
        if sum(parts):
            exact = [Fraction(amount * part, sum(parts)) for part in parts]
            assert all(abs(one - fair) < 1 for one, fair in zip(mine, exact, strict=True))


@given(st.lists(st.decimals(-(10**9), 10**9, places=4), min_size=1, max_size=8))
def test_amounts_are_written_as_they_were_read(values):
    read = amounts(pa.array([f"{value:f}" for value in values]))
    expected = ["0" if value == 0 else f"{value.normalize():f}" for value in values]
    assert texts(read.units).to_pylist() == expected
    assert not len(read.missing)
    assert not len(read.invalid)


def test_what_is_no_amount_is_told_by_its_row():
    read = amounts(pa.array(["1.5", None, "x", "1e13", "1,5"]))
    assert (read.units.tolist(), read.missing.tolist(), read.invalid.tolist()) == ([15000, 0, 0, 0, 0], [1], [2, 3, 4])


def test_orders_with_parts_of_cents_are_shared_more_finely():
    assert smallest_unit(np.array([100, 150, 0])).tolist() == [CENT, 1, CENT]
