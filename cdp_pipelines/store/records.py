"""Records with a key (promotions, vouchers): what a file says of them against what the store holds.

All functions take a connection within the import's transaction, which holds the lock of its kind and site. A file is
collected in a temporary table, so that a dry run, whose transaction is read-only, judges it the same way, and so that
of two rows of one record the last one counts, however far apart they stand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

import psycopg
import pyarrow as pa
from psycopg import sql

from cdp_pipelines.store.copying import Columns, check_count, copy_rows
from cdp_pipelines.store.heads import array_literal

_INCOMING: LiteralString = """
create temporary table incoming_records on commit drop as select {columns}, content from {table} with no data;
alter table incoming_records add column n bigint, add column line bigint;
create temporary table outcomes (n bigint, code text, line bigint, outcome text) on commit drop;
"""

_DECIDE: LiteralString = """
insert into outcomes
select i.n, i.code, i.line, case
    when i.n < i.last then 'superseded'
    when h.code is null then 'added'
    when f.content = i.content and f.config_no = %(config_no)s then 'unchanged'
    when h.content = i.content then 'unchanged'
    when (h.version_at, h.modified_at, h.config_no, h.content)
        > (%(as_of)s::timestamptz, %(modified_at)s::timestamptz, %(config_no)s, i.content) then 'stale'
    else 'updated' end
from (select n, code, line, content, max(n) over (partition by code) as last from incoming_records) i
left join {table} h on h.site = %(site)s and h.code = i.code and i.n = i.last
left join cdp.record_fingerprints f on f.import_id = %(import_id)s and f.code = i.code and i.n = i.last
"""

_OUTCOMES = "select outcome, count(*), (array_agg(line order by n))[1:10] from outcomes group by outcome"

_SAMPLE = """
with counted as (select n, code, line, outcome from outcomes where outcome <> 'superseded')
select code, line, outcome from (
    (select * from counted order by n limit %(size)s) union (select * from counted order by n desc limit %(size)s)
) chosen order by n
"""

_ADD: LiteralString = """
insert into {table} (site, {columns}, content, version_at, modified_at, config_no, file_id)
select %(site)s, {incoming}, i.content, %(as_of)s, %(modified_at)s, %(config_no)s, %(file_id)s
from incoming_records i join outcomes o on o.n = i.n and o.outcome = 'added'
"""

_UPDATE: LiteralString = """
update {table} h set ({columns}, content, version_at, modified_at, config_no, file_id)
    = ({incoming}, i.content, %(as_of)s, %(modified_at)s, %(config_no)s, %(file_id)s)
from incoming_records i join outcomes o on o.n = i.n and o.outcome = 'updated'
where h.site = %(site)s and h.code = i.code
"""

_ADVANCE: LiteralString = """
update {table} h set version_at = %(as_of)s, modified_at = %(modified_at)s, config_no = %(config_no)s
from outcomes o
where o.outcome = 'unchanged' and h.site = %(site)s and h.code = o.code
    and (h.version_at, h.modified_at, h.config_no)
        < (%(as_of)s::timestamptz, %(modified_at)s::timestamptz, %(config_no)s)
"""

# A late file must not take the place of what the import said about a later time.
_REMEMBER = """
insert into cdp.record_fingerprints as f (import_id, code, content, config_no, said_at)
select %(import_id)s, i.code, i.content, %(config_no)s, %(as_of)s
from incoming_records i join outcomes o on o.n = i.n and o.outcome <> 'superseded'
on conflict (import_id, code) do update
    set content = excluded.content, config_no = excluded.config_no, said_at = excluded.said_at
    where f.said_at <= excluded.said_at
        and (f.content, f.config_no) is distinct from (excluded.content, excluded.config_no)
"""

_OTHERS = """
select exists(select from cdp.imports i join cdp.imports o using (site, kind)
    where i.import_id = %(import_id)s and o.import_id <> i.import_id)
"""

# Until now there was one import, so what a record is was what that import had said.
_RECALL: LiteralString = """
insert into cdp.record_fingerprints (import_id, code, content, config_no, said_at)
select i.import_id, h.code, h.content, h.config_no, h.version_at
from {table} h join cdp.files f using (file_id)
join cdp.imports i on i.import_name = f.import_name and i.site = f.site and i.import_id <> %(import_id)s
where h.site = %(site)s and not exists (select from cdp.record_fingerprints r where r.import_id = i.import_id)
on conflict do nothing
"""

_POOLS = "select code from cdp.voucher_heads where site = %s and pool <> %s and code = any(%s::text[])"


@dataclass(frozen=True)
class Table:
    """A table of records: its name, and the columns that a file states, `code` first."""

    name: str
    columns: Sequence[str]

    def filled(self, statement: LiteralString) -> sql.Composed:
        """Return a statement about this table."""
        names = [sql.Identifier(name) for name in self.columns]
        return sql.SQL(statement).format(
            table=sql.Identifier("cdp", self.name),
            columns=sql.SQL(", ").join(names),
            incoming=sql.SQL(", ").join(sql.SQL("i.{}").format(name) for name in names),
        )


@dataclass(frozen=True)
class Saying:
    """Whose file it is, and how new what it says is (D23)."""

    site: str
    import_id: int
    file_id: int
    as_of: datetime
    modified_at: datetime
    config_no: int


def prepare(connection: psycopg.Connection, table: Table) -> None:
    """Create the transaction's temporary tables."""
    connection.execute(table.filled(_INCOMING))


def clear(connection: psycopg.Connection, dry_run: bool) -> None:
    """Forget the file before, when a run has several; the read-only transaction of a dry run may not truncate."""
    if dry_run:
        connection.execute("delete from incoming_records")
        connection.execute("delete from outcomes")
    else:
        connection.execute("truncate incoming_records, outcomes")


def collect(connection: psycopg.Connection, rows: Columns) -> int:
    """Add accepted rows of the file; return the bytes sent."""
    return copy_rows(connection, "incoming_records", rows)


def are_shared(connection: psycopg.Connection, saying: Saying) -> bool:
    """Return whether several imports write the records of a site, so that it counts who said what (D22)."""
    row = connection.execute(_OTHERS, vars(saying)).fetchone()
    return row == (True,)


def decide(connection: psycopg.Connection, table: Table, saying: Saying) -> None:
    """Decide what becomes of each row: superseded, or by what the store holds (D3, D22, D23)."""
    connection.execute("analyze incoming_records")
    connection.execute("set local work_mem = '64MB'")
    connection.execute(table.filled(_DECIDE), vars(saying))


def outcomes(connection: psycopg.Connection) -> dict[str, tuple[int, list[int]]]:
    """Return how many rows have which outcome, with the first of their lines."""
    return {outcome: (count, lines) for outcome, count, lines in connection.execute(_OUTCOMES)}


def sample(connection: psycopg.Connection, size: int) -> list[tuple[str, int, str]]:
    """Return code, line and outcome of the first and the last rows that count, in their order."""
    return connection.execute(_SAMPLE, {"size": size}).fetchall()  # type: ignore[return-value]


def write(connection: psycopg.Connection, table: Table, saying: Saying, found: Mapping[str, int]) -> None:
    """Write what the file changes, each row that was decided about once (D15).

    Raises:
        StoreError: The store took another number of rows.
    """
    connection.execute("analyze outcomes")
    shared = are_shared(connection, saying)
    if shared:
        connection.execute(table.filled(_RECALL), vars(saying))
    check_count(connection.execute(table.filled(_ADD), vars(saying)), found.get("added", 0))
    check_count(connection.execute(table.filled(_UPDATE), vars(saying)), found.get("updated", 0))
    connection.execute(table.filled(_ADVANCE), vars(saying))
    if shared:
        connection.execute(_REMEMBER, vars(saying))


def in_other_pools(connection: psycopg.Connection, site: str, pool: str, codes: pa.Array) -> set[str]:
    """Return those of some voucher codes that stand in another pool of the site."""
    return {code for (code,) in connection.execute(_POOLS, (site, pool, array_literal(codes)))}
