"""The demo on Debian's own Postgres: another major version, a plain role, migrated by `cdp-pipelines db upgrade`."""

import io
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from cdp_pipelines.demo import nights
from cdp_pipelines.demo.command import run_demo
from cdp_pipelines.store import open_store

pytestmark = pytest.mark.debian

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.fixture
def server() -> Iterator[str]:
    """URL of an empty database on a server of Debian's that runs for this test only."""
    if not BINARIES:
        pytest.skip("Debian's package postgresql is not installed")
    # Postgres refuses to run as root, and its user may not enter pytest's own folders.
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    folder, port, password = Path(tempfile.mkdtemp(prefix="cdp-debian-")), free_port(), secrets.token_hex()
    (folder / "pw").write_text(password)
    for path in (folder, folder / "pw"):
        shutil.chown(path, user)

    def run(program: str, *arguments: str) -> None:
        full = [BINARIES[-1] / program, *arguments]
        subprocess.run(full, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)

    data = str(folder / "data")
    run("initdb", "-D", data, "-U", "owner", "--auth=scram-sha-256", f"--pwfile={folder / 'pw'}", "--encoding=UTF8")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://owner:{password}@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


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
