"""A schedule in Dagster: what its ticks ask for, and when they are skipped."""

import json
from datetime import UTC, datetime

import dagster as dg
import pytest

from cdp_pipelines.cli import main
from cdp_pipelines_tests.components.conftest import Shop

NIGHTLY = '  schedule: {cron: "30 2 * * *", catch_up: 7d}\n'
NAME = "shop__orders_schedule"
NOW = datetime(2026, 1, 5, 2, 30, tzinfo=UTC)


@pytest.fixture
def nightly(lasting: Shop) -> Shop:
    path = lasting.folder / "defs" / "orders" / "defs.yaml"
    path.write_text(path.read_text() + NIGHTLY)
    return lasting


def tick(shop: Shop, now: datetime = NOW):
    definitions = shop.definitions
    repository = definitions.get_repository_def()
    context = dg.build_schedule_context(shop.instance, now, repository_def=repository)
    return repository.get_schedule_def(NAME).evaluate_tick(context)


def asked(shop: Shop, now: datetime = NOW) -> list[tuple[str, str]]:
    """Return first and last partition of each run that a tick asks for."""
    spans = []
    for request in tick(shop, now).run_requests:
        span = request.partition_key_range
        spans.append((span.start, span.end) if span else (request.partition_key,) * 2)
    return spans


@pytest.mark.rows("K-119", "K-120")
def test_it_is_on_in_utc_and_told_in_words(nightly: Shop) -> None:
    schedule = nightly.definitions.resolve_schedule_def(NAME)
    assert schedule.description == "At 02:30, every day, UTC."
    assert schedule.execution_timezone == "UTC"
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert schedule.job_name == "shop__orders"


@pytest.mark.rows("K-122")
def test_what_became_of_the_runs_of_a_schedule_can_be_seen(nightly: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    nightly.rewrite(1, lambda text: text.replace("orderId", "number", 1))
    result = nightly.run("2026-01-01", "2026-01-02", tags={"dagster/schedule_name": NAME})
    capsys.readouterr()
    assert main(["runs", "--json"]) == 0
    told = [(run["partition"], run["status"], run["origin"]) for run in json.loads(capsys.readouterr().out)]
    assert told == [("2026-01-02", "failed", "schedule"), ("2026-01-01", "completed", "schedule")]
    (run,) = nightly.instance.get_runs(dg.RunsFilter(tags={"dagster/schedule_name": NAME}))
    assert (run.run_id, run.status) == (result.run_id, dg.DagsterRunStatus.FAILURE)


def test_an_import_without_schedule_has_none(shop: Shop) -> None:
    assert not shop.definitions.get_repository_def().schedule_defs


def test_a_tick_asks_for_the_newest_partition_and_apart_from_it_for_what_is_missing(nightly: Shop) -> None:
    assert asked(nightly) == [("2026-01-01", "2026-01-03"), ("2026-01-04", "2026-01-04")]
    nightly.run("2026-01-02")
    assert asked(nightly) == [("2026-01-01", "2026-01-01"), ("2026-01-03", "2026-01-03"), ("2026-01-04", "2026-01-04")]
    nightly.run("2026-01-01", "2026-01-04")
    assert asked(nightly) == [("2026-01-04", "2026-01-04")]


def test_after_a_pause_longer_than_catch_up_no_day_is_lost(nightly: Shop) -> None:
    nightly.run("2026-01-02", tags={"dagster/schedule_name": NAME})
    resumed = [("2026-01-03", "2026-01-09"), ("2026-01-10", "2026-01-16"), ("2026-01-17", "2026-01-18")]
    assert asked(nightly, datetime(2026, 1, 20, 2, 30, tzinfo=UTC)) == [*resumed, ("2026-01-19", "2026-01-19")]


def test_a_partition_that_failed_or_was_a_dry_run_is_missing(nightly: Shop) -> None:
    nightly.run("2026-01-01", "2026-01-03", asset_selection=[dg.AssetKey(["shop", "orders", "validated"])])
    (nightly.folder / nightly.sample[1].name).unlink()
    nightly.run("2026-01-01", "2026-01-03")
    assert asked(nightly) == [("2026-01-02", "2026-01-02"), ("2026-01-04", "2026-01-04")]


def test_what_a_tick_asks_for_can_be_run_and_says_that_a_schedule_did(nightly: Shop) -> None:
    definitions = nightly.definitions
    for request in tick(nightly).run_requests:
        result = definitions.resolve_job_def("shop__orders").execute_in_process(
            instance=nightly.instance, partition_key=request.partition_key, tags=request.tags
        )
        assert result.success
    assert nightly.materialized("applied") == [night.partition for night in nightly.sample]
    with nightly.store.connect() as connection:
        assert connection.execute("select distinct origin from cdp.import_runs").fetchall() == [("schedule",)]
        assert connection.execute("select distinct origin from cdp.order_events").fetchall() == [("schedule",)]


@pytest.mark.rows("K-121")
@pytest.mark.parametrize("status", [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTED])
def test_a_tick_is_skipped_while_a_run_of_the_same_schedule_is_on(nightly: Shop, status: dg.DagsterRunStatus) -> None:
    tags = {"dagster/schedule_name": NAME}
    busy = nightly.instance.create_run_for_job(
        nightly.definitions.resolve_job_def("shop__orders"), tags=tags, status=status
    )
    result = tick(nightly)
    assert not result.run_requests
    assert f"/runs/{busy.run_id}" in result.skip_message
    nightly.instance.report_run_canceled(busy)
    assert tick(nightly).run_requests


def test_a_skipped_tick_links_to_the_run_where_the_address_of_the_ui_is_known(
    nightly: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDP_UI_URL", "https://dagster.example.com/")
    job = nightly.definitions.resolve_job_def("shop__orders")
    busy = nightly.instance.create_run_for_job(job, tags={"dagster/schedule_name": NAME})
    assert tick(nightly).skip_message.endswith(f"see https://dagster.example.com/runs/{busy.run_id}")


def test_runs_of_another_schedule_or_by_hand_do_not_skip_it(nightly: Shop) -> None:
    job = nightly.definitions.resolve_job_def("shop__orders")
    for tags in ({}, {"dagster/schedule_name": "another"}):
        nightly.instance.create_run_for_job(job, tags=tags, status=dg.DagsterRunStatus.STARTED)
    assert tick(nightly).run_requests


def test_before_the_first_partition_is_over_a_tick_says_so(nightly: Shop) -> None:
    assert "No day is complete yet" in tick(nightly, datetime(2026, 1, 1, 2, 30, tzinfo=UTC)).skip_message


def test_an_import_without_partitions_is_asked_for_once(nightly: Shop) -> None:
    path = nightly.folder / "defs" / "orders" / "defs.yaml"
    kept = [line for line in path.read_text().splitlines() if "partitions:" not in line]
    path.write_text("\n".join(kept).replace("{partition}", "2026-01-02").replace(", catch_up: 7d", ""))
    (request,) = tick(nightly).run_requests
    assert request.partition_key is None
    assert request.partition_key_range is None
