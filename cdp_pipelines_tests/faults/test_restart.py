"""Postgres falls over in the middle of an import and comes back (F04), on servers of these tests' own."""

import os
import secrets
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cdp_pipelines.errors import StoreError
from cdp_pipelines.store import Store, open_store
from cdp_pipelines.store.embedded import EmbeddedPostgres
from cdp_pipelines.store.migrate import upgrade
from cdp_pipelines.store.opening import embedded_store
from cdp_pipelines_tests.faults.conftest import Night, a_night
from cdp_pipelines_tests.faults.processes import Processes, eventually
from cdp_pipelines_tests.faults.test_kills import PARTIAL, POINTS
from cdp_pipelines_tests.scenarios.shop import Shop, counts
from cdp_pipelines_tests.scenarios.tables import contents


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """An empty migrated store on a server that may be crashed."""
    postgres = EmbeddedPostgres(tmp_path_factory.mktemp("server"), durable=False)
    store = embedded_store(postgres.start())
    upgrade(store)
    store.engine().dispose()
    yield store
    postgres.stop()


@pytest.fixture
def own_copies(own_server: Store) -> Callable[..., Store]:
    def make(original: Store | None = None) -> Store:
        name = f"cdp_test_{secrets.token_hex(6)}"
        template = (original or own_server).url.database
        with Store(own_server.url.set(database="postgres")).connect(autocommit=True) as connection:
            connection.execute(f"create database {name} template {template}")
        return Store(own_server.url.set(database=name))

    return make


@pytest.fixture
def own_night(own_copies: Callable[..., Store], processes: Processes, tmp_path: Path, monkeypatch) -> Night:
    (tmp_path / "shop").mkdir()
    monkeypatch.setenv("CDP_HOME", str(tmp_path / "home"))
    return a_night(Shop(tmp_path / "shop", own_copies()), own_copies, processes)


def crash(store: Store) -> None:
    """Kill one process of the server, at which Postgres ends all connections, recovers and goes on on its port."""
    with store.connect(autocommit=True) as connection:
        (victim,) = connection.execute(
            "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        ).fetchone()
        os.kill(victim, signal.SIGKILL)
        eventually(lambda: _is_broken(connection))
    eventually(lambda: _answers(store))


def _is_broken(connection) -> bool:
    try:
        connection.execute("select 1")
    except Exception:  # noqa: BLE001 - however it ends
        return True
    return False


def _answers(store: Store) -> bool:
    try:
        store.connect().close()
    except StoreError:
        return False
    return True


@pytest.mark.rows("F04")
@pytest.mark.parametrize("point", POINTS)
def test_a_crash_of_postgres_at_every_point(own_night: Night, point: str) -> None:
    store = own_night.store()
    child = own_night.starts(store, failpoint=f"{point}:1:stop").stopped()
    crash(store)
    committed = point == "after_commit"
    assert child.goes_on().ends() == (PARTIAL if committed else 1)
    assert "Traceback" not in child.said
    assert ("what is past its time removed (OperationalError)" in child.said) == committed
    assert ("was lost; nothing was applied: run it again" in child.said) == (not committed)
    assert contents(store) == (own_night.after if committed else own_night.before)
    assert own_night.statuses(store) == ["partial" if committed else "failed"]
    own_night.again(store)
    assert contents(store) == own_night.after


@pytest.mark.rows("F04")
def test_the_embedded_server_is_ended_at_once_and_started_anew(
    own_home: Path, processes: Processes, tmp_path: Path
) -> None:
    (tmp_path / "shop").mkdir()
    EmbeddedPostgres(own_home, durable=False).start()
    shop = Shop(tmp_path / "shop", open_store())
    export = shop.imports()
    shop.write(
        "orders.csv", (Path(__file__).parents[2] / "docs" / "examples" / "kevel_orders.csv").read_bytes(), day=900
    )
    child = processes.run("run", str(export.loaded.path), CDP_FAILPOINT="mid_copy:3:stop").stopped()
    (pid_file,) = own_home.rglob("postmaster.pid")
    os.kill(int(pid_file.read_text().split()[0]), signal.SIGQUIT)
    eventually(lambda: not pid_file.exists() or not _answers(shop.store))
    assert child.goes_on().ends() == 1
    assert "the connection to the store embedded was lost" in child.said
    assert "could not be recorded; the import's next run closes its record" in child.said
    shop.store = open_store()
    report = export.runs()
    assert counts(report)["added"] == report.rows.read
    statuses = shop.ask("select status, error from import_runs order by started_at")
    assert [row["status"] for row in statuses] == ["failed", "completed"]
    assert "run it again" in statuses[0]["error"]
