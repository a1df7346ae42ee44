"""Starts, finds and stops the embedded server, for any number of processes at once.

Nothing is believed that a killed process may have left: a server is there when it answers to this folder's password
and says that it serves this folder, and it is gone when the kernel has freed its life lock.
"""

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import filelock
import psycopg

from cdp_pipelines.errors import StoreError
from cdp_pipelines.store.embedded.cluster import Cluster, binaries
from cdp_pipelines.store.embedded.identity import choose
from cdp_pipelines.store.embedded.settings import settings
from cdp_pipelines.store.embedded.traces import LifeLock, PidFile, orphans, runs_postgres

DATABASE = "cdp"
_WHOSE = "select current_setting('data_directory'), exists (select from pg_database where datname = %s)"
_PATIENCE = 300.0  # seconds: a crash recovery replays up to max_wal_size
_SHUTDOWN = 60.0  # seconds: the last checkpoint writes what is in memory
_ABORTS = 30
_ORPHANS_MAY_FINISH = 2.0  # seconds
_LAUNCHES = 5


@dataclass(frozen=True)
class Address:
    """Where the server listens on the loopback interface, and the password of its role `cdp`."""

    port: int
    password: str = field(repr=False)

    def connect(self, database: str) -> psycopg.Connection:
        """Connect in autocommit mode, telling the password to nobody who does not know it already."""
        # libpq before 16 does not know the option; since 16 it refuses a server that asks for a clear-text password
        proof: dict[str, Any] = {"require_auth": "scram-sha-256"} if psycopg.pq.version() >= 160000 else {}
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="cdp", password=self.password, dbname=database,
            connect_timeout=5, sslmode="disable", autocommit=True, **proof,
        )  # fmt: skip


class EmbeddedPostgres:
    """The server over `home/postgres`, shared by all processes that name this folder.

    Args:
        home: The folder that holds what this project keeps; see `cdp_pipelines.home`.
        durable: False only for tests: faster, and not safe against a crash of the machine.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self._cluster = Cluster(home.absolute() / "postgres")
        self._life = LifeLock(self._cluster.folder / "life.lock")
        self._durable = durable

    def find(self) -> Address | None:
        """Return where the running server listens, None if none answers; starts nothing.

        Raises:
            StoreError: A server is there but refuses us: another user's, wrong password, no connection left.
        """
        self._cluster.check()
        return self._answering(complete=False)

    def start(self) -> Address:
        """Return where the server listens, after starting it (and making its files) if none is there.

        Raises:
            StoreError: It does not come up; the sentence has the server's own reason.
        """
        return self.find() or self._start_alone()

    def stop(self) -> bool:
        """Stop the server, ending what its clients do; return False if there was none.

        Raises:
            StoreError: It belongs to another user, or does not end.
        """
        self._cluster.check()
        if not self._cluster.folder.exists():
            return False
        with self._alone():
            if not self._life.held():
                return False
            self._end()
            return True

    def _answering(self, *, complete: bool) -> Address | None:
        """Return the address of the server over this folder, if it has our database or we are to `complete` it."""
        pid_file = PidFile.read(self._cluster.pid_file)
        if pid_file is None or not pid_file.ready:
            return None
        address = Address(pid_file.port, self._cluster.password())
        try:
            with address.connect("postgres") as connection:
                return address if self._serves_us(connection, complete) else None
        except psycopg.OperationalError as error:
            self._raise_if_ours(str(error), pid_file.pid)
            return None

    def _serves_us(self, connection: psycopg.Connection, complete: bool) -> bool:
        row = connection.execute(_WHOSE, [DATABASE]).fetchone()
        if row is None or not _same(Path(row[0]), self._cluster.data):
            return False
        has_database = row[1]
        if complete and not has_database:
            connection.execute(f"create database {DATABASE}")  # pyright: ignore[reportArgumentType]
        return has_database or complete

    def _raise_if_ours(self, refusal: str, pid: int) -> None:
        ours = self._life.held() and runs_postgres(pid, self._cluster.data)
        if ours and "authentication failed" in refusal:
            raise StoreError(
                f"The embedded Postgres does not accept the password in {self._cluster.folder / 'password'}; put the "
                "file back as it was."
            )
        if ours and ("too many clients" in refusal or "connection slots" in refusal):
            raise StoreError("The embedded Postgres has no connection left; end some of the processes that use it.")

    def _start_alone(self) -> Address:
        self._cluster.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._alone():
            address = self._awaited()
            for _ in range(_LAUNCHES):
                address = address or self._launched()
            if address is None:
                raise StoreError(f"The embedded Postgres does not start: {self._cluster.last_words()}.")
            return address

    def _awaited(self) -> Address | None:
        """Wait until the server answers, or return None once nothing of it is left."""
        since = time.monotonic()
        while time.monotonic() < since + _PATIENCE:
            if address := self._answering(complete=True):
                return address
            if not self._life.held():
                return None
            if time.monotonic() > since + _ORPHANS_MAY_FINISH:
                self._end_orphans()
            time.sleep(0.02)
        raise StoreError(
            f"The embedded Postgres over {self._cluster.folder} is there but does not answer; "
            "run `cdp-pipelines db stop` and try again."
        )

    def _launched(self) -> Address | None:
        """Launch the server and wait for it; None if it ended again, as when its port was taken meanwhile."""
        with self._life.taken() as life_lock:
            if life_lock is not None:
                self._launch(life_lock)
        return self._awaited()

    def _launch(self, life_lock: int) -> None:
        identity = choose(self._cluster.folder, binaries() / "postgres")
        if not self._cluster.data.exists():
            self._cluster.create(identity, life_lock, self._durable)
        self._forget_dead_server()
        self._cluster.launch(identity, life_lock, settings(_free_port(), binaries(), self._durable))

    def _forget_dead_server(self) -> None:
        """Remove a dead server's pid file: Postgres takes a reused id for a live server and refuses an empty file."""
        pid_file = PidFile.read(self._cluster.pid_file)
        if pid_file is None or not runs_postgres(pid_file.pid, self._cluster.data):
            self._cluster.pid_file.unlink(missing_ok=True)

    def _end(self) -> None:
        """Tell the server to end and wait until nothing of it is left."""
        if self._answers():
            self._tell(signal.SIGINT)
            if self._gone(_SHUTDOWN):
                return
        # Postgres 18 told to stop while it recovers from a crash never ends, so what does not answer is aborted:
        # that costs a recovery at the next start, and no data
        for _ in range(_ABORTS):
            if not self._tell(signal.SIGQUIT):
                self._end_orphans()
            if self._gone(1.0):
                return
        raise StoreError(f"The embedded Postgres over {self._cluster.folder} does not end; see {self._cluster.log}.")

    def _gone(self, within: float) -> bool:
        until = time.monotonic() + within
        while self._life.held():
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
        return True

    def _answers(self) -> bool:
        try:
            return self.find() is not None
        except StoreError:  # it refuses us, so it answers
            return True

    def _tell(self, message: signal.Signals) -> bool:
        pid_file = PidFile.read(self._cluster.pid_file)
        if pid_file is None or not runs_postgres(pid_file.pid, self._cluster.data):
            return False
        _send(pid_file.pid, message)
        return True

    def _end_orphans(self) -> None:
        """End what a killed server left running: such a process may hold the data until its statement is done."""
        pid_file = PidFile.read(self._cluster.pid_file)
        if pid_file is None or runs_postgres(pid_file.pid, self._cluster.data):
            return
        for pid in orphans(self._cluster.data):
            _send(pid, signal.SIGQUIT)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from starting or stopping this server meanwhile."""
        lock = filelock.FileLock(self._cluster.folder / "start.lock", timeout=_PATIENCE)
        try:
            with lock:
                yield
        except filelock.Timeout:
            raise StoreError(
                f"Another process has been starting the Postgres in {self._cluster.folder} for too long."
            ) from None


def _send(pid: int, message: signal.Signals) -> None:
    try:
        os.kill(pid, message)
    except ProcessLookupError:
        pass
    except PermissionError:
        raise StoreError("The embedded Postgres belongs to another user; stop it as that user.") from None


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
