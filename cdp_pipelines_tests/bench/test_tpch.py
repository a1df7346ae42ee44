"""TPC-H data at a hundredth of the bench's size: the conversion alone, and totals of a whole import."""

import csv
from collections import defaultdict
from decimal import Decimal

import pytest

from cdp_pipelines_tests.bench import tpch
from cdp_pipelines_tests.bench.tpch_file import convert, generate
from cdp_pipelines_tests.bench.tpch_totals import generated

SCALE = 0.002


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tpch")
    generate(folder, SCALE)
    convert(folder, folder / "orders.csv")
    return folder


def test_orders_and_lines_agree_with_each_other_and_with_the_generator(tables):
    orders, lines = {}, defaultdict(list)
    with (tables / "orders.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            orders.setdefault(row["orderId"], row)
            lines[row["orderId"]].append(row)
    for order, row in orders.items():
        for name in ("total", "subtotal", "tax", "shipping", "discount", "refund"):
            assert Decimal(row[name]) == sum(Decimal(line[f"lineItem_{name}"]) for line in lines[order])
        assert Decimal(row["total"]) == Decimal(row["subtotal"]) + Decimal(row["tax"]) + Decimal(row["shipping"])
    totals = generated(tables)
    assert len(orders) == totals["orders"]
    assert sum(Decimal(row["total"]) for row in orders.values()) == totals["order totals"]


def test_totals_of_the_store_are_the_generators(store, tmp_path):
    database = store.url.set(drivername="postgresql").render_as_string(hide_password=False)
    outcome = tpch.check(tmp_path, SCALE, database)
    assert outcome.totals["orders"] == 3_000
    assert outcome.lines == outcome.totals["line items"]
