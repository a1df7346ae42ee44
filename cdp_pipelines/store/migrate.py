"""Brings a store's tables to what this code needs. Alembic is loaded only when there is something to do."""

import psycopg

from cdp_pipelines.errors import StoreError
from cdp_pipelines.store import revisions
from cdp_pipelines.store.connect import Store
from cdp_pipelines.store.locks import locked

_LOCK = "cdp: migrations"
_PATIENCE = 600.0  # seconds to wait for another process that migrates


def upgrade(store: Store) -> tuple[str | None, str]:
    """Run the migrations that the store lacks, once however many processes ask; return its revision before and after.

    Raises:
        StoreError: The store is ahead of this code, another process migrates for too long, or our role may not.
    """
    with store.connect(autocommit=True) as connection, locked(connection, _LOCK, _PATIENCE) as alone:
        if not alone:
            raise StoreError(f"Another process has been migrating the store {store.label} for too long; look after it.")
        before = revisions.current(connection)
        if revisions.is_ahead(before):
            raise revisions.ahead_error(store.label, before)
        if before != revisions.head():
            _run(store)
        return before, revisions.head()


def _run(store: Store) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy.exc import ProgrammingError

    config = Config()
    config.set_main_option("script_location", str(revisions.VERSIONS.parent).replace("%", "%%"))
    try:
        with store.engine().connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except ProgrammingError as error:
        if isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            raise StoreError(
                f"The role {store.url.username} may not make the tables in {store.label} "
                f"({error.orig.diag.message_primary}); grant it CREATE on the database, or upgrade as its owner."
            ) from error
        raise
