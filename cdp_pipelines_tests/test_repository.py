"""The repository's face: what the files at its root promise, and that they agree with each other."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def required() -> list[str]:
    extras = PROJECT["project"]["optional-dependencies"].values()
    lines = [*PROJECT["project"]["dependencies"], *(line for extra in extras for line in extra)]
    return [re.split(r"[\[<>=~! ]", line, maxsplit=1)[0].lower() for line in lines]


@pytest.mark.parametrize("package", required())
def test_each_dependency_has_its_reason_and_its_pinned_version(package: str) -> None:
    reasons = re.findall(
        r"^\| ([\w, .-]+?)(?: \((?:dev|server)\))? \|", (ROOT / "docs/decisions.md").read_text(), re.MULTILINE
    )
    assert package in [name.lower() for line in reasons for name in line.split(", ")]
    assert re.search(rf"^{re.escape(package)}==", (ROOT / "constraints.txt").read_text(), re.MULTILINE)


def test_constraints_hold_no_address() -> None:
    assert not re.search(r"://|@|^-", (ROOT / "constraints.txt").read_text(), re.MULTILINE)


def test_dagster_knows_the_code_location_by_one_name() -> None:
    (loaded,) = yaml.safe_load((ROOT / "workspace.yaml").read_text())["load_from"]
    assert loaded["python_module"]["location_name"] == PROJECT["tool"]["dg"]["project"]["code_location_name"]


def test_dagster_settings_are_accepted_and_keep_everything_under_the_relative_folder(tmp_path: Path) -> None:
    settings = (ROOT / "dagster.yaml").read_text()
    (tmp_path / "dagster.yaml").write_text(settings)
    code = "import dagster as dg; print(dg.DagsterInstance.from_config('.').get_runs())"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert {path.name for path in tmp_path.iterdir()} == {".cdp", "dagster.yaml"}
    assert (tmp_path / ".cdp" / "dagster" / "history" / "runs.db").exists()


def test_every_make_target_installs_what_it_needs() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in ("demo", "test", "lint", "ui", "bench", "docs"):
        assert re.search(rf"^{target}: \$\(INSTALLED\)", makefile, re.MULTILINE)


def test_an_old_python_is_refused_in_one_sentence(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && { echo Python 3.9.2; exit 0; }\nexit 1\n')
    old.chmod(0o755)
    result = subprocess.run(
        [ROOT / ".ci" / "install", tmp_path / "venv"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr == (
        "Python 3.11 or newer is needed, and Python 3.9.2 was found; install one and run make again.\n"
    )


def test_light_commands_import_no_heavy_module() -> None:
    code = "import sys, cdp_pipelines.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"dagster", "pandas", "pandera", "requests", "alembic", "pyarrow"}.isdisjoint(done.stdout.split())


def test_the_component_is_found_under_its_short_name_without_importing_dagster_before() -> None:
    code = "import sys, cdp_pipelines; assert 'dagster' not in sys.modules; print(cdp_pipelines.OrderImport.__module__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "cdp_pipelines.components.order_import"


def test_a_skipped_test_fails_where_all_are_required(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text("import pytest\ndef test_it():\n    pytest.skip('no part')\n")
    command = [sys.executable, "-m", "pytest", "-p", "cdp_pipelines_tests.complete", "--rootdir", tmp_path, tmp_path]
    codes = [
        subprocess.run(command, env={**os.environ, "CDP_TEST_REQUIRE_ALL": value}, capture_output=True, check=False)
        for value in ("0", "1")
    ]
    assert [done.returncode for done in codes] == [0, 1]
