"""The disk is full while a file is landed, and while rejected rows are kept (F16)."""

import os
from pathlib import Path

import pytest

from cdp_pipelines_tests.faults.processes import Child, Processes
from cdp_pipelines_tests.scenarios.shop import Import, Shop, counts, line, order, text


def start(processes: Processes, export: Import, largest_file: int) -> Child:
    return processes.run("run", str(export.loaded.path), largest_file=largest_file)


def incoming() -> list[Path]:
    return list((Path(os.environ["CDP_HOME"]) / "landing" / "incoming").iterdir())


@pytest.mark.rows("F16")
def test_a_file_that_does_not_fit_is_not_landed(shop: Shop, processes: Processes) -> None:
    export = shop.imports()
    content = text([order(f"A-{n}") for n in range(200)])
    shop.write("orders.csv", content, day=1)
    child = start(processes, export, len(content) // 2)
    assert child.ends() == 1
    assert "Files can't be kept in" in child.said
    assert "Traceback" not in child.said
    assert (incoming(), shop.events()) == ([], [])
    assert counts(export.runs()) == {"added": 200}


@pytest.mark.rows("F16")
@pytest.mark.parametrize("rejected", [4, 60], ids=["at the end", "in the middle"])
def test_rejected_rows_that_do_not_fit_fail_the_run(shop: Shop, processes: Processes, rejected: int) -> None:
    export = shop.imports()
    bad = [order(f"B-{n}", line(status="lost")) for n in range(rejected)]
    content = text([*bad, order("A-1")])
    shop.write("orders.csv", content, day=1)
    child = start(processes, export, len(content) + 800)
    assert child.ends() == 1
    assert "the rejected rows cannot be kept in" in child.said
    assert "Traceback" not in child.said
    assert (shop.events(), shop.ask("select from files"), shop.ask("select from rejects")) == ([], [], [])
    assert [row["status"] for row in shop.ask("select status from import_runs")] == ["failed"]
    assert counts(export.runs()) == {"rejected": rejected, "added": 1}
