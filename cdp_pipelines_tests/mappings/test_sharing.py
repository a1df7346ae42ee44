"""Shares of amounts: they add up, they follow the weights, and no row gets more than a unit too much."""

from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.mappings.money import CENT, LARGEST, UNIT, amounts, smallest_unit, texts, times
from cdp_pipelines.mappings.sharing import share, share_to_the_cent

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


def test_an_order_is_shared_in_whole_cents_where_its_amount_is():
    shares = share_to_the_cent(np.array([1000, 150]), np.array([1, 1, 1, 1, 1]), np.array([0, 3, 5]))
    assert shares.tolist() == [400, 300, 300, 75, 75]


@given(st.lists(st.tuples(st.decimals(-(10**7), 10**7, places=2), st.integers(-(10**4), 10**4)), min_size=1))
def test_prices_times_quantities_are_exact(pairs):
    prices, quantities = (amounts(pa.array(list(map(str, column)))) for column in zip(*pairs, strict=True))
    found = times(prices, quantities)
    assert found.units.tolist() == [int(price * quantity * UNIT) for price, quantity in pairs]
    assert not len(found.invalid)


def test_a_product_is_missing_as_its_price_is_and_invalid_beyond_what_can_be_reckoned_with():
    prices = amounts(pa.array(["2.5", None, "x", "9e10", "9e10", "-9e10", "5"]))
    quantities = amounts(pa.array(["3", "1", "1", "9", "10", "10", "y"]))
    found = times(prices, quantities)
    assert found.units.tolist() == [75000, 0, 0, int(LARGEST * UNIT * 0.9), 0, 0, 0]
    assert (found.missing.tolist(), found.invalid.tolist()) == ([1], [2, 4, 5])
