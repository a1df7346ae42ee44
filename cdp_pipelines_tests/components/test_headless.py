"""Runs from the command line in the history that Dagster's UI shows: as if Dagster had started them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest

from cdp_pipelines.cli import main
from cdp_pipelines.home import home
from cdp_pipelines_tests.components.conftest import Shop
from cdp_pipelines_tests.imports.writing import document, write

LANDED, VALIDATED, APPLIED = (dg.AssetKey(["shop", "orders", step]) for step in ("landed", "validated", "applied"))
MONTHLY = {"every": "month", "start": "2026-01-01"}


@pytest.fixture(scope="module")
def empty_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an empty history, to be copied: making its tables takes seconds."""
    folder = tmp_path_factory.mktemp("history")
    with dg.DagsterInstance.local_temp(str(folder)) as opened:
        opened.get_runs()
    return folder


@pytest.fixture
def dagster_home(empty_history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An instance that the environment names, with an empty history and Dagster's own settings."""
    folder = shutil.copytree(empty_history, tmp_path / "dagster home")
    monkeypatch.setenv("DAGSTER_HOME", str(folder))
    return folder


@pytest.fixture
def instance(shop: Shop, dagster_home: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(dagster_home), overrides={"telemetry": {"enabled": False}}) as opened:
        yield opened


@pytest.fixture
def run(shop: Shop, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Runs the shop's import from the command line; its exit code and what it says on stderr."""

    def command(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        code = main(["run", str(shop.folder / "defs" / "orders" / "defs.yaml"), *arguments])
        return code, capsys.readouterr().err

    return command


def events(instance: dg.DagsterInstance) -> list[tuple[str, str, str | None]]:
    """Type, step and partition of all asset events, in the order in which they came."""
    kinds = {
        dg.DagsterEventType.ASSET_MATERIALIZATION,
        dg.DagsterEventType.ASSET_OBSERVATION,
        dg.DagsterEventType.ASSET_CHECK_EVALUATION,
    }
    storage = instance.event_log_storage
    found = [record for kind in kinds for record in storage.get_event_records(dg.EventRecordsFilter(kind))]
    return [told(one.event_log_entry.dagster_event) for one in sorted(found, key=lambda one: one.storage_id)]


def told(event: dg.DagsterEvent) -> tuple[str, str, str | None]:
    check = event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION
    subject = event.event_specific_data if check else event
    return event.event_type_value.removeprefix("ASSET_"), subject.asset_key.path[-1], subject.partition


def latest(instance: dg.DagsterInstance, key: dg.AssetKey) -> dg.AssetMaterialization:
    found = instance.get_latest_materialization_event(key)
    assert found is not None
    assert found.asset_materialization is not None
    return found.asset_materialization


def night(day: int) -> list[tuple[str, str, str]]:
    """The events of a night that went well."""
    partition = f"2026-01-0{day}"
    checks = [("CHECK_EVALUATION", "validated", partition)] * 2
    steps = [("MATERIALIZATION", step, partition) for step in ("landed", "validated", "applied")]
    return [steps[0], *checks, *steps[1:]]


def test_each_partition_has_the_events_of_a_run_of_dagster(
    run: Callable[..., tuple[int, str]], shop: Shop, instance: dg.DagsterInstance
) -> None:
    assert run("--from", "2026-01-01", "--to", "2026-01-02") == (0, "")
    assert events(instance) == [*night(1), *night(2)]
    said = {key: latest(instance, key).metadata for key in (LANDED, VALIDATED, APPLIED)}
    assert instance.get_runs() == []
    result = shop.run("2026-01-03")
    launched = [event.materialization for event in result.get_asset_materialization_events()]
    assert {key: set(metadata) for key, metadata in said.items()} == {
        one.asset_key: set(one.metadata) for one in launched
    }
    counts = {name: value.value for name, value in said[APPLIED].items()}
    assert counts["dagster/partition_row_count"] == counts["rows added"] + counts["rows updated"] > 0


def test_checks_are_evaluated_for_their_partition(
    run: Callable[..., tuple[int, str]], shop: Shop, instance: dg.DagsterInstance
) -> None:
    shop.rewrite(1, lambda text: text.replace(",EUR,", ",EURO,", 1))
    assert run("--from", "2026-01-01", "--to", "2026-01-02")[0] == 3
    found = instance.event_log_storage.get_asset_check_execution_history(
        dg.AssetCheckKey(VALIDATED, "error_budget"), limit=10
    )
    assert {one.partition: one.event.dagster_event.event_specific_data.passed for one in found} == {
        "2026-01-01": True,
        "2026-01-02": False,
    }


def test_a_dry_run_materialises_what_it_materialises_in_dagster(
    run: Callable[..., tuple[int, str]], instance: dg.DagsterInstance
) -> None:
    assert run("--partition", "2026-01-01", "--dry-run") == (0, "")
    assert events(instance) == night(1)[:-1]


def test_a_failed_run_is_a_failed_check_and_its_report(
    run: Callable[..., tuple[int, str]], shop: Shop, instance: dg.DagsterInstance
) -> None:
    (shop.folder / shop.sample[0].name).unlink()
    code, said = run("--partition", "2026-01-01")
    assert code == 1
    assert said.startswith("shop/orders 2026-01-01: No file at ")
    assert said.count("\n") == 1
    checks = [("CHECK_EVALUATION", "validated", "2026-01-01")] * 2
    assert events(instance) == [*checks, ("OBSERVATION", "validated", "2026-01-01")]
    shop.rewrite(1, lambda text: text[: text.index("\n")].replace("orderId", "id"))
    assert run("--partition", "2026-01-02")[0] == 1
    assert [step for kind, step, day in events(instance) if (kind, day) == ("MATERIALIZATION", "2026-01-02")] == [
        "landed"
    ]


def test_a_month_has_the_key_that_dagster_gives_it(
    shop: Shop, instance: dg.DagsterInstance, capsys: pytest.CaptureFixture[str]
) -> None:
    source = {"kind": "local", "uri": str(shop.folder / "orders-{partition}-01.csv.gz")}
    path = write(shop.folder / "monthly.yaml", document(name="shop/orders", source=source, partitions=MONTHLY))
    assert main(["run", str(path), "--partition", "2026-01"]) == 0
    assert latest(instance, APPLIED).partition == "2026-01-01"


def test_a_run_that_dagster_starts_is_told_once(shop: Shop, instance: dg.DagsterInstance) -> None:
    job = shop.definitions.resolve_job_def("shop__orders")
    assert job.execute_in_process(instance=instance, partition_key="2026-01-01").success
    assert sorted(events(instance)) == sorted(night(1))


def test_without_a_variable_the_history_that_was_begun_in_our_home_is_used(
    run: Callable[..., tuple[int, str]], empty_history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(empty_history, home() / "dagster")
    assert run("--partition", "2026-01-01") == (0, "")
    with dg.DagsterInstance.local_temp(str(home() / "dagster")) as begun:
        assert events(begun) == night(1)


def test_an_instance_that_does_not_work_is_named_once_and_changes_nothing(
    run: Callable[..., tuple[int, str]], shop: Shop, dagster_home: Path
) -> None:
    (dagster_home / "dagster.yaml").write_text("storage: {postgres: {postgres_url: {env: NOT_SET_ANYWHERE}}}")
    code, said = run("--from", "2026-01-01", "--to", "2026-01-02")
    assert code == 0
    assert said.startswith("Dagster's history does not tell of this run (")
    assert said.count("\n") == 1
    assert shop.count("orders") == 20


def test_without_an_instance_nothing_of_dagster_is_loaded(shop: Shop) -> None:
    arguments = ["run", str(shop.folder / "defs" / "orders" / "defs.yaml"), "--partition", "2026-01-01", "--json"]
    code = f"import sys; from cdp_pipelines.cli import main; main({arguments!r}); print('dagster' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=dict(os.environ), capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("}\nFalse\n")
    assert done.stderr == ""
