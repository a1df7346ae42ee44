"""Pairs of reports become joined rows: what is read is what Python's csv reads, whatever the quirks."""

import csv
import io
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.formats.spec import TmallCsv
from cdp_pipelines.formats.tmall.pair import DETAIL, ID, PairReader
from cdp_pipelines.formats.tmall.quirks import meant
from cdp_pipelines.formats.tmall.report import ReportFile
from cdp_pipelines.schemas.mobiles import parse_mobiles

SPEC = TmallCsv(kind="tmall_csv")
IDS = st.sampled_from([f"35790000000000000{n}" for n in range(6)])
TEXTS = st.text(st.sampled_from("杯é ,\"\n'=x"), max_size=6)
ROW = st.tuples(IDS, TEXTS, TEXTS)
WRAPPED = st.sampled_from(["formula", "quoted formula", "plain", "spaces"])


def written(cell: str, way: str) -> str:
    """An id as it stands in a report."""
    return {
        "formula": f'="{cell}"',
        "quoted formula": f'"=""{cell}"""',
        "plain": cell,
        "spaces": f'" {cell} "',
    }[way]


def quoted(cell: str) -> str:
    doubled = cell.replace('"', '""')
    return f'"{doubled}"'


def text(names: tuple[str, str, str], rows: list[tuple[str, str, str]], way: str, commas: str, end: str) -> str:
    lines = [",".join(names)] + [",".join([written(a, way), quoted(b), quoted(c)]) + commas for a, b, c in rows]
    return "".join(line + end for line in lines)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[list, list, bytes, bytes]:
    """Rows of both reports, and the reports."""
    orders, details = draw(st.lists(ROW, max_size=8)), draw(st.lists(ROW, max_size=12))
    encoding = draw(st.sampled_from(["gb18030", "utf-8", "utf-8-sig"]))
    end, commas = draw(st.sampled_from(["\n", "\r\n"])), draw(st.sampled_from(["", ",", ",,"]))
    first = text(("订单编号", "买家会员名", "联系手机 "), orders, draw(WRAPPED), "", end)
    key = draw(st.sampled_from(["订单编号", "主订单编号"]))
    second = text((key, "标题 ", "价格"), details, draw(WRAPPED), commas, end)
    return orders, details, first.encode(encoding), second.encode(encoding)


@pytest.fixture(scope="module", autouse=True)
def _home() -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CDP_HOME", folder)
        yield


def joined(first: bytes, second: bytes, block_size: int) -> tuple[list[list[str]], PairReader]:
    """All joined rows with their lines, and the reader."""
    folder = Path(os.environ["CDP_HOME"])
    (folder / "o").write_bytes(first)
    (folder / "d").write_bytes(second)
    with PairReader(ReportFile(folder / "o", "o"), ReportFile(folder / "d", "d"), SPEC, block_size) as reader:
        found = []
        for block in reader.blocks():
            assert not block.damaged
            records = csv.reader(io.StringIO(block.data.decode(), newline=""))
            found += [[str(line), *record] for line, record in zip(block.lines.tolist(), records, strict=True)]
            owners = reader.order_numbers(block.lines)
            assert [row[1] for row in found[-len(owners) :]] == [reader_id(reader, n) for n in owners.tolist()]
    return found, reader


def reader_id(reader: PairReader, number: int) -> str:
    return meant(pa.array([reader.orders.cells(number)["订单编号"]]))[0].as_py()


@given(pairs(), st.sampled_from([1, 50, 1 << 20]))
def test_joined_rows_are_those_of_a_dictionary(pair, block_size):
    orders, details, first, second = pair
    found, reader = joined(first, second, block_size)
    assert reader.header.columns[:4] == (ID, "订单编号", "买家会员名", "联系手机")
    assert reader.header.columns[5:] == (DETAIL + "标题", DETAIL + "价格")
    last = {order_id: number for number, (order_id, *_) in enumerate(orders)}
    by_order = defaultdict(list)
    for order_id, *cells in details:
        by_order[order_id].append(cells)
    expected = []
    for order_id in sorted(last, key=last.__getitem__):
        left = list(orders[last[order_id]][1:])
        for right in by_order.get(order_id, [["", ""]]):
            expected.append([order_id, *left, *right])
            left = ["", ""]
    assert [[row[1], *row[3:5], *row[6:]] for row in found] == expected
    alone = [row[1] for row in found if int(row[0]) < 0]
    assert alone == [order_id for order_id in sorted(last, key=last.__getitem__) if order_id not in by_order]
    assert (reader.orders.count, reader.details.count) == (len(orders), len(details))
    assert len(reader.strays.earlier_orders) == len(orders) - len(last)
    assert len(reader.strays.details_without_order) == sum(order_id not in last for order_id, *_ in details)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('="3579"', "3579"), ('=""', None), ("=", None), ("'null", None), ("null", None), ("NaN", None), ("'", None),
        (" a ", "a"), ("'13800138000", "13800138000"), ("Men's '5", "Men's '5"), ('say ="x"', 'say ="x"'), (None, None),
    ],
)  # fmt: skip
def test_cells_as_they_are_meant(cell, value):
    assert meant(pa.array([cell], pa.string())).to_pylist() == [value]


@pytest.mark.parametrize(
    ("cell", "valid"),
    [
        ("'13800138000", True), ("+86 138-0013-8000", True), ("013800138000", True), ("0086 13800138000", True),
        ("(138)0013 8000", True), ("8613800138000", True), ("2380013800", False), ("1380013800", False),
        ("138****0000", False), ("13800138000-1234", False), ("", False), ("23800138000", False),
    ],
)  # fmt: skip
def test_mobiles(cell, valid):
    assert parse_mobiles(pa.array([cell])).to_pylist() == ["+8613800138000" if valid else None]
