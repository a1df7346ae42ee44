"""Custom events: appended as they come, unless the store has them.

All functions take a connection within the import's transaction, which holds the lock of its kind and site. A dry run
writes into a table that goes with its transaction, so that it finds events that stand twice in a file, too.
"""

from collections.abc import Sequence

import psycopg

from cdp_pipelines.store.copying import Columns, copy_rows
from cdp_pipelines.store.heads import note_users, prepare_users

_DRY = "create temporary table dry_events (event_id uuid primary key, file_id bigint) on commit drop"

_KNOWN = """
select s.n - 1, e.file_id = %(file_id)s
from unnest(%(ids)s::uuid[]) with ordinality s(event_id, n) join cdp.custom_event_rows e using (event_id)
"""

_KNOWN_TO_DRY_RUN = f"""{_KNOWN}
union all
select s.n - 1, e.file_id = %(file_id)s
from unnest(%(ids)s::uuid[]) with ordinality s(event_id, n) join dry_events e using (event_id)
"""  # noqa: S608 - constants of this module only


def prepare(connection: psycopg.Connection, dry_run: bool) -> None:
    """Create the transaction's temporary tables, and choose plans that probe."""
    connection.execute("set local enable_hashjoin = off")
    connection.execute("set local enable_mergejoin = off")
    if dry_run:
        connection.execute(_DRY)
    else:
        prepare_users(connection)


def known(connection: psycopg.Connection, ids: Sequence[str], file_id: int, dry_run: bool) -> dict[int, bool]:
    """Return the places of the events that the store has, and whether this file has brought them itself."""
    statement = _KNOWN_TO_DRY_RUN if dry_run else _KNOWN
    return dict(connection.execute(statement, {"ids": "{" + ",".join(ids) + "}", "file_id": file_id}).fetchall())


def append(connection: psycopg.Connection, rows: Columns, dry_run: bool) -> int:
    """Append events, and note their users for `users.identities`; return the bytes sent."""
    if dry_run:
        return copy_rows(connection, "dry_events", {name: rows[name] for name in ("event_id", "file_id")})
    return note_users(connection, rows) + copy_rows(connection, "custom_event_rows", rows)
