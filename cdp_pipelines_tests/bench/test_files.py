"""The sample files: the same bytes for ever, honest shares, money that adds up."""

import csv
from collections import defaultdict
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from cdp_pipelines_tests.bench import files
from cdp_pipelines_tests.bench.files import make_first, make_nightly, make_same, order_count
from cdp_pipelines_tests.bench.orders import COLUMNS

LINES = 3_000
MONEY = ["total", "subtotal", "tax", "shipping", "discount", "refund"]


def orders_of(path: Path) -> dict[str, list[dict[str, str]]]:
    orders = defaultdict(list)
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            orders[row["orderId"]].append(row)
    return orders


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    return make_first(tmp_path_factory.mktemp("bench") / "first.csv", LINES)


@pytest.fixture(scope="module")
def nightly(tmp_path_factory):
    return make_nightly(tmp_path_factory.mktemp("bench") / "nightly.csv", LINES)


def test_seed_and_size_give_the_same_bytes_for_ever(tmp_path):
    sample = make_first(tmp_path / "first.csv", 200, seed=7)
    assert sha256(sample.path.read_bytes()).hexdigest()[:16] == "112d4ad03fb06058"


def test_another_seed_gives_other_bytes(tmp_path):
    one, two = (make_first(tmp_path / f"{seed}.csv", 200, seed).path.read_bytes() for seed in (1, 2))
    assert one != two


def test_bytes_do_not_depend_on_the_batches_in_which_they_are_written(first, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "ORDERS_PER_BATCH", 101)
    assert make_first(tmp_path / "again.csv", LINES).path.read_bytes() == first.path.read_bytes()


def test_a_longer_file_begins_with_the_shorter_one(first, tmp_path):
    longer = make_first(tmp_path / "longer.csv", 2 * LINES).path.read_bytes()
    assert longer.startswith(first.path.read_bytes())


def test_shape_of_the_orders(first):
    orders = orders_of(first.path)
    sizes = [len(rows) for rows in orders.values()]
    assert sum(sizes) == first.rows
    assert len(orders) == first.orders == first.new
    assert LINES <= first.rows < LINES + 8
    assert set(sizes) == set(range(1, 9))
    assert np.mean(sizes) == pytest.approx(3.5, abs=0.2)
    assert all(list(row) == COLUMNS for rows in orders.values() for row in rows[:1])
    assert len(COLUMNS) == 42


def test_lines_of_an_order_stand_together(first):
    with first.path.open(newline="") as file:
        ids = [row["orderId"] for row in csv.DictReader(file)]
    assert sum(before != after for before, after in pairwise(ids)) == first.orders - 1


def test_some_later_lines_leave_the_order_columns_empty(first):
    later = [row["currency"] for rows in orders_of(first.path).values() for row in rows[1:]]
    assert set(later) == {"", "EUR"}


def test_distinct_buyers_per_order(first):
    buyers = {(rows[0]["userIdType"], rows[0]["userId"]) for rows in orders_of(first.path).values()}
    assert {kind for kind, _ in buyers} == {"email", "email_sha256", "crm_id"}
    assert len(buyers) / first.orders == pytest.approx(0.41, abs=0.05)
    assert all(buyer.endswith("@example.com") for kind, buyer in buyers if kind == "email")


def test_awkward_cells_are_there(first):
    text = first.path.read_text()
    assert '"Tea, loose leaf' in text
    assert '""' in text
    assert '"second floor\nleft door"' in text
    assert "SPRING;VIP" in text


def test_money_adds_up_to_the_cent(first, nightly):
    for sample in (first, nightly):
        for rows in orders_of(sample.path).values():
            money = {name: Decimal(rows[0][name]) for name in MONEY}
            assert money["total"] == money["subtotal"] + money["tax"] + money["shipping"]
            for name in MONEY:
                assert money[name] == sum(Decimal(row[f"lineItem_{name}"]) for row in rows)


def test_the_nightly_file_holds_the_shares_it_says(first, nightly):
    before, after = orders_of(first.path), orders_of(nightly.path)
    new, known = after.keys() - before.keys(), after.keys() & before.keys()
    changed = [order for order in known if before[order] != after[order]]
    assert len(known) == first.orders
    assert len(new) == nightly.new == round(0.02 * first.orders)
    assert len(changed) == nightly.changed
    assert len(changed) / first.orders == pytest.approx(0.03, abs=0.015)


def test_a_changed_order_has_another_status_and_a_later_last_update(first, nightly):
    before, after = orders_of(first.path), orders_of(nightly.path)
    for order in before.keys() & after.keys():
        old, new = before[order], after[order]
        if old != new:
            assert old[0]["lastUpdated"][:10] < new[0]["lastUpdated"][:10]
            assert [row["lineItem_status"] for row in old] != [row["lineItem_status"] for row in new]


def test_the_same_orders_in_other_bytes(first, tmp_path):
    same = make_same(tmp_path / "same.csv", LINES)
    orders = orders_of(first.path)
    orders.pop(next(iter(orders)))
    assert orders_of(same.path) == orders
    assert (same.new, same.changed, same.orders) == (0, 0, first.orders - 1)


@pytest.mark.parametrize("lines", [1, 2, 10, 999])
def test_count_of_orders_is_the_least_that_has_the_lines(lines, tmp_path):
    sample = make_first(tmp_path / "first.csv", lines)
    assert sample.orders == order_count(lines)
    assert lines <= sample.rows < lines + 8
