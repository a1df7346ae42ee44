"""Migrations: by themselves when embedded, by command on a server, once however many ask, never backwards."""

import secrets
import shutil

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import URL

from cdp_pipelines.errors import ConfigurationError, StoreError
from cdp_pipelines.store import Store, care, open_store, revisions
from cdp_pipelines.store.embedded import EmbeddedPostgres

UPGRADE = "from cdp_pipelines.store import care; print(care.upgrade().changed)"


def revise(url: URL, revision: str) -> None:
    with Store(url).connect(autocommit=True) as connection:
        connection.execute("update cdp.alembic_version set version_num = %s", [revision])


def test_file_names_tell_the_same_chain_as_alembic():
    config = Config()
    config.set_main_option("script_location", str(revisions.VERSIONS.parent))
    scripts = ScriptDirectory.from_config(config)
    chain = [script.revision for script in scripts.walk_revisions()]
    assert list(reversed(chain)) == list(revisions.known())
    assert scripts.get_heads() == [revisions.head()]


def test_an_empty_server_waits_for_the_command(database):
    with pytest.raises(StoreError, match="has no tables yet; run `cdp-pipelines db upgrade`") as caught:
        open_store()
    assert isinstance(caught.value, ConfigurationError)
    assert care.upgrade() == care.Upgrade(Store(database).label, None, revisions.head())
    assert care.upgrade().changed is False
    assert open_store().url == database


@pytest.fixture
def newer_code(monkeypatch, tmp_path):
    """Code that brings one more migration than the stores that were made so far; returns its revision."""
    migrations = tmp_path / "migrations"
    shutil.copytree(revisions.VERSIONS.parent, migrations)
    head, newer = revisions.head(), f"{int(revisions.head()) + 1:04}"
    (migrations / "versions" / f"{newer}_more.py").write_text(
        f"from alembic import op\nrevision = {newer!r}\ndown_revision = {head!r}\n"
        "def upgrade():\n    op.execute('create table cdp.more (text text)')\n"
    )

    def install() -> str:
        monkeypatch.setattr(revisions, "VERSIONS", migrations / "versions")
        revisions.known.cache_clear()
        return newer

    yield install
    revisions.known.cache_clear()


def test_a_server_behind_the_code_waits_for_the_command(store, newer_code):
    before, newer = revisions.head(), newer_code()
    with pytest.raises(
        StoreError, match=rf"is at revision {before}, this version needs {newer}; run `cdp-pipelines db upgrade`"
    ) as caught:
        open_store()
    assert isinstance(caught.value, ConfigurationError)
    assert care.upgrade() == care.Upgrade(store.label, before, newer)
    with open_store().connect() as connection:
        assert connection.execute("select count(*) from more").fetchone() == (0,)


def test_an_embedded_store_behind_the_code_is_upgraded_when_opened(own_home, newer_code):
    open_store()
    newer = newer_code()
    with open_store().connect() as connection:
        assert revisions.current(connection) == newer


def test_a_store_ahead_of_the_code_is_refused_also_by_the_command(store):
    revise(store.url, "9999")
    for attempt in (open_store, care.upgrade):
        with pytest.raises(
            ConfigurationError, match="revision 9999, which this version of cdp-pipelines does not know"
        ):
            attempt()


def test_an_embedded_store_ahead_of_the_code_is_refused(own_home):
    revise(open_store().url, "9999")
    with pytest.raises(ConfigurationError, match="install the version that migrated it, or a later one"):
        open_store()


def test_the_embedded_store_migrates_by_itself(own_home):
    EmbeddedPostgres(own_home, durable=False).start()
    with open_store().connect() as connection:
        assert revisions.current(connection) == revisions.head()


def test_upgrades_at_once_migrate_once(database, python):
    processes = [python(code=UPGRADE) for _ in range(3)]
    answers = [process.communicate(timeout=60) for process in processes]
    assert sorted(out for out, _ in answers) == ["False\n", "False\n", "True\n"], answers


def test_a_failed_migration_leaves_nothing(database):
    with Store(database).connect(autocommit=True) as connection:
        connection.execute("create schema cdp")
        connection.execute("create view cdp.orders as select 1")  # in the way
    with pytest.raises(Exception, match="already exists"):
        care.upgrade()
    with Store(database).connect(autocommit=True) as connection:
        assert revisions.current(connection) is None
        left = connection.execute("select count(*) from pg_class where relnamespace = 'cdp'::regnamespace").fetchone()
    assert left == (1,)


@pytest.fixture
def plain_role(database):
    """A role that may connect to the database and do nothing else."""
    role, password = f"cdp_role_{secrets.token_hex(4)}", secrets.token_hex(8)
    with Store(database).connect(autocommit=True) as connection:
        connection.execute(f"create role {role} login password '{password}'")
        yield database.set(username=role, password=password)
        connection.execute(f"drop owned by {role}")
        connection.execute(f"drop role {role}")


def test_a_role_that_may_not_migrate_is_told_what_it_lacks(plain_role, monkeypatch):
    monkeypatch.setenv("CDP_DATABASE_URL", plain_role.render_as_string(hide_password=False))
    with pytest.raises(StoreError, match=rf"{plain_role.username} may not make the tables .*grant it CREATE"):
        care.upgrade()


def test_a_role_that_may_not_read_is_told_what_it_lacks(plain_role, monkeypatch):
    care.upgrade()
    monkeypatch.setenv("CDP_DATABASE_URL", plain_role.render_as_string(hide_password=False))
    with pytest.raises(StoreError, match=rf"{plain_role.username} may not read the schema cdp; grant it usage"):
        open_store()
