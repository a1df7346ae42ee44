"""The files in `deploy/`: what they start exists, what they say holds together, and Dagster takes its settings."""

import configparser
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest
import yaml
from dagster._core.definitions.run_request import InstigatorType

from cdp_pipelines_tests.docs.servers import DEPLOY, PASSWORDS, ROOT, Server

BIN = Path(sys.executable).parent
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
PREFIX = "/opt/cdp-pipelines/bin/"


@dg.job
def nothing() -> None:
    """A run without any step."""


def unit(path: Path) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser(strict=False)
    parser.read(path)
    return parser["Service"]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_each_unit_starts_a_program_that_is_installed(path: Path) -> None:
    program = unit(path)["execstart"].split()[0]
    assert program.startswith(PREFIX)
    assert (BIN / program.removeprefix(PREFIX)).exists()
    assert unit(path)["user"] == "cdp"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_no_unit_and_no_service_may_fall_back_to_the_embedded_postgres(path: Path) -> None:
    assert "Environment=CDP_REQUIRE_SERVER=1\n" in path.read_text()
    assert re.search(r"^ENV CDP_REQUIRE_SERVER=1", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    ours = [one for one in COMPOSE["services"].values() if one["image"].startswith("cdp-pipelines:")]
    assert {one["environment"]["CDP_REQUIRE_SERVER"] for one in ours} == {"1"}


@pytest.mark.debian
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("Debian's package systemd is not installed")
    for path in UNITS:
        (tmp_path / path.name).write_text(path.read_text().replace(PREFIX, f"{BIN}/"))
    units = [str(tmp_path / path.name) for path in UNITS]
    done = subprocess.run([analyze, "verify", "--man=no", *units], capture_output=True, text=True, check=False)
    about_ours = [line for line in done.stderr.splitlines() if "cdp-" in line]
    assert (done.returncode, about_ours) == (0, [])


def test_only_the_code_server_knows_the_stores_password() -> None:
    knowing = [path.stem for path in UNITS if "code.env" in path.read_text()]
    assert knowing == ["cdp-code"]
    services = COMPOSE["services"].items()
    assert [name for name, one in services if "CDP_DATABASE_URL" in one["environment"]] == ["migrate", "code"]
    assert "cdp_owner" not in COMPOSE["services"]["code"]["environment"]["CDP_DATABASE_URL"]


def test_compose_makes_roles_then_tables_then_rights_before_anything_runs() -> None:
    waits = {name: one.get("depends_on", {}) for name, one in COMPOSE["services"].items()}
    order = ["code", "grants", "migrate", "roles", "postgres"]
    assert [next(iter(waits[name])) for name in order[:-1]] == order[1:]
    assert {waits[name][after]["condition"] for name, after in (("code", "grants"), ("grants", "migrate"))} == {
        "service_completed_successfully"
    }
    assert COMPOSE["services"]["roles"]["command"] == COMPOSE["services"]["grants"]["command"]


def test_compose_pins_images_opens_one_local_port_and_starts_installed_programs() -> None:
    services = COMPOSE["services"]
    assert all(re.search(r":\d+\.\d+", one["image"]) for one in services.values())
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert services["code"]["image"] == f"cdp-pipelines:{version}"
    mounted = {one.partition(":")[0] for service in services.values() for one in service.get("volumes", [])}
    assert {name for name in mounted if name.startswith("./")} <= {f"./{path.name}" for path in DEPLOY.iterdir()}
    assert [one["ports"] for one in services.values() if "ports" in one] == [["127.0.0.1:3000:3000"]]
    for name in ("code", "daemon", "webserver"):
        assert (BIN / services[name]["command"][0]).exists()


def test_each_variable_of_compose_is_in_its_example() -> None:
    wanted = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()))
    assert wanted == set(re.findall(r"^(\w+)=$", (DEPLOY / "env.example").read_text(), re.MULTILINE))


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    copied = re.findall(r"^COPY (?:--\S+ )?(.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    kept = set(re.findall(r"^!(\S+)", (DEPLOY / "Dockerfile.dockerignore").read_text(), re.MULTILINE))
    files = {name for line in copied for name in line.split()}
    assert files == kept
    assert all((ROOT / name).exists() for name in files)


def test_both_settings_of_dagster_agree_but_for_the_storage() -> None:
    ours, shipped = (yaml.safe_load(path.read_text()) for path in (ROOT / "dagster.yaml", DEPLOY / "dagster.yaml"))
    for key in ("telemetry", "nux", "concurrency", "run_monitoring", "run_retries"):
        assert ours[key] == shipped[key]


def test_dagster_keeps_its_history_in_a_database_of_its_own(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copy(DEPLOY / "dagster.yaml", tmp_path)
    monkeypatch.setenv("DAGSTER_PG_HOST", str(server.admin.host))
    monkeypatch.setenv("DAGSTER_PG_PORT", str(server.admin.port))
    monkeypatch.setenv("DAGSTER_PG_PASSWORD", PASSWORDS["DAGSTER_PG_PASSWORD"])
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        run = nothing.execute_in_process(instance=instance)
        kept = instance.get_tick_retention_settings(InstigatorType.SENSOR)
        assert {status.value: days for status, days in kept.items()}["SKIPPED"] == 7
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert run.run_id in [one.run_id for one in instance.get_runs()]
    with psycopg.connect(server.url("dagster", "dagster")) as connection:
        assert connection.execute("select count(*) > 0 from runs").fetchone() == (True,)


def test_a_missing_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(DEPLOY / "dagster.yaml", tmp_path)
    for name in ("DAGSTER_PG_HOST", "DAGSTER_PG_PORT", "DAGSTER_PG_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(dg.DagsterInvalidConfigError, match="DAGSTER_PG_HOST"):
        dg.DagsterInstance.from_config(str(tmp_path))
