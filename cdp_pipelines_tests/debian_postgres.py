"""Debian's own Postgres, another major version than the wheel's, as a server for a test."""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextmanager
def debian_server() -> Iterator[str]:
    """Run a server of Debian's for a block, which gets the URL of an empty database and its superuser."""
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
