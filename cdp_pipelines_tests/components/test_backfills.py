"""Backfills launched in Dagster's UI and by its own command: several partitions per run, each on its own."""

import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest
from dagster._cli.job import execute_backfill_command
from dagster._cli.workspace.cli_target import WorkspaceOpts
from dagster._core.execution.backfill import PartitionBackfill
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster._daemon.backfill import execute_backfill_iteration
from dagster_graphql.client.query import LAUNCH_PARTITION_BACKFILL_MUTATION
from dagster_graphql.test.utils import execute_dagster_graphql

from cdp_pipelines_tests.components.conftest import Shop

MODULE = "cdp_pipelines.definitions"
STEPS = ("landed", "validated", "applied")
IN_THIS_PROCESS = {
    "telemetry": {"enabled": False},
    "run_launcher": {
        "module": "dagster._core.launcher.sync_in_memory_run_launcher",
        "class": "SyncInMemoryRunLauncher",
    },
    "run_coordinator": {"module": "dagster._core.run_coordinator", "class": "DefaultRunCoordinator"},
}


@pytest.fixture
def history(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """The shop with two partitions per run, four nights of which the second is missing, and runs in this process."""
    path = shop.folder / "defs" / "orders" / "defs.yaml"
    path.write_text(path.read_text().replace("per_run: 7", "per_run: 2"))
    (shop.folder / shop.sample[1].name).unlink()
    monkeypatch.setenv("CDP_DEFS", str(shop.folder / "defs"))
    with dg.DagsterInstance.local_temp(str(tmp_path), overrides=IN_THIS_PROCESS) as instance:
        yield replace(shop, instance=instance)


def nights(shop: Shop) -> list[str]:
    return [night.partition for night in shop.sample]


def launched_in_the_ui(shop: Shop) -> PartitionBackfill:
    """Launch a backfill as the UI does, and let the daemon work on it until it is over."""
    target = LoadableTargetOrigin(executable_path=sys.executable, module_name=MODULE)
    workspace = InProcessWorkspaceLoadTarget(InProcessCodeLocationOrigin(target, location_name="cdp_pipelines"))
    selection = [{"path": ["shop", "orders", step]} for step in STEPS]
    params = {"backfillParams": {"assetSelection": selection, "partitionNames": nights(shop)}}
    with WorkspaceProcessContext(shop.instance, workspace) as process:
        answer = execute_dagster_graphql(process.create_request_context(), LAUNCH_PARTITION_BACKFILL_MUTATION, params)
        backfill_id = answer.data["launchPartitionBackfill"]["backfillId"]
        for _ in range(20):
            list(execute_backfill_iteration(process, logging.getLogger("backfill")))
            backfill = shop.instance.get_backfill(backfill_id)
            if backfill.status.value not in ("REQUESTED", "FAILING"):
                return backfill
    raise AssertionError(f"the backfill is still {backfill.status.value}")


def runs(shop: Shop) -> list[dg.DagsterRun]:
    return sorted(shop.instance.get_runs(), key=lambda run: run.tags["dagster/asset_partition_range_start"])


def spans(shop: Shop) -> list[tuple[str, str, str]]:
    ends = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
    return [(*(run.tags[end] for end in ends), run.status.value) for run in runs(shop)]


def records(shop: Shop) -> list[tuple]:
    with shop.store.connect() as connection:
        query = "select partition, status, origin from import_runs order by started_at"
        return connection.execute(query).fetchall()


def test_from_the_ui_each_run_takes_per_run_partitions_and_keeps_those_that_are_good(history: Shop) -> None:
    launched_in_the_ui(history)
    first, second, third, fourth = nights(history)
    assert spans(history) == [(first, second, "FAILURE"), (third, fourth, "SUCCESS")]
    for step in STEPS:
        assert history.materialized(step) == [first, third, fourth]
    (failed, _) = runs(history)
    told = (log.dagster_event for log in history.instance.all_logs(failed.run_id))
    (event,) = [event for event in told if event and event.is_step_failure]
    assert event.step_failure_data.user_failure_data.description == f"1 of 2 partitions failed: {second}."
    assert sorted(records(history)) == [
        (first, "completed", "backfill"), (second, "failed", "backfill"),
        (third, "completed", "backfill"), (fourth, "completed", "backfill"),
    ]  # fmt: skip
    with history.store.connect() as connection:
        assert connection.execute("select distinct origin from order_events").fetchall() == [("backfill",)]


def test_by_dagsters_own_command_each_partition_has_a_run(history: Shop) -> None:
    first, *_, last = nights(history)
    execute_backfill_command(
        workspace_opts=WorkspaceOpts(module_name=(MODULE,)), job_name="shop__orders", start_partition=first,
        end_partition=last, noprompt=True, print_fn=lambda _: None, instance=history.instance,
    )  # fmt: skip
    assert sorted(run.status.value for run in history.instance.get_runs()) == ["FAILURE", *["SUCCESS"] * 3]
    assert {origin for _, _, origin in records(history)} == {"backfill"}
    assert history.materialized("applied") == [first, *nights(history)[2:]]
