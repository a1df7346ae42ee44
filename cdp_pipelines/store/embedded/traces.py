"""What a server leaves behind that tells whether it lives: its lock, its pid file, its entry in the process table.

A process id alone proves nothing: ids are reused, zombies keep theirs, and a container does not see its neighbour's.
So each server inherits a locked file from whoever starts it. The kernel frees that lock when the last process of the
server ends, however it ends; while it is held, the data belongs to someone.
"""

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class LifeLock:
    """A file that is locked as long as any process of the server lives."""

    path: Path

    def held(self) -> bool:
        """Tell whether a server, or what a killed one left running, still has the data."""
        with self._opened() as file:
            return not _locked(file, fcntl.LOCK_SH)

    @contextmanager
    def taken(self) -> Iterator[int | None]:
        """Give the descriptor of the locked file to hand on to a server, or None while another one holds it."""
        with self._opened() as file:
            yield file if _locked(file, fcntl.LOCK_EX) else None

    @contextmanager
    def _opened(self) -> Iterator[int]:
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield file
        finally:
            os.close(file)


def _locked(file: int, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@dataclass(frozen=True)
class PidFile:
    """What `postmaster.pid` says; nothing of it is proof.

    Attributes:
        pid: Process id of the postmaster.
        port: Its TCP port.
        ready: It has said that it accepts connections.
    """

    pid: int
    port: int
    ready: bool

    @classmethod
    def read(cls, path: Path) -> "PidFile | None":
        """Return the file's content, None if it is missing or not yet complete."""
        try:
            lines = path.read_text().splitlines()
            return cls(int(lines[0]), int(lines[3]), lines[7].startswith("ready") if len(lines) > 7 else False)
        except (OSError, ValueError, IndexError):
            return None


def runs_postgres(pid: int, data: Path) -> bool:
    """Tell whether process `pid` is alive and a Postgres over the folder `data`, as far as the system lets us see."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(data) and _program(pid) == "postgres"
    except OSError:
        return _program(pid) == "postgres"


def _program(pid: int) -> str | None:
    """Return the name of the program that runs as `pid`, None for no process and for a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None if Path("/proc/self").exists() else _program_by_ps(pid)
    name, state = stat[stat.index("(") + 1 : stat.rindex(")")], stat[stat.rindex(")") + 2]
    return None if state in "ZX" else name


def _program_by_ps(pid: int) -> str | None:
    asked = ["/bin/ps", "-o", "stat=,comm=", "-p", str(pid)]
    state, _, name = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip().partition(" ")  # noqa: S603 - fixed program, a number
    return None if not name or state.startswith("Z") else Path(name.strip()).name


def orphans(data: Path) -> list[int]:
    """Return the server processes that work in the folder `data`, where the system shows that (Linux)."""
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _works_in(entry, data)]


def _works_in(entry: Path, data: Path) -> bool:
    try:
        return (entry / "cwd").samefile(data) and _program(int(entry.name)) == "postgres"
    except OSError:
        return False
