"""Worker, code server, daemon and the whole machine are killed: the next tick goes on without a human (F03, F35)."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from cdp_pipelines.alerts.spec import AlertTargetSpec
from cdp_pipelines.alerts.telling import Target, tell
from cdp_pipelines_tests.faults.machine import Machine
from cdp_pipelines_tests.faults.processes import eventually
from cdp_pipelines_tests.scenarios.shop import Shop, order, text

FAILURE, SUCCESS = dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds workers by Linux's /proc")


@pytest.fixture
def machine(shop: Shop, tmp_path: Path) -> Iterator[Machine]:
    shop.imports(partitions={"every": "day", "start": "2024-03-01"}, watch={"every": "1s"})
    (tmp_path / "dagster").mkdir()
    made = Machine(tmp_path / "dagster", shop)
    yield made
    made.dies()
    made.instance.dispose()


def delivers(machine: Machine, day: int) -> None:
    machine.shop.write(f"orders-2024-03-0{day}.csv", text([order(f"A-{day}")]), day)


def applied(machine: Machine) -> list[str]:
    """The partitions of the ledger, one entry per application."""
    return [row["partition"] for row in machine.shop.ask("select partition from files order by file_id")]


@pytest.mark.timeout(600)  # a minute by itself, several where other work fills the cores
@pytest.mark.rows("F03", "F35")
def test_the_next_tick_goes_on_after_any_kill(machine: Machine, tmp_path: Path) -> None:
    machine.starts(failpoint="after_stage:1:stop")
    delivers(machine, 1)
    os.kill(machine.stopped_worker(), signal.SIGKILL)  # Dagster notices it, and repeats the run once
    machine.stopped_worker()
    machine.dies()
    assert (applied(machine), machine.statuses()) == ([], [FAILURE, dg.DagsterRunStatus.STARTED])

    machine.starts()
    machine.time_passes()
    eventually(lambda: machine.statuses() == [FAILURE, FAILURE, SUCCESS])
    assert applied(machine) == ["2024-03-01"]

    machine.kills(machine.daemon)
    delivers(machine, 2)
    machine.kills(machine.code_server)
    machine.starts_daemon()  # which finds nobody to ask
    machine.starts_code_server()
    eventually(lambda: applied(machine) == ["2024-03-01", "2024-03-02"])

    assert machine.shop.told() == [("orderPlace", "A-1"), ("orderPlace", "A-2")]
    statuses = [row["status"] for row in machine.shop.ask("select status from import_runs order by started_at")]
    assert statuses == ["failed", "failed", "completed", "completed"]
    target = AlertTargetSpec.model_validate({"name": "file", "target": {"kind": "file", "path": "alerts.jsonl"}})
    told = tell(machine.shop.store, [Target(target, tmp_path)], datetime.now(UTC))
    assert told.headlines == ["orders 2024-03-01: failed", "orders 2024-03-01: runs again"]
