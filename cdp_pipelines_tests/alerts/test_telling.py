"""From runs to messages: one per cause, one when it is over, to whom it concerns, and nothing of anybody's data."""

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from cdp_pipelines.imports.history import untold_alerts
from cdp_pipelines.store import locks
from cdp_pipelines_tests.alerts.conftest import Watched
from cdp_pipelines_tests.alerts.inboxes import web_inbox
from cdp_pipelines_tests.scenarios.shop import Shop, line, order

DAILY = {"every": "day", "start": "2024-03-01"}
LOST = line(status="lost")


def test_a_failure_is_told_once_and_its_end_once(watched: Watched) -> None:
    orders = watched.shop.imports("de/orders")
    orders.reads("no header\n")
    assert watched.told() == ["de/orders: failed"]
    orders.reads("no header\n")
    assert watched.told() == []
    assert watched.shop.ask("select times from alerts") == [{"times": 2}]
    orders.gets(order("A-1"))
    assert watched.told() == ["de/orders: runs again"]
    orders.gets(order("A-2"))
    assert watched.told() == []
    orders.reads("no header\n")
    assert watched.told() == ["de/orders: failed"]


def test_the_ends_of_different_causes_are_told_apart_and_each_sentence_once(watched: Watched) -> None:
    orders = watched.shop.imports(partitions=DAILY)
    orders.reads("no header\n", partition="2024-03-01")
    orders.runs("2024-03-02")
    watched.look()
    (missing,) = [one for one in watched.lines() if one["occasion"] == "missing_file"]
    assert missing["text"].count("No file at") == 1
    for day in (1, 2):
        orders.gets(order("A-1"), partition=f"2024-03-{day:02}")
    watched.look()
    ends = [one["headline"] for one in watched.lines() if one["occasion"] == "recovered"]
    assert ends == ["orders 2024-03-01: runs again", "orders 2024-03-02: the file has come"]


def test_another_cause_of_the_same_import_is_another_message(watched: Watched) -> None:
    orders = watched.shop.imports()
    orders.reads("no header\n")
    assert watched.told() == ["orders: failed"]
    orders.reads(b"\xff\xfe\x00")
    assert watched.told() == ["orders: failed"]
    orders.gets(order("A-1"))
    assert watched.told() == ["orders: runs again"]


def test_what_a_message_shows(watched: Watched) -> None:
    orders = watched.shop.imports(max_rejected={"share": "10%", "min_items": 0})
    report = orders.gets(order("A-1"), order("A-2", LOST), order("A-3", line(quantity="x"), LOST))
    watched.look()
    (message,) = watched.lines()
    (about,) = message["about"]
    assert (message["occasion"], message["import_name"]) == ("failed", "orders")
    assert about["run_id"] == report.run_id
    assert about["rows"]["read"] == report.rows.read
    assert about["issues"][0]["rows"] > 0
    assert len(about["issues"]) == 3
    assert {"code", "column", "message", "rows"} <= set(about["issues"][0])
    assert f"cdp-pipelines report {report.run_id}" in message["text"]
    assert "jane@example.com" not in json.dumps(message)
    (stored,) = watched.shop.ask("select details::text from alerts")
    assert "jane@example.com" not in stored["details"]


def test_a_file_that_is_not_there_is_told_and_told_when_it_comes(watched: Watched) -> None:
    orders = watched.shop.imports()
    orders.runs()
    orders.runs()
    assert watched.told() == ["orders: no file has come"]
    orders.gets(order("A-1"))
    assert watched.told() == ["orders: the file has come"]


def test_partial_runs_count_beyond_a_share_and_once_per_file(watched: Watched) -> None:
    orders = watched.shop.imports()
    some, many = watched.target("some", partial_over="10%"), watched.target("many", partial_over=0.5)
    orders.gets(order("A-1"), order("A-2"), order("A-3", LOST))
    assert watched.told(some, many) == ["orders: 33.3 % of the orders rejected"]
    orders.runs(force=True)
    assert watched.told(some, many) == []
    orders.gets(order("A-1"), order("A-3", LOST), order("A-4", LOST))
    assert watched.told(some, many) == ["orders: 66.7 % of the orders rejected"] * 2
    orders.gets(order("A-1"))
    assert watched.told(some, many) == []


def test_a_target_is_told_of_its_imports_and_occasions_only(watched: Watched) -> None:
    for name in ("de/orders", "fr/orders"):
        watched.shop.imports(name).reads("no header\n")
    german = watched.target("german", imports=["de/*"])
    calm = watched.target("calm", when=["recovered"])
    assert watched.told(german, calm) == ["de/orders: failed"]
    watched.shop.imports("fr/orders").gets(order("A-1"))
    assert watched.told(german, calm) == ["fr/orders: runs again"]


def test_partitions_that_fail_at_once_are_one_message_and_recover_on_their_own(watched: Watched) -> None:
    orders = watched.shop.imports(partitions=DAILY)
    for day in (1, 2):
        orders.reads("no header\n", partition=f"2024-03-0{day}")
    assert watched.told() == ["orders: failed: 2024-03-01, 2024-03-02"]
    orders.reads("no header\n", partition="2024-03-03")
    orders.gets(order("A-1"), partition="2024-03-01")
    assert watched.told() == ["orders 2024-03-03: failed", "orders 2024-03-01: runs again"]


def test_dry_runs_and_runs_of_long_ago_are_no_news(watched: Watched) -> None:
    orders = watched.shop.imports()
    orders.reads("no header\n", dry_run=True)
    assert watched.told() == []
    orders.reads("no header\n")
    watched.now += timedelta(days=4)
    assert watched.told() == []
    watched.now -= timedelta(days=4)
    assert watched.told() == []


def test_a_target_that_is_away_is_told_later_and_is_shown_meanwhile(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = watched.shop.imports()
    with web_inbox() as inbox:
        monkeypatch.setenv("HOOK", inbox.url)
        hook = watched.target("hook", target={"kind": "webhook", "url_env": "HOOK"})
        inbox.status = 503
        orders.reads("no header\n")
        told = watched.look(hook, watched.target())
        assert told.headlines == ["orders: failed"]
        reason = "the address in HOOK answers with HTTP 503: check it"
        assert told.failures == [f"The alert target hook was not told: {reason}; it is tried again."]
        assert untold_alerts(watched.shop.store) == [f"The alert target hook was not told of 1 alerts: {reason}."]
        orders.gets(order("A-1"))
        inbox.status = 200
        assert watched.told(hook) == ["orders: failed", "orders: runs again"]
        assert untold_alerts(watched.shop.store) == []
    rows = watched.shop.ask("select occasion, attempts, error from alert_messages where target = 'hook' order by 1")
    assert [tuple(row.values()) for row in rows] == [("failed", 2, None), ("recovered", 1, None)]


def test_looks_at_the_same_time_tell_once(watched: Watched) -> None:
    watched.shop.imports().reads("no header\n")
    slow = watched.target(
        "slow", target={"kind": "command", "command": [sys.executable, "-c", "import time; time.sleep(0.2)"]}
    )
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: watched.told(slow), range(4)))
    assert sorted(map(len, told)) == [0, 0, 0, 1]


@pytest.fixture
def silent_run(watched: Watched) -> Callable[[], list[dict]]:
    """The record of a run whose process stopped telling that it lives; returns how to look at it."""
    watched.shop.imports().gets(order("A-1"))
    watched.look()
    with watched.shop.store.connect(autocommit=True) as connection:
        connection.execute(
            "insert into import_runs (run_id, import_name, kind, site, status, config_hash, origin, heartbeat_at)"
            " values ('01DEAD', 'orders', 'orders', 'default', 'running', '', 'manual', now() - interval '3 minutes')"
        )
    return lambda: watched.shop.ask("select status, error from import_runs where run_id = '01DEAD'")


def test_a_killed_run_is_closed_and_told_once(watched: Watched, silent_run: Callable[[], list[dict]]) -> None:
    assert watched.told() == ["orders: failed"]
    (record,) = silent_run()
    assert record["status"] == "failed"
    (message,) = watched.lines()
    assert "the process of this run ended before it was done" in message["text"]
    assert watched.told() == []
    watched.shop.imports().gets(order("A-2"))
    assert watched.told() == ["orders: runs again"]


def test_a_silent_run_that_holds_its_lock_is_not_dead(watched: Watched, silent_run: Callable[[], list[dict]]) -> None:
    with watched.shop.store.connect(autocommit=True) as connection, locks.locked(connection, "import:orders"):
        assert watched.told() == []
    assert silent_run()[0]["status"] == "running"


def test_alerts_of_the_past_are_kept(shop: Shop, watched: Watched) -> None:
    orders = shop.imports()
    orders.reads("no header\n")
    orders.gets(order("A-1"))
    watched.look()
    (row,) = shop.ask("select cause, recovered_at is not null as over, recovery ->> 'status' as by from alerts")
    assert tuple(row.values()) == ("failed", True, "completed")
