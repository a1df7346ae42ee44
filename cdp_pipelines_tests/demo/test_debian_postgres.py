"""The demo on Debian's own Postgres: another major version, a plain role, migrated by `cdp-pipelines db upgrade`."""

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from cdp_pipelines.demo import nights
from cdp_pipelines.demo.command import run_demo
from cdp_pipelines.store import open_store
from cdp_pipelines_tests.debian_postgres import debian_server

pytestmark = pytest.mark.debian


@pytest.fixture
def server() -> Iterator[str]:
    """URL of an empty database on a server of Debian's that runs for this test only."""
    with debian_server() as url:
        yield url


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "cdp-pipelines"
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False)


def test_the_demo_runs_on_a_server_once_it_is_upgraded(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CDP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CDP_DATABASE_URL", server)
    before = command("runs")
    assert before.returncode == 2
    assert "cdp-pipelines db upgrade" in before.stderr
    assert command("db", "upgrade").returncode == 0
    assert run_demo(list(nights(orders=60, count=6)), Console(file=io.StringIO())) == 0
    with open_store().connect() as connection:
        assert connection.execute("select count(*) from orders").fetchone() == (60,)
