"""The demo from start to end, on a few nights: through Dagster, with its history kept, and twice."""

import io
import json
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import dagster as dg
import pytest
from rich.console import Console

from cdp_pipelines.components.instance import open_instance
from cdp_pipelines.demo import Night, nights
from cdp_pipelines.demo.command import run_demo
from cdp_pipelines.demo.nightly import SHOPS, shop_nights
from cdp_pipelines.errors import StoreError
from cdp_pipelines.home import home
from cdp_pipelines.store import Store
from cdp_pipelines_tests.demo.test_nights import read


@pytest.fixture
def sample() -> list[Night]:
    return [replace(night, late=night.day.day == 3) for night in nights(orders=60, count=6)]


@pytest.fixture
def shops() -> list[Night]:
    """A few nights of the three shops; the outlet's second is damaged."""
    few = [replace(shop, orders=20, damaged=1 if shop.damaged else None) for shop in SHOPS]
    return [night for shop in few for night in shop_nights(shop, count=3)]


def demo(sample: list[Night]) -> str:
    output = io.StringIO()
    assert run_demo(sample, Console(file=output, width=80)) == 0
    return output.getvalue()


def sizes(output: str) -> dict[str, int]:
    return {name: int(count) for name, count in re.findall(r"^ *(demo/\w+) +(\d+) ", output, re.MULTILINE)}


def members(store: Store) -> int:
    with store.connect() as connection:
        return connection.execute("select count(*) from segment_members").fetchone()[0]


def orders(store: Store) -> list[tuple]:
    with store.connect() as connection:
        return connection.execute("select order_id, total, refund, last_updated from orders order by 1").fetchall()


def test_it_imports_reports_and_adds_nothing_the_second_time(
    sample: list[Night], store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first = demo(sample)
    known = orders(store)
    second = demo(sample)
    assert len(known) >= 58
    assert orders(store) == known
    assert "make ui" in first
    assert "currency: not an ISO 4217" in first
    assert "Nothing was added" in second
    assert sizes(first) == sizes(second)
    assert set(sizes(first)) == {"demo/champions", "demo/regulars", "demo/lapsed"}
    assert sum(sizes(first).values()) == members(store) > 0
    assert max(len(line) for line in first.splitlines()) <= 110
    with open_instance() as instance:
        assert len(instance.get_runs()) == 14
        applied = instance.get_materialized_partitions(dg.AssetKey(["demo", "orders", "applied"]))
    assert applied == {night.partition for night in sample}
    assert {path.name for path in (home() / "demo").iterdir()} == {"products.xml", *(night.name for night in sample)}


def test_late_files_do_not_undo_what_is_newer(
    sample: list[Night], store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    demo(sample)
    newest: dict[str, datetime] = {}
    for row in (row for night in sample for row in read(night) if row["userId"] and row["currency"] != "EURO"):
        version = datetime.fromisoformat(row["lastUpdated"])
        newest[row["orderId"]] = max(version, newest.get(row["orderId"], version))
    assert {order_id: last_updated for order_id, _, _, last_updated in orders(store)} == newest


def test_a_failed_night_is_named_with_its_reason(
    sample: list[Night], store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    output = io.StringIO()
    broken = [sample[0], replace(sample[1], content=sample[1].content[:-20])]
    assert run_demo(broken, Console(file=output, width=80)) == 1
    assert "demo/orders 2026-01-02 failed: " in output.getvalue()
    assert len(orders(store)) == 10


def test_three_shops_and_a_damaged_file_that_comes_again(
    shops: list[Night], store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = " ".join(demo(shops).split())
    assert "demo/outlet 2026-01-02 failed: the gzip data ends too early" in said
    assert "Its file came once more, and was imported." in said
    assert "Alert: demo/outlet 2026-01-02: failed" in said
    assert "Alert: demo/outlet 2026-01-02: runs again" in said
    messages = [json.loads(text) for text in (home() / "demo" / "alerts.jsonl").read_text().splitlines()]
    assert [message["occasion"] for message in messages] == ["failed", "recovered"]
    assert "line items were completed from the product feed" in said
    with store.connect() as connection:
        sites = connection.execute("select site, count(*) from orders group by 1 order by 1").fetchall()
        files = connection.execute("select import_name, count(*) from files group by 1 order by 1").fetchall()
        named = connection.execute(
            "select count(*), count(line ->> 'name'), count(line ->> 'brand')"
            " from orders, jsonb_array_elements(line_items) line where site = 'tills'"
        ).fetchone()
    assert sites == [("demo", 20), ("outlet", 20), ("tills", 20)]
    assert dict(files) == {
        "demo/orders": 3, "demo/outlet": 3, "demo/tills": 3,
        "demo/products": 1, "demo/outlet_products": 1, "demo/tills_products": 1,
    }  # fmt: skip
    assert named[0] == named[1] == named[2] > 20
    again = demo(shops)
    assert "Nothing was added" in again
    assert "Alert" not in again


def test_an_unreachable_store_is_one_sentence(
    sample: list[Night], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CDP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CDP_DATABASE_URL", "postgresql://cdp:secret@127.0.0.1:9/cdp")
    with pytest.raises(StoreError) as raised:
        demo(sample)
    assert "secret" not in str(raised.value)
