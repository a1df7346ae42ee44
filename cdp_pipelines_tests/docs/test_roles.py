"""`deploy/roles.sql`: each role can do what it is for, and nothing else."""

import json
import secrets
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from cdp_pipelines.errors import StoreError
from cdp_pipelines.segments.refreshing import Refreshed, refresh
from cdp_pipelines.segments.spec import SegmentSpec
from cdp_pipelines.store import Store
from cdp_pipelines_tests.docs.servers import Server
from cdp_pipelines_tests.scenarios.catalogue import feed
from cdp_pipelines_tests.scenarios.shop import Shop, counts, line, order

READABLE = ("orders", "order_events", "products", "profiles", "identities", "import_runs", "segment_members")


@pytest.fixture
def shop(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shop:
    """A shop whose imports run as `cdp_app`."""
    monkeypatch.setenv("CDP_DATABASE_URL", server.url("cdp_app"))
    monkeypatch.setenv("CDP_REQUIRE_SERVER", "1")
    monkeypatch.setenv("CDP_HOME", str(tmp_path / "home"))
    return Shop(tmp_path, server.store("cdp_app"))


def refused(store: Store, statement: str) -> bool:
    """Whether a statement is refused for want of rights, or by what keeps events as they are."""
    with store.connect() as connection:
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            return True
        except psycopg.errors.RaiseException as error:
            return "append-only" in str(error)
        finally:
            connection.rollback()
    return False


def test_orders_feeds_and_segments_run_as_the_app(shop: Shop) -> None:
    export = shop.imports("roles/orders", site="roles", keep={"landing": "1d", "rejects": "1d"})
    first = export.gets(order("A"), order("B"), order("C", line(status="lost")))
    assert (first.status, counts(first)) == ("partial", {"added": 2, "rejected": 1})
    assert export.gets(order("A", line(status="paid")), order("B"), dry_run=True).status == "completed"
    assert counts(export.gets(order("A", line(status="paid")), order("B"))) == {"updated": 1, "unchanged": 1}
    full = feed(shop, name="roles_feed", site="roles")
    full.gets({"id": "mug", "name": "Mug"}, day=3)
    assert counts(full.gets({"id": "mug", "name": "Old mug"}, day=1)) == {"added": 1}
    buyers = SegmentSpec.model_validate({"name": "buyers", "rule": {"field": "orders.count", "at_least": 1}})
    assert refresh(shop.store, buyers) == Refreshed("buyers", 1, 1, 0)
    nobody = buyers.model_copy(update={"rule": buyers.rule.model_copy(update={"at_least": 100})}) if buyers.rule else 0
    assert refresh(shop.store, nobody) == Refreshed("buyers", 0, 0, 1)  # type: ignore[arg-type]


def test_the_command_works_as_the_app_and_as_a_reader(
    shop: Shop, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.imports("roles/command").gets(order("D"))
    for role in ("cdp_app", "cdp_read"):
        monkeypatch.setenv("CDP_DATABASE_URL", server.url(role))
        program = str(Path(sys.executable).parent / "cdp-pipelines")
        for arguments in (["db", "status"], ["runs", "--json", "--import", "roles/command"]):
            done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)[0]["status"] == "completed"


@pytest.mark.parametrize(
    "statement",
    [
        "create table cdp.notes (n integer)",
        "create table public.notes (n integer)",
        "create schema notes",
        "alter table cdp.order_heads add column note text",
        "drop view cdp.orders",
        "drop trigger append_only on cdp.order_versions",
        "alter table cdp.order_versions disable trigger all",
        "set session_replication_role = replica",
        "update cdp.order_versions set type = type",
        "delete from cdp.order_versions",
        "truncate cdp.order_versions",
        "update cdp.segment_changes set segment = segment",
        "delete from cdp.segment_changes",
        "truncate cdp.order_heads",
        "update cdp.alembic_version set version_num = version_num",
        "select setval('cdp.order_seq', 1)",
        "set role cdp_owner",
        "create role other",
        "copy cdp.rejects to program 'true'",
        "copy cdp.rejects from '/etc/passwd'",
    ],
)
def test_the_app_may_not(server: Server, statement: str) -> None:
    assert refused(server.store("cdp_app"), statement)


@pytest.mark.parametrize("table", READABLE)
def test_a_reader_reads(server: Server, table: str) -> None:
    with server.store("cdp_read").connect() as connection:
        connection.execute(f"select * from cdp.{table}")


@pytest.mark.parametrize(
    "statement",
    [
        "insert into cdp.profiles (profile_id) values (gen_random_uuid())",
        "update cdp.order_heads set total = 0",
        "delete from cdp.rejects",
        "create temporary table mine (n integer)",
        "select nextval('cdp.order_seq')",
        "create table public.notes (n integer)",
    ],
)
def test_a_reader_only_reads_whatever_it_sets(server: Server, statement: str) -> None:
    assert refused(server.store("cdp_read"), f"set transaction read write; {statement}")


def test_a_reader_is_stopped_by_itself_before_its_rights_are_asked(server: Server) -> None:
    with server.store("cdp_read").connect() as connection, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute("create temporary table mine (n integer)")


@pytest.mark.parametrize(
    ("role", "database"),
    [("cdp_app", "dagster"), ("cdp_read", "dagster"), ("cdp_owner", "dagster"), ("dagster", "cdp")],
)
def test_dagster_and_we_keep_out_of_each_others_database(server: Server, role: str, database: str) -> None:
    with pytest.raises(StoreError, match="permission denied"):
        server.store(role, database).connect()


RIGHTS = """
select relname::text as what, right_::text from pg_class, unnest(relacl) right_
where relnamespace = 'cdp'::regnamespace
union all select 'default ' || defaclobjtype::text, right_::text from pg_default_acl, unnest(defaclacl) right_
union all select datname, right_::text from pg_database, unnest(datacl) right_ where datname in ('cdp', 'dagster')
order by 1, 2
"""


def rights(server: Server) -> list[tuple[str, str]]:
    with server.store("cdp_owner").connect() as connection:
        return connection.execute(RIGHTS).fetchall()


def test_running_it_once_more_changes_nothing_and_mends_what_is_missing(server: Server) -> None:
    before = rights(server)
    server.roles()
    assert rights(server) == before
    with server.store("cdp_owner").connect() as connection:
        connection.execute("revoke all on all tables in schema cdp from cdp_read, cdp_app")
        connection.execute("revoke all on sequence cdp.order_seq from cdp_app")
    server.roles()
    assert rights(server) == before


def test_tables_of_a_later_version_are_open_to_the_app_at_once_but_for_the_append_only_ones(server: Server) -> None:
    with server.store("cdp_owner").connect(autocommit=True) as owner:
        owner.execute("create table cdp.later (n integer); create table cdp.log (like cdp.segment_changes)")
        owner.execute(
            "create trigger append_only before update or delete or truncate on cdp.log"
            " for each statement execute function cdp.refuse_change()"
        )
        try:
            assert not refused(server.store("cdp_app"), "update cdp.later set n = 1")
            assert refused(server.store("cdp_app"), "delete from cdp.log")
            server.roles()
            with server.store("cdp_app").connect() as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute("delete from cdp.log")
        finally:
            owner.execute("drop table cdp.later, cdp.log")


def test_whoever_may_make_roles_and_databases_needs_no_more(bare_server: Server) -> None:
    password = secrets.token_hex()
    bare_server.as_admin(f"create role boss login createrole createdb password '{password}'")
    boss = Server(bare_server.admin.set(username="boss", password=password), bare_server.programs)
    boss.set_up()
    assert refused(boss.store("cdp_app"), "update cdp.order_versions set type = type")
    assert not refused(boss.store("cdp_read"), "select * from cdp.orders")
