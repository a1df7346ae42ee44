"""Which schema the store has and which one this code needs, told apart without loading Alembic.

Revisions form one chain; a migration's file is named `NNNN_subject.py` and its revision is `NNNN`.
"""

from functools import cache
from pathlib import Path

import psycopg

from cdp_pipelines.errors import ConfigurationError, StoreError

VERSIONS = Path(__file__).parent / "migrations" / "versions"


class StoreBehindError(StoreError, ConfigurationError):
    """The store lacks migrations that this code brings (exit code 2)."""


class StoreAheadError(StoreError, ConfigurationError):
    """The store was migrated by a later version than this one (exit code 2)."""


@cache
def known() -> tuple[str, ...]:
    """Return the revisions that this code can make, oldest first."""
    return tuple(sorted(path.name[:4] for path in VERSIONS.glob("[0-9][0-9][0-9][0-9]_*.py")))


def head() -> str:
    """Return the revision that this code needs."""
    return known()[-1]


def current(connection: psycopg.Connection) -> str | None:
    """Return the store's revision, None if it has never been migrated.

    Raises:
        StoreError: Our role may not read the schema.
    """
    try:
        with connection.transaction():
            row = connection.execute("select version_num from cdp.alembic_version").fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    except psycopg.errors.InsufficientPrivilege:
        raise StoreError(
            f"The role {connection.info.user} may not read the schema cdp; grant it usage, or connect as its owner."
        ) from None
    return row[0] if row else None


def is_ahead(revision: str | None) -> bool:
    """Tell whether only a later version of this code knows `revision`."""
    return revision is not None and revision not in known()


def ahead_error(label: str, revision: str | None) -> StoreAheadError:
    """Return the error for a store that a later version has migrated."""
    return StoreAheadError(
        f"The store {label} is at revision {revision}, which this version of cdp-pipelines does not know; "
        "install the version that migrated it, or a later one."
    )


def behind_error(label: str, revision: str | None) -> StoreBehindError:
    """Return the error for a server that someone must migrate first."""
    state = f"is at revision {revision}, this version needs {head()}" if revision else "has no tables yet"
    return StoreBehindError(f"The store {label} {state}; run `cdp-pipelines db upgrade`.")
