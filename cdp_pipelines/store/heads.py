"""The current state of orders: what a file's statements are compared with, and how they are written.

All functions take a connection within the import's transaction, which holds the lock of its kind and site; so what
was compared stays true until the commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql

from cdp_pipelines.store.copying import Columns, check_count, copy_rows, row_count

INCOMING = """
create temporary table incoming_heads (like cdp.order_heads) on commit drop;
create temporary table incoming_fingerprints (like cdp.fingerprints) on commit drop;
"""

_INCOMING_USERS = """
create temporary table incoming_users (
    id_type text not null, id_value text not null,
    digest bytea generated always as (cdp.identity_digest(id_type, id_value)) stored
) on commit drop;
"""

_COMPARE = """
select s.n, f.raw is not distinct from s.raw, h.seq, replace(h.content::text, '-', ''),
    h.version_at, h.as_of, h.modified_at, h.config_no, h.last_event::text
from unnest(%(ids)s::text[], %(raws)s::uuid[]) with ordinality s(order_id, raw, n)
left join cdp.fingerprints f on f.import_id = %(import_id)s and f.order_id = s.order_id
left join cdp.order_heads h on h.site = %(site)s and h.order_id = s.order_id and f.raw is distinct from s.raw
where f.raw is distinct from s.raw or not f.dated
"""

_HEAD_COLUMNS = (
    "seq, content, version_at, as_of, modified_at, config_no, last_event, user_id_type, user_id, currency, "
    "total, subtotal, tax, shipping, discount, refund, created_at"
)

_UPDATE_HEADS = f"""
update cdp.order_heads h set ({_HEAD_COLUMNS}, last_updated) =
    ({", ".join("i." + name for name in _HEAD_COLUMNS.split(", "))}, coalesce(i.last_updated, h.last_updated))
from incoming_heads i where h.site = i.site and h.order_id = i.order_id
"""  # noqa: S608 - constants of this module only

_UPSERT_FINGERPRINTS = """
insert into cdp.fingerprints select * from incoming_fingerprints
on conflict (import_id, order_id) do update set raw = excluded.raw, dated = excluded.dated
"""

_ADD_FINGERPRINTS = "insert into cdp.fingerprints select * from incoming_fingerprints on conflict do nothing"

_ADVANCE = """
update cdp.order_heads h set version_at = %(as_of)s, as_of = %(as_of)s, modified_at = %(modified_at)s,
    config_no = %(config_no)s
where h.site = %(site)s and h.order_id = any(%(ids)s::text[])
    and (h.version_at, h.as_of, h.modified_at, h.config_no)
        < (%(as_of)s::timestamptz, %(as_of)s::timestamptz, %(modified_at)s::timestamptz, %(config_no)s::integer)
"""


@dataclass(frozen=True, order=True)
class Version:
    """How new a statement about an order is; compared in this order (D3, D23)."""

    at: datetime
    as_of: datetime
    modified_at: datetime
    config_no: int
    content: str


@dataclass(frozen=True)
class Known:
    """What the store holds of an order: its state's number, version and last event, but not its document."""

    seq: int
    version: Version
    last_event: str | None


@dataclass(frozen=True)
class Compared:
    """What became of orders compared by fingerprint; numbers are places in the list that was asked about.

    `news` says something else than last time (with what is known of it, None = unknown order), `repeated` the same
    but without a version of its own; what is in neither says the same as last time.
    """

    news: dict[int, Known | None]
    repeated: list[int]


def prepare(connection: psycopg.Connection) -> None:
    """Create the transaction's temporary tables."""
    connection.execute(INCOMING)
    prepare_users(connection)


def prepare_users(connection: psycopg.Connection) -> None:
    """Make room for the users that a transaction's items name."""
    connection.execute(_INCOMING_USERS)


def prefer_probes(connection: psycopg.Connection) -> None:
    """Keep the transaction's planner from scanning all known orders per batch."""
    connection.execute("set local enable_hashjoin = off")
    connection.execute("set local enable_mergejoin = off")


def is_first(connection: psycopg.Connection, import_id: int, site: str) -> bool:
    """Return whether the store knows nothing to compare with: no order of the site, nothing said by the import."""
    row = connection.execute(
        "select exists(select from cdp.fingerprints where import_id = %s)"
        " or exists(select from cdp.order_heads where site = %s)",
        (import_id, site),
    ).fetchone()
    return row == (False,)


def compare(connection: psycopg.Connection, import_id: int, site: str, ids: pa.Array, raws: Sequence[str]) -> Compared:
    """Compare raw fingerprints with the import's last ones, by one index probe per order."""
    literals = {"ids": array_literal(ids), "raws": "{" + ",".join(raws) + "}"}
    arguments = literals | {"import_id": import_id, "site": site}
    news: dict[int, Known | None] = {}
    repeated: list[int] = []
    rows = connection.execute(_COMPARE, arguments)
    for number, same, seq, content, at, as_of, modified_at, config_no, last_event in rows:
        if same:
            repeated.append(number - 1)
        elif seq is None:
            news[number - 1] = None
        else:
            news[number - 1] = Known(seq, Version(at, as_of, modified_at, config_no, content), last_event)
    return Compared(news, repeated)


def array_literal(texts: pa.Array) -> str:
    """Return texts, none of them null, as a Postgres array literal; psycopg's own lists take a loop in Python."""
    for character in ("\\", '"'):
        texts = pc.replace_substring(texts, character, "\\" + character)
    whole = pa.ListArray.from_arrays(pa.array([0, len(texts)], pa.int32()), texts)
    return '{"' + pc.binary_join(whole, '","')[0].as_py() + '"}'


def documents(connection: psycopg.Connection, seqs: Sequence[int]) -> dict[int, tuple[str, str, str, datetime]]:
    """Return document, user id type, user id and creation time of order states by number."""
    rows = connection.execute(
        "select seq, document, user_id_type, user_id, occurred_at from cdp.order_versions where seq = any(%s)",
        (list(seqs),),
    )
    return {seq: tuple(rest) for seq, *rest in rows}  # type: ignore[misc]


def advance(connection: psycopg.Connection, site: str, ids: pa.Array, version: Version) -> None:
    """Move orders to a newer version, where a file repeats what it said and carries no lastUpdated (D22)."""
    values = {"as_of": version.as_of, "modified_at": version.modified_at, "config_no": version.config_no}
    connection.execute(_ADVANCE, {"site": site, "ids": array_literal(ids), **values})


def take_seqs(connection: psycopg.Connection, count: int) -> pa.Array:
    """Return the numbers of the next `count` order states, ascending, as text."""
    rows = connection.execute("select nextval('cdp.order_seq') from generate_series(1, %s)", (count,)).fetchall()
    return pc.cast(pa.array([row[0] for row in rows], pa.int64()), pa.string())


def append_versions(connection: psycopg.Connection, rows: Columns) -> int:
    """Append order states, and note their distinct users for `users.identities`; return the bytes sent."""
    return note_users(connection, rows) + copy_rows(connection, "order_versions", rows)


def note_users(connection: psycopg.Connection, rows: Columns) -> int:
    """Note the distinct users of rows for `users.identities`; return the bytes sent."""
    users = pa.table({"id_type": rows["user_id_type"], "id_value": rows["user_id"]})
    distinct = users.group_by(["id_type", "id_value"]).aggregate([]).combine_chunks()
    return copy_rows(connection, "incoming_users", {name: distinct[name].chunk(0) for name in users.column_names})


def insert_heads(connection: psycopg.Connection, rows: Columns) -> int:
    """Insert the state of orders that the store did not know; return the bytes sent."""
    return copy_rows(connection, "order_heads", rows)


def update_heads(connection: psycopg.Connection, rows: Columns) -> int:
    """Replace the state of known orders; return the bytes sent."""
    return _through(connection, "incoming_heads", rows, _UPDATE_HEADS)


def insert_fingerprints(connection: psycopg.Connection, rows: Columns) -> int:
    """Remember what an import said about orders that nobody knew before; return the bytes sent."""
    return copy_rows(connection, "fingerprints", rows)


def upsert_fingerprints(connection: psycopg.Connection, rows: Columns) -> int:
    """Remember what an import said about known orders; return the bytes sent."""
    return _through(connection, "incoming_fingerprints", rows, _UPSERT_FINGERPRINTS)


def add_fingerprints(connection: psycopg.Connection, rows: Columns) -> int:
    """Remember stale statements of an import that said nothing else about these orders; return the bytes sent.

    A late file must not take the place of what the import said about a later time: if that is said once more, it has
    to be compared with the order, which may have changed in between.
    """
    return _through(connection, "incoming_fingerprints", rows, _ADD_FINGERPRINTS, all_count=False)


def _through(
    connection: psycopg.Connection,
    incoming: str,
    rows: Columns,
    statement: LiteralString,
    all_count: bool = True,
) -> int:
    """Send rows to a temporary table and from there to where they belong, each of them if `all_count`."""
    sent = copy_rows(connection, incoming, rows)
    cursor = connection.execute(statement)
    if all_count:
        check_count(cursor, row_count(rows))
    connection.execute(sql.SQL("truncate {}").format(sql.Identifier(incoming)))
    return sent
