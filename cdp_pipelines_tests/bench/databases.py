"""The bench's own database server, and states of it that are put back before each measured run."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import URL

from cdp_pipelines.store import open_store
from cdp_pipelines_tests.bench.commands import CDP, timed

EMPTY = "bench_empty"
CHECKOUT_DATA = Path(__file__).parents[2] / ".cdp"


@dataclass(frozen=True)
class Server:
    """A running server on which the bench may create and drop databases named `bench...`."""

    url: URL

    def database(self, name: str) -> str:
        """Return the address of one of its databases, password included."""
        return self.url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)

    def connect(self, name: str) -> psycopg.Connection:
        """Return a connection on which every statement commits by itself."""
        return psycopg.connect(self.database(name), autocommit=True)

    def create(self, name: str, template: str) -> str:
        """Make the database a fresh copy of another one, settle the disk, and return its address."""
        with self.connect("postgres") as connection:
            connection.execute(f"drop database if exists {name} with (force)")
            connection.execute(f"create database {name} template {template} strategy file_copy")
            connection.execute("checkpoint")
        os.sync()
        return self.database(name)

    def keep(self, name: str, of: str) -> None:
        """Keep a database's state under another name, vacuumed as autovacuum would leave it."""
        with self.connect(of) as connection:
            connection.execute("vacuum (analyze)")
        self.create(name, template=of)

    def version(self) -> str:
        """Return the server's version."""
        with self.connect("postgres") as connection:
            return str(connection.info.parameter_status("server_version"))


@contextmanager
def workplace() -> Iterator[tuple[Path, Server]]:
    """Lend a folder on the disk of the checkout (/tmp may be memory), and a server with its data in it."""
    CHECKOUT_DATA.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="bench-", dir=CHECKOUT_DATA) as folder,
        started(Path(folder, "home")) as server,
    ):
        yield Path(folder), server


@contextmanager
def started(home: Path) -> Iterator[Server]:
    """Run the embedded server with its production settings under a home of its own, with a migrated empty database."""
    os.environ["CDP_HOME"] = str(home)
    os.environ.pop("CDP_DATABASE_URL", None)
    try:
        server = Server(open_store().url)
        timed([CDP, "db", "upgrade"], {"CDP_DATABASE_URL": server.create(EMPTY, template="template0")})
        yield server
    finally:
        subprocess.run([CDP, "db", "stop"], check=False, capture_output=True)
