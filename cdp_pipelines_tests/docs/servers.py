"""A server set up as docs/operating.md says: `deploy/roles.sql`, `db upgrade` as the owner, and the roles again."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL, make_url

from cdp_pipelines.store import Store
from cdp_pipelines.store.embedded import EmbeddedPostgres
from cdp_pipelines.store.embedded.cluster import binaries
from cdp_pipelines.store.migrate import upgrade
from cdp_pipelines.store.opening import embedded_store
from cdp_pipelines_tests.debian_postgres import BINARIES, debian_server

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PASSWORDS = {
    "CDP_OWNER_PASSWORD": "owner's secret",
    "CDP_APP_PASSWORD": "app-secret",
    "CDP_READ_PASSWORD": "read-secret",
    "DAGSTER_PG_PASSWORD": "dagster-secret",
}
ROLES = dict(zip(("cdp_owner", "cdp_app", "cdp_read", "dagster"), PASSWORDS.values(), strict=True))


@dataclass(frozen=True)
class Server:
    """A Postgres with our roles; `admin` is its superuser's URL, `programs` the folder of psql and pg_dump."""

    admin: URL
    programs: Path

    def store(self, role: str, database: str = "cdp") -> Store:
        """The database as a role sees it."""
        return Store(self.admin.set(username=role, password=ROLES[role], database=database))

    def url(self, role: str, database: str = "cdp") -> str:
        """The database's address for a role, with the password, as CDP_DATABASE_URL and psql take it."""
        url = self.store(role, database).url.set(drivername="postgresql")
        return url.render_as_string(hide_password=False).replace(" ", "%20")

    def program(self, name: str, *arguments: str) -> None:
        """Run one of Postgres' programs with the passwords in the environment."""
        command = [str(self.programs / name), *arguments]
        done = subprocess.run(command, env=os.environ | PASSWORDS, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def roles(self) -> None:
        """Run deploy/roles.sql as its first lines say."""
        admin = self.admin.set(drivername="postgresql").render_as_string(hide_password=False)
        self.program("psql", "-X", "-v", "ON_ERROR_STOP=1", "-f", str(DEPLOY / "roles.sql"), admin)

    def set_up(self) -> None:
        """Make roles, tables and rights."""
        self.roles()
        upgrade(self.store("cdp_owner"))
        self.roles()

    def as_admin(self, statement: str) -> None:
        """Run a statement that no role of ours may."""
        with psycopg.connect(
            self.admin.set(drivername="postgresql").render_as_string(False), autocommit=True
        ) as connection:
            connection.execute(statement)


@contextmanager
def running_server(kind: str, folder: Path) -> Iterator[Server]:
    """Run a server for a block: the `wheel`'s, in a folder, or that of `debian`."""
    with wheels_server(folder) if kind == "wheel" else debians_server() as made:
        yield made


@contextmanager
def wheels_server(folder: Path) -> Iterator[Server]:
    """A server of the wheel's Postgres, for this block only."""
    embedded = EmbeddedPostgres(folder, durable=False)
    try:
        made = Server(embedded_store(embedded.start()).url.set(database="postgres"), binaries())
        made.as_admin("drop database cdp")  # the embedded server's own, which has our database's name
        yield made
    finally:
        embedded.stop()


@contextmanager
def debians_server() -> Iterator[Server]:
    """A server of Debian's Postgres, for this block only."""
    with debian_server() as url:
        yield Server(make_url(url), BINARIES[-1])
