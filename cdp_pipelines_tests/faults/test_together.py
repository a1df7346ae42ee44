"""Several imports at once, and one that wakes up after it was given up (F18, F19, F20)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from cdp_pipelines.store import Store
from cdp_pipelines_tests.faults.conftest import Night
from cdp_pipelines_tests.faults.processes import eventually
from cdp_pipelines_tests.faults.test_kills import PARTIAL
from cdp_pipelines_tests.scenarios.shop import Import, Shop, line, order, text
from cdp_pipelines_tests.scenarios.tables import contents


def waiting(store: Store, on: str = "advisory") -> int:
    """How many connections to this store wait for a lock, by default one of ours."""
    with store.connect(autocommit=True) as connection:
        query = "select from pg_stat_activity where datname = current_database() and wait_event = %s"
        return len(connection.execute(query, (on,)).fetchall())


@pytest.mark.rows("F18")
def test_one_import_twice_at_once_the_second_waits_and_then_skips(night: Night) -> None:
    store = night.store()
    first = night.starts(store, failpoint="mid_copy:2:stop").stopped()
    second = night.starts(store, "--json")
    eventually(lambda: waiting(store))
    assert first.goes_on().ends() == PARTIAL
    assert second.ends() == 0
    assert '"already_applied": 7' in second.said
    assert contents(store) == night.after
    assert night.statuses(store) == ["partial", "completed"]


@pytest.mark.rows("F19")
def test_two_imports_of_the_same_orders_wait_for_each_other_and_the_newest_stays(night: Night) -> None:
    store, shop = night.store(), night.export.shop
    other = shop.imports("other")
    said = {"same": ("paid", "2099-01-01"), "changes": ("cancelled", "2024-02-01"), "new": ("placed", "2024-02-01")}
    rows = [order(one, line(status=status), lastUpdated=when) for one, (status, when) in said.items()]
    rows[0][0]["lastUpdated"] = "2024-03-04T11:00:00Z"
    shop.write("other.csv", text(rows), day=3)
    first = night.starts(store, failpoint="mid_copy:2:stop").stopped()
    second = night.processes.run(
        "run", str(other.loaded.path), CDP_DATABASE_URL=store.url.render_as_string(hide_password=False)
    )
    eventually(lambda: waiting(store))
    assert (first.goes_on().ends(), second.ends()) == (PARTIAL, 0)
    shop.store = store
    statuses = {one: shop.order(one)["line_items"][0]["status"] for one in said}
    assert statuses == {"same": "paid", "changes": "paid", "new": "placed"}
    assert len(shop.events()) == len({event["event_id"] for event in shop.events()}) == 5 + 4


@pytest.mark.rows("F19", "D30")
def test_imports_of_one_and_of_several_sites_at_once_lose_nothing(shop: Shop) -> None:
    rounds, people = 3, 60
    imports = [
        shop.imports(f"{site}/{name}", site=site)
        for site, name in (("a", "crm"), ("a", "web"), ("b", "crm"), ("c", "x"))
    ]

    def night(number: int, place: int, export: Import) -> str:
        crowd = [f"u{number}-{n}@example.com" for n in range(people)][:: 1 if place % 2 else -1]
        rows = [order(f"{number}-{n}", line(sku=export.loaded.spec.name), userId=one) for n, one in enumerate(crowd)]
        shop.write(export.loaded.spec.source.uri, text(rows), day=number * 10 + place + 1)
        return export.runs().status

    with ThreadPoolExecutor(len(imports)) as threads:
        for number in range(rounds):
            done = [threads.submit(night, number, place, export) for place, export in enumerate(imports)]
            assert [one.result(timeout=60) for one in done] == ["completed"] * len(imports)
    assert len(shop.ask("select from profiles")) == len(shop.ask("select from identities")) == rounds * people
    held = shop.ask("select site, count(*) from orders group by site order by site")
    assert [(row["site"], row["count"]) for row in held] == [(site, rounds * people) for site in "abc"]
    skus = shop.ask("select distinct site, line_items #>> '{0,sku}' as sku from orders order by 1")
    assert [row["sku"] for row in skus] == ["a/web", "b/crm", "c/x"]


@pytest.mark.rows("F19", "D30")
def test_two_sites_take_the_users_they_share_in_one_order(shop: Shop) -> None:
    """Somebody holds a user in the middle of both, so that both are underway; out of order they would deadlock."""
    users = [f"u{n:02}@example.com" for n in range(60)]
    imports = [shop.imports(site, site=site) for site in ("a", "b")]
    for export, crowd in zip(imports, (users, users[::-1]), strict=True):
        shop.write(export.loaded.spec.source.uri, text([order(one, userId=one) for one in crowd]), day=1)
    with shop.store.connect() as holder, ThreadPoolExecutor(2) as threads:
        holder.execute("insert into profiles (profile_id) values (profile_id('email', %s))", (users[30],))
        holder.execute(
            "insert into identities values ('email', %(user)s, profile_id('email', %(user)s))", {"user": users[30]}
        )
        done = [threads.submit(export.runs) for export in imports]
        eventually(lambda: waiting(shop.store, on="transactionid") == 2)
        holder.rollback()
        assert [one.result(timeout=60).status for one in done] == ["completed", "completed"]
    assert len(shop.ask("select from identities")) == len(users)


@pytest.mark.rows("F20")
def test_a_run_that_wakes_up_after_another_took_over_writes_nothing(night: Night) -> None:
    store = night.store()
    zombie = night.starts(store, failpoint="mid_copy:5:stop").stopped()
    with store.connect(autocommit=True) as connection:
        ended = connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()"
        ).fetchall()
        assert len(ended) == 1
    assert night.again(store) == "partial"
    records = _records(store)
    assert zombie.goes_on().ends() == 1
    assert "was lost" in zombie.said
    assert (contents(store), _records(store)) == (night.after, records)
    assert night.statuses(store) == ["failed", "partial"]


@pytest.mark.rows("F20")
def test_a_run_in_a_later_epoch_than_its_own_does_not_commit(night: Night) -> None:
    store = night.store()
    late = night.starts(store, failpoint="after_stage:2:stop").stopped()
    with store.connect() as connection:
        connection.execute("update cdp.imports set epoch = epoch + 1")
    assert late.goes_on().ends() == 1
    assert "another run of this import took over meanwhile; nothing of this one was applied" in late.said
    assert contents(store) == night.before
    assert night.statuses(store) == ["failed"]


def _records(store: Store) -> list[tuple]:
    with store.connect() as connection:
        query = (
            "select to_jsonb(r) - 'heartbeat_at' from cdp.import_runs r union all select to_jsonb(j) from cdp.rejects j"
        )
        return sorted(connection.execute(query).fetchall(), key=str)


@pytest.mark.rows("F18", "D24")
def test_a_dry_run_does_not_wait_for_a_run(night: Night, copied_store: Callable[..., Store]) -> None:
    store = night.store()
    running = night.starts(store, failpoint="before_commit:1:stop").stopped()
    night.export.shop.store = store
    assert night.export.runs(dry_run=True).status == "partial"
    assert running.goes_on().ends() == PARTIAL
    assert contents(store) == night.after
