"""Orders that come again: no repeat is missed, and only the last group of an order stands."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.orders import repeats
from cdp_pipelines.orders.repeats import Seen, superseded
from cdp_pipelines_tests.orders.files import HEADERS, File, Row, scan

IDS = st.text("abc", min_size=1, max_size=3)


@given(st.lists(st.lists(st.one_of(IDS, st.integers(0, 400).map(str)), max_size=20), max_size=20))
def test_no_repeat_is_missed_and_none_is_invented(blocks: list[list[str]]):
    seen, known = Seen(), set()
    for block in blocks:
        again = len(set(block)) < len(block) or not known.isdisjoint(block)
        assert seen.add(pa.array(block, pa.string())) == again
        known.update(block)


def test_many_blocks_of_many_orders():
    seen = Seen()
    blocks = [pa.array([f"{block}-{n}" for n in range(400)]) for block in range(60)]
    assert not any(seen.add(block) for block in blocks)
    assert all(seen.add(pa.array([f"{block}-{n}", "new" + str(block)])) for block in (0, 31, 59) for n in (0, 399))


def file_of(ids: list[str]) -> bytes:
    return File(HEADERS[0], tuple(Row(f"{name},EUR,,s,n", name, True) for name in ids)).data


def earlier_groups(ids: list[str]) -> list[int]:
    """Return the numbers of groups of equal neighbours whose id comes again later, in plain Python."""
    groups = [name for n, name in enumerate(ids) if n == 0 or ids[n - 1] != name]
    return [n for n, name in enumerate(groups) if name in groups[n + 1 :]]


@given(ids=st.lists(IDS, max_size=25), block_size=st.sampled_from([1, 30, 2 << 20]))
def test_all_groups_but_an_orders_last_are_superseded(tmp_path_factory, ids: list[str], block_size: int):
    path: Path = tmp_path_factory.getbasetemp() / "repeats.csv"
    path.write_bytes(file_of(ids))
    assert superseded(scan(path, block_size), scan(path, block_size)).tolist() == earlier_groups(ids)


def test_two_ids_of_one_hash_are_two_orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(repeats, "hashes", lambda ids: np.zeros(len(ids), np.int64))
    path = tmp_path / "orders.csv"
    path.write_bytes(file_of(["a", "b", "a", "c"]))
    assert superseded(scan(path), scan(path)).tolist() == [0]
