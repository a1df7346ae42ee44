"""A store with a first night in it, and a second night that is to be disturbed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from cdp_pipelines.store import Store
from cdp_pipelines_tests.faults.processes import Child, Processes
from cdp_pipelines_tests.scenarios.conftest import copied_store, shop
from cdp_pipelines_tests.scenarios.shop import Import, Order, Shop, line, order, text
from cdp_pipelines_tests.scenarios.tables import contents

__all__ = ["copied_store", "shop"]


def first_night() -> list[Order]:
    return [
        order("same"), order("changes"), order("touched", lastUpdated="2024-02-01"),
        order("stale", line(status="paid"), lastUpdated="2024-02-02"), order("rejected"),
    ]  # fmt: skip


def second_night() -> list[Order]:
    """Every outcome but superseded, and a new user for an order that is known."""
    return [
        order("same"), order("changes", line(status="paid"), userId="new@example.com"), order("new"),
        order("touched", lastUpdated="2024-02-02"), order("stale", lastUpdated="2024-02-01"),
        order("rejected", line(status="lost")),
    ]  # fmt: skip


@dataclass
class Night:
    """The import of a second night: its state before, its state after an undisturbed run, and how to start it."""

    export: Import
    base: Store
    copied: Callable[..., Store]
    processes: Processes
    before: dict[str, list[Any]]
    after: dict[str, list[Any]]

    @property
    def yaml(self) -> str:
        return str(self.export.loaded.path)

    def store(self) -> Store:
        """A store of its own, in the state before."""
        return self.copied(self.base)

    def starts(self, store: Store, *arguments: str, failpoint: str = "") -> Child:
        """Start the import on a store, in a process that ends or stops at the failpoint."""
        url = store.url.render_as_string(hide_password=False)
        return self.processes.run("run", self.yaml, *arguments, CDP_DATABASE_URL=url, CDP_FAILPOINT=failpoint)

    def again(self, store: Store) -> str:
        """Run the import in this process; its status."""
        self.export.shop.store = store
        return self.export.runs().status

    def statuses(self, store: Store) -> list[str]:
        """The statuses of the night's runs, in the order of their starts."""
        with store.connect() as connection:
            rows = connection.execute("select status from cdp.import_runs order by started_at, run_id").fetchall()
        return [status for (status,) in rows][1:]


@pytest.fixture
def processes() -> Iterator[Processes]:
    started = Processes()
    yield started
    started.end()


@pytest.fixture
def night(shop: Shop, copied_store: Callable[..., Store], processes: Processes) -> Night:
    """A night on the session's server."""
    return a_night(shop, copied_store, processes)


def a_night(shop: Shop, copied_store: Callable[..., Store], processes: Processes) -> Night:
    """Prepare a night on the shop's server, and see what it comes to."""
    export = shop.imports(source={"kind": "local", "uri": "night-*.csv"})
    shop.write("night-1.csv", text(first_night()), day=1)
    export.runs()
    base, before = shop.store, contents(shop.store)
    shop.write("night-1.csv", text(second_night()), day=2)
    shop.write("night-2.csv", text([order("second file", userId="second@example.com")]), day=2)
    shop.store = copied_store(base)
    assert export.runs().status == "partial"
    return Night(export, base, copied_store, processes, before, contents(shop.store))
