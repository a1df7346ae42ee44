"""Rows to orders, against a plain Python reading, at any block size; and fingerprints of what an order says."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from cdp_pipelines.errors import FileError
from cdp_pipelines.orders import groups
from cdp_pipelines_tests.orders.files import File, Found, Row, expected, files, grouped, scan

BLOCK_SIZES = (1, 2, 3, 7, 60, 2 << 20)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("groups") / "orders.csv"


def read(path: Path, file: File, block_size: int = 2 << 20, seed: str = "configuration") -> Found:
    path.write_bytes(file.data)
    return grouped(path, block_size, seed)


@given(file=files())
@settings(max_examples=120)
def test_rows_become_orders_at_any_block_size(path: Path, file: File):
    orders, orphans = expected(file)
    said: dict[str, str] = {}
    path.write_bytes(file.data)
    for block_size in BLOCK_SIZES:
        found = grouped(path, block_size)
        assert found.orphans == orphans
        assert [(o.id, o.lines, o.broken) for o in found.orders] == [(o.id, o.lines, o.broken) for o in orders]
        for order, there in zip(orders, found.orders, strict=True):
            assert said.setdefault(order.said, there.said) == there.said
    assert len(set(said.values())) == len(said)


@given(file=files())
def test_a_missing_last_line_end_changes_nothing(path: Path, file: File):
    if not file.rows or file.rows[-1].code:
        return
    assert read(path, replace(file, ended=False)) == read(path, replace(file, ended=True))


@given(file=files())
def test_a_record_is_found_by_its_number(path: Path, file: File):
    path.write_bytes(file.data)
    starts = {2 + sum(row.height for row in file.rows[:n]): row for n, row in enumerate(file.rows)}
    for found in scan(path, 60):
        for number, line in enumerate(found.lines.tolist()):
            assert found.record(number).rstrip(b"\r\n") == starts[line].text.encode()


HEADER = ("orderId", "currency", "lineItem_sku")


def plain(*texts: str) -> File:
    return File(HEADER, tuple(Row(text, text.split(",")[0] or None, False) for text in texts))


def prints(path: Path, file: File, seed: str = "configuration") -> list[str]:
    return [order.said for order in read(path, file, seed=seed).orders]


def test_a_fingerprint_is_that_of_the_bytes_under_header_and_configuration(path: Path):
    file = plain("A,EUR,s", "A,,t", "B,EUR,s")
    assert prints(path, file) == prints(path, file)
    assert all(len(found) == 32 for found in prints(path, file))
    assert prints(path, file, "other") != prints(path, file)
    assert prints(path, replace(file, header=("orderId", "currency", "lineItem_name"))) != prints(path, file)
    assert prints(path, plain("A,EUR,s", "A,,u", "B,EUR,s"))[0] != prints(path, file)[0]
    assert prints(path, plain("A,EUR,s", "A,,u", "B,EUR,s"))[1] == prints(path, file)[1]
    assert prints(path, plain("B,EUR,s", "A,EUR,s", "A,,t")) == prints(path, file)[::-1]


def test_rows_of_one_order_in_two_places_are_two_groups(path: Path):
    found = read(path, plain("A,EUR,s", "B,EUR,s", "A,EUR,t"))
    assert [(order.id, order.lines) for order in found.orders] == [("A", [2]), ("B", [3]), ("A", [4])]


def test_a_row_of_blank_order_columns_continues_the_order_above(path: Path):
    found = read(path, plain("A,EUR,s", ",,t", ",,u", "B,EUR,s"))
    assert [(order.id, order.lines) for order in found.orders] == [("A", [2, 3, 4]), ("B", [5])]
    assert found.orphans == {}


def test_a_row_with_order_columns_and_no_id_is_no_part_of_the_order_around_it(path: Path):
    found = read(path, plain(",,r", "A,EUR,s", ",EUR,t", "A,,u", ",EUR,v"))
    assert [(order.id, order.lines) for order in found.orders] == [("A", [3, 5])]
    assert found.orphans == {2: "NO_ORDER_ABOVE", 4: "BLANK_ORDER_ID", 6: "BLANK_ORDER_ID"}


def test_a_file_of_orphans_only(path: Path):
    for block_size in BLOCK_SIZES:
        found = read(path, plain(",,r", ",,s", ",EUR,t"), block_size)
        assert found == Found([], {2: "NO_ORDER_ABOVE", 3: "NO_ORDER_ABOVE", 4: "BLANK_ORDER_ID"})


def test_an_order_without_end_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(groups, "LONGEST_ORDER", 100)
    with pytest.raises(FileError) as refused:
        read(path, plain("B,EUR,s", *["A,EUR,s"] * 50), block_size=60)
    assert (refused.value.code, refused.value.line, refused.value.column) == ("ORDER_TOO_LONG", 3, "orderId")
