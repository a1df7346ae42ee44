"""Runs are remembered in the place where the UI looks for them."""

import shutil
from pathlib import Path

import dagster as dg
import pytest

from cdp_pipelines.components.instance import open_instance

ROOT = Path(__file__).parent.parent.parent


@dg.job
def nothing() -> None:
    """A run without any step."""


def remembered() -> list[str]:
    """Run once, close the instance, and return what a new one knows."""
    with open_instance() as instance:
        assert not instance.telemetry_enabled
        nothing.execute_in_process(instance=instance)
    with open_instance() as instance:
        return [run.job_name for run in instance.get_runs()]


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setenv("CDP_HOME", str(tmp_path / "home"))


def test_in_a_checkout_where_its_settings_say(tmp_path: Path) -> None:
    shutil.copy(ROOT / "dagster.yaml", tmp_path)
    assert remembered() == ["nothing"]
    assert {path.name for path in tmp_path.iterdir()} == {"dagster.yaml", ".cdp"}


def test_elsewhere_in_our_own_folder(tmp_path: Path) -> None:
    assert remembered() == ["nothing"]
    assert {path.name for path in tmp_path.iterdir()} == {"home"}
