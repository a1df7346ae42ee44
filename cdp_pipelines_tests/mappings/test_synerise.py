"""Synerise's transactions: what amounts and customers become, over files that no one would think of."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
from hypothesis import given

from cdp_pipelines.formats.cells import parse
from cdp_pipelines.formats.readers import reader_for
from cdp_pipelines.formats.spec import SyneriseCsv
from cdp_pipelines.mappings.rows import Rows
from cdp_pipelines.mappings.synerise import TRANSACTIONS
from cdp_pipelines_tests.mappings.transactions import CLIENTS, Transaction, text, transactions


def rows_of(some: list[Transaction]) -> Rows:
    listed = [row for one in some for row in one.rows()]
    cells = {name: pa.array([row[name] for row in listed], pa.string()) for name in listed[0]}
    return Rows(cells, np.cumsum([0, *(len(one.items) for one in some)]))


def amounts(mapped: dict[str, pa.Array], prefix: str) -> list[dict[str, Decimal]]:
    names = ("total", "subtotal", "tax", "shipping", "discount")
    columns = [mapped[prefix + name].to_pylist() for name in names]
    return [
        {name: Decimal(cell) for name, cell in zip(names, row, strict=True)}
        for row in zip(*columns, strict=True)
        if None not in row
    ]


@given(transactions())
def test_amounts_add_up_and_the_tax_of_lines_is_that_of_their_order(some: list[Transaction]) -> None:
    mapped = TRANSACTIONS.map(rows_of(some)).columns
    orders, lines = amounts(mapped, ""), amounts(mapped, "lineItem_")
    assert (len(orders), len(lines)) == (len(some), sum(len(one.items) for one in some))
    assert all(one["total"] == one["subtotal"] + one["tax"] + one["shipping"] for one in [*orders, *lines])
    for one, order in zip(some, orders, strict=True):
        own, lines = lines[: len(one.items)], lines[len(one.items) :]
        assert sum(line["total"] for line in own) == order["total"] == sum(item.total for item in one.items)
        stated = {Decimal(row[name] or 0) for row in one.rows() for name in ("revenue.amount", "value.amount")}
        assert order["tax"] == max(stated) - min(stated)
        assert abs(sum(line["tax"] for line in own) - order["tax"]) < Decimal("0.00001")
        assert all(line["tax"] >= 0 and line["subtotal"] >= 0 for line in own)


@given(transactions())
def test_a_customer_is_known_by_the_best_column_that_is_filled(some: list[Transaction]) -> None:
    mapped, rows = TRANSACTIONS.map(rows_of(some)).columns, [row for one in some for row in one.rows()]
    types = dict(zip(CLIENTS, ("email", "crm_id", "cookie", "synerise_id"), strict=True))
    best = [next((types[name], row[name]) for name in CLIENTS if row[name]) for row in rows]
    assert list(zip(mapped["userIdType"].to_pylist(), mapped["userId"].to_pylist(), strict=True)) == best


@given(transactions())
def test_cells_are_read_as_they_were_meant_whatever_way_they_are_escaped(tmp_path_factory, some) -> None:
    listed = [row for one in some for row in one.rows()]
    path = tmp_path_factory.mktemp("files") / "transactions.csv"
    for quoted, delimiter in [(True, ","), (False, ","), (False, ";")]:
        path.write_text(text(listed, delimiter=delimiter, quoted=quoted), newline="")
        with reader_for(path, SyneriseCsv(kind="synerise_csv", delimiter=delimiter)) as reader:
            columns = reader.header.columns
            read = [
                row
                for block in reader.blocks()
                for row in parse(block.data, columns, delimiter, starts=block.starts).table.to_pylist()
            ]
        assert read == [{name: row[name] for name in columns} for row in listed]
