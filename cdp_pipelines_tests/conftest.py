"""Databases for tests: one server for the whole session and all its workers, one fresh database per test.

The server is the embedded one without fsync, or the one that CDP_TEST_DATABASE_URL names. A test that kills or
restarts a server takes `own_home` instead.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock
import hypothesis
import psycopg
import pytest
from sqlalchemy.engine import URL, make_url

from cdp_pipelines.store import Store, open_store
from cdp_pipelines.store.embedded import EmbeddedPostgres
from cdp_pipelines.store.migrate import upgrade
from cdp_pipelines.store.opening import embedded_store

# On a shared machine the time of a single example says nothing. CI draws the same examples for the same code, so that
# it tells what a change does; `make test` draws new ones each time.
hypothesis.settings.register_profile("shared_machine", deadline=None, derandomize=os.environ.get("CI") == "true")
hypothesis.settings.load_profile("shared_machine")

S3_SERVER = "s3-server"  # in that folder: process and address of the S3 server, if a test needed one
_SESSION = "CDP_TEST_SESSION"  # a folder that the controller makes and its workers inherit


def pytest_configure(config: pytest.Config) -> None:
    for name in (
        "CDP_DATABASE_URL",
        "CDP_HOME",
        "CDP_DEFS",
        "CDP_PG_USER",
        "CDP_REQUIRE_SERVER",
        "CDP_DEBUG",
        "DAGSTER_HOME",
    ):
        os.environ.pop(name, None)
    if not hasattr(config, "workerinput"):
        os.environ[_SESSION] = tempfile.mkdtemp(prefix="cdp-tests-")


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or _SESSION not in os.environ:
        return
    folder = Path(os.environ.pop(_SESSION))
    if (folder / "template").exists():
        _drop(_server(folder), _template(folder))
    EmbeddedPostgres(folder).stop()
    if (folder / S3_SERVER).exists():
        os.kill(int((folder / S3_SERVER).read_text().split()[0]), signal.SIGKILL)  # it ends by force only
    shutil.rmtree(folder, ignore_errors=True)


def _server(folder: Path) -> URL:
    """Return the URL of a database on the session's server, started if need be; its role may create databases."""
    named = os.environ.get("CDP_TEST_DATABASE_URL")
    if named:
        return make_url(named).set(drivername="postgresql+psycopg")
    return embedded_store(EmbeddedPostgres(folder, durable=False).start()).url


def _template(folder: Path) -> str:
    return f"cdp_{folder.name.removeprefix('cdp-tests-').lower()}_template"


def _run(server: URL, statement: str) -> None:
    with Store(server).connect(autocommit=True) as connection:
        connection.execute(statement)


def _drop(server: URL, name: str) -> None:
    _run(server, f"drop database if exists {name} with (force)")


@pytest.fixture(scope="session")
def server() -> URL:
    """URL of a database on the session's server; make databases of your own there."""
    return _server(Path(os.environ[_SESSION]))


@pytest.fixture(scope="session")
def migrated_template(server: URL) -> str:
    """Name of a migrated, empty database that others are copied from."""
    folder = Path(os.environ[_SESSION])
    name, done = _template(folder), folder / "template"
    with filelock.FileLock(folder / "template.lock"):
        if not done.exists():
            _run(server, f"create database {name}")
            made = Store(server.set(database=name))
            upgrade(made)
            made.engine().dispose()
            done.touch()
    return name


@pytest.fixture
def database(server: URL, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[URL]:
    """An empty database that the environment names as the store, with a home of its own."""
    yield from _database(server, "template0", monkeypatch, tmp_path)


@pytest.fixture
def store(server: URL, migrated_template: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Store]:
    """A fresh migrated store that the environment names, with a home of its own, so that commands use it too."""
    for _ in _database(server, migrated_template, monkeypatch, tmp_path):
        opened = open_store()
        yield opened
        opened.engine().dispose()


def _database(server: URL, template: str, monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[URL]:
    name = f"cdp_test_{secrets.token_hex(6)}"
    _copy(server, template, name)
    url = server.set(database=name)
    monkeypatch.setenv("CDP_DATABASE_URL", url.render_as_string(hide_password=False))
    monkeypatch.setenv("CDP_HOME", str(home / "home"))
    yield url
    _drop(server, name)


def _copy(server: URL, template: str, name: str) -> None:
    try:
        _run(server, f"create database {name} template {template}")
    except psycopg.errors.ObjectInUse:  # an autovacuum worker looks at the template; Postgres ends it and says so
        _run(server, f"create database {name} template {template}")


@pytest.fixture
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A home without a server; one that a test starts there is stopped."""
    folder = tmp_path / "own home"  # the space is on purpose
    monkeypatch.setenv("CDP_HOME", str(folder))
    monkeypatch.delenv("CDP_DATABASE_URL", raising=False)
    yield folder
    for home in (folder, *tmp_path.glob("*/")):
        EmbeddedPostgres(home).stop()


@pytest.fixture
def python() -> Callable[..., "subprocess.Popen[str]"]:
    """Starts Python code in a process of its own, with pipes; the code is the last argument."""
    started = []

    def start(*before: str, code: str, **options: object) -> "subprocess.Popen[str]":
        command = [*before, sys.executable, "-c", code]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ), **options
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
