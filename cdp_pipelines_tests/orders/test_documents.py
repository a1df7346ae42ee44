"""Documents built by columns equal those built row by row, and stand in the order in which Postgres keeps them."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import pytest
from hypothesis import given
from sqlalchemy.engine import URL

from cdp_pipelines.formats.json_text import split_list, write
from cdp_pipelines.orders.documents import documents, fingerprint, fingerprints
from cdp_pipelines.orders.merge import Number, read
from cdp_pipelines.store import Store
from cdp_pipelines_tests.orders.plain import document, orders, texts
from cdp_pipelines_tests.schemas.cells import LINE_ITEM, ORDER, Row

File = list[tuple[Row, list[Row]]]


def built(file: File) -> list[str]:
    lines = [line for _, rows in file for line in rows]
    bounds = np.append(0, np.cumsum([len(rows) for _, rows in file]))
    return documents(texts([order for order, _ in file]), texts(lines), bounds).to_pylist()


@pytest.fixture(scope="module")
def connection(server: URL) -> Iterator[psycopg.Connection]:
    with Store(server).connect(autocommit=True) as opened:
        yield opened


@given(orders())
def test_columns_give_the_documents_of_their_rows(file: File):
    found = built(file)
    assert [read(text) for text in found] == [document(*order) for order in file]
    assert found == [write(document(*order)) for order in file]


@given(file=orders())
def test_documents_stand_as_postgres_keeps_them(connection: psycopg.Connection, file: File):
    found = built(file)
    kept = connection.execute(
        "select d::jsonb::text from unnest(%s::text[]) with ordinality t(d, n) order by n", (found,)
    )
    assert [as_it_stands(read(text)) for (text,) in kept] == found


def as_it_stands(value: Any) -> str:
    """Write a value without blanks, its keys in their own order."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k, ensure_ascii=False)}:{as_it_stands(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(as_it_stands, value)) + "]"
    return value if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)


def test_the_example_of_the_format():
    order = ORDER | {"promotions": " SPRING;; WINTER ", "custom_color": "red"}
    line = LINE_ITEM | {"lineItem_id": "1", "lineItem_categoriesList": "Men;Shirts;Short Sleeve Shirts"}
    (text,) = built([(order, [line])])
    assert json.loads(text) == {
        "order": {
            "id": "or123", "currency": "EUR", "total": 102.5, "subtotal": 85, "tax": 11.5, "shipping": 6,
            "discount": {"value": 5, "currency": "EUR"}, "refund": 0, "promotions": ["SPRING", "WINTER"],
            "customFields": {"color": "red"},
        },
        "lineItems": [{
            "lineItemId": "1", "productId": "p125zc", "sku": "p125zc-5", "currency": "EUR", "total": 102.5,
            "subtotal": 85, "tax": 11.5, "shipping": 6, "discount": {"value": 5, "currency": "EUR"}, "refund": 0,
            "quantity": 1.0, "adult": False, "status": "paid",
            "categoriesList": ["Men", "Shirts", "Short Sleeve Shirts"],
        }],
    }  # fmt: skip


def test_orders_without_custom_values_beside_one_with_them():
    file = [(ORDER | {"custom_a": value, "custom_b": None}, [LINE_ITEM]) for value in (None, "x", None)]
    assert [read(text)["order"].get("customFields") for text in built(file)] == [None, {"a": "x"}, None]


@pytest.mark.parametrize(
    ("cell", "entries"), [("a;b", ["a", "b"]), (" a ;; b;", ["a", "b"]), (";", []), (" ", []), ("a b", ["a b"])]
)
def test_lists(cell: str, entries: list[str]):
    assert split_list(cell) == entries


def parts(*values: str) -> tuple[pa.Array, ...]:
    return tuple(pa.array([value]) for value in values)


def test_a_fingerprint_never_changes_its_mind():
    found = fingerprints(*parts("email", "john@example.com", "1600249086000000", '{"order":{}}'))
    assert found == ["6fdf9ce0193e9f33e548ae422c0e8c32"]
    assert found == [fingerprint(b'email\x1fjohn@example.com\x1f1600249086000000\x1f{"order":{}}')]


def test_a_fingerprint_covers_all_that_an_order_says():
    content = ["email", "john@example.com", "1600249086000000", '{"order":{}}']
    found = {fingerprints(*parts(*content))[0]}
    for place in range(4):
        other = [*content[:place], content[place] + "0", *content[place + 1 :]]
        found |= set(fingerprints(*parts(*other)))
    assert len(found) == 5


def test_fingerprints_of_a_slice():
    columns = [pa.array(["x", "email", "phone"]), pa.array(["x", "é", "2"]), pa.array(["x", "1", "2"])]
    whole = fingerprints(*columns, columns[0])
    assert fingerprints(*(column[1:] for column in (*columns, columns[0]))) == whole[1:]
