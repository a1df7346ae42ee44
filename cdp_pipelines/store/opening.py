"""Opens the store that the environment names, ready for use."""

import os
from functools import lru_cache
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL

from cdp_pipelines.errors import StoreError
from cdp_pipelines.home import home
from cdp_pipelines.store import revisions
from cdp_pipelines.store.connect import Store, server_store
from cdp_pipelines.store.embedded import Address, EmbeddedPostgres
from cdp_pipelines.store.embedded.server import DATABASE


def open_store() -> Store:
    """Return the store named by `CDP_DATABASE_URL`, or the embedded one, started and migrated as needed.

    Raises:
        ConfigurationError: The environment is wrong, or the server's tables do not fit this code.
        StoreError: The store cannot be reached or started.
    """
    store = server_store() or embedded_store(EmbeddedPostgres(home()).start())
    revision = _revision(store)
    if revisions.is_ahead(revision):
        raise revisions.ahead_error(store.label, revision)
    if revision != revisions.head():
        _catch_up(store, revision)
    return store


def connect_kept() -> psycopg.Connection:
    """Return a connection, in autocommit mode, for a question that is asked every minute.

    The store is opened once per process and environment, which takes three connections, and anew when it does not
    answer: the embedded one may have come up on another port. Whoever writes takes `open_store`, which sees that the
    tables still fit this code.

    Raises:
        ConfigurationError: As `open_store`.
        StoreError: As `open_store`.
    """
    named = os.environ.get("CDP_DATABASE_URL"), os.environ.get("CDP_REQUIRE_SERVER"), home()
    try:
        return _kept(named).connect(autocommit=True)
    except StoreError:
        _kept.cache_clear()
        return _kept(named).connect(autocommit=True)


@lru_cache(maxsize=1)
def _kept(_named: tuple[str | None, str | None, Path]) -> Store:
    return open_store()


def embedded_store(address: Address) -> Store:
    """Return the embedded store at `address`; nothing is connected or migrated."""
    url = URL.create("postgresql+psycopg", "cdp", address.password, "127.0.0.1", address.port, DATABASE)
    return Store(url, embedded=True)


def _revision(store: Store) -> str | None:
    with store.connect(autocommit=True) as connection:
        return revisions.current(connection)


def _catch_up(store: Store, revision: str | None) -> None:
    if not store.embedded:
        raise revisions.behind_error(store.label, revision)
    from cdp_pipelines.store.migrate import upgrade

    upgrade(store)
