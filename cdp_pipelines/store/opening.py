"""Opens the store that the environment names, ready for use."""

from sqlalchemy.engine import URL

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
