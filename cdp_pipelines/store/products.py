"""The versions of products, and what a feed changes of them.

All functions take a connection within the import's transaction, which holds the lock of its kind and site. A feed is
collected in a temporary table, so that a dry run, whose transaction is read-only, judges it the same way.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

INCOMING = """
create temporary table incoming_products (
    n bigint primary key, line bigint not null, product_id text not null, content uuid not null, document json not null,
    stated json, outcome text
) on commit drop;
create index on incoming_products (product_id);
create temporary table incoming_silences (product_id text primary key) on commit drop;
"""

_FEED = """
insert into cdp.product_feeds (site, as_of, modified_at, config_no, import_id, sha256, complete, file_id)
values (%(site)s, %(as_of)s, %(modified_at)s, %(config_no)s, %(import_id)s, %(sha256)s, %(complete)s, %(file_id)s)
on conflict (site, as_of, modified_at, config_no, import_id, sha256)
    do update set complete = excluded.complete, file_id = excluded.file_id
returning feed_id
"""

_FEEDS = """
select feed_id, import_id, complete, (as_of, modified_at, config_no, import_id, sha256)
    > (%(as_of)s::timestamptz, %(modified_at)s::timestamptz, %(config_no)s, %(import_id)s, %(sha256)s) as later
from cdp.product_feeds where site = %(site)s order by as_of, modified_at, config_no, import_id, sha256
"""

_SUPERSEDED = """
update incoming_products i set outcome = 'superseded'
from (select product_id, max(n) as last from incoming_products group by product_id having count(*) > 1) r
where i.product_id = r.product_id and i.n < r.last
"""

_KNOWN = """
select i.n, i.stated::text, v.document::text from incoming_products i
join cdp.product_versions v on v.site = %(site)s and v.product_id = i.product_id
    and not v.from_feed = any(%(later)s::bigint[]) and (v.to_feed is null or v.to_feed = any(%(later)s::bigint[]))
where i.stated is not null and i.n > %(after)s order by i.n limit %(size)s
"""

_OUTCOMES = """
update incoming_products i
set outcome = case when v.content is null then 'added' when v.content = i.content then 'unchanged' else 'updated' end
from incoming_products j
left join cdp.product_versions v on v.site = %(site)s and v.product_id = j.product_id
    and not v.from_feed = any(%(later)s::bigint[]) and (v.to_feed is null or v.to_feed = any(%(later)s::bigint[]))
where i.n = j.n and i.outcome is null
"""

_SAMPLE = """
with counted as (select n, product_id, line, outcome from incoming_products where outcome <> 'superseded')
select product_id, line, outcome from (
    (select * from counted order by n limit %(size)s) union (select * from counted order by n desc limit %(size)s)
) chosen order by n
"""

_GONE = """
select v.product_id from cdp.product_versions v
where v.site = %(site)s
    and not v.from_feed = any(%(later)s::bigint[]) and (v.to_feed is null or v.to_feed = any(%(later)s::bigint[]))
    and not exists (select from incoming_products i where i.product_id = v.product_id)
    and not exists (select from incoming_silences s where s.product_id = v.product_id)
    and not exists (
        select from cdp.product_holdings h
        where h.site = v.site and h.product_id = v.product_id and h.import_id <> %(import_id)s
            and not h.from_feed = any(%(later)s::bigint[])
            and (h.to_feed is null or h.to_feed = any(%(later)s::bigint[]))
    )
"""

_END = """
update cdp.product_versions v set to_feed = %(feed)s, valid_to = %(as_of)s
where v.site = %(site)s and v.to_feed is null and v.product_id = any(%(ids)s::text[])
"""

_END_UPDATED = """
update cdp.product_versions v set to_feed = %(feed)s, valid_to = %(as_of)s
from incoming_products i
where i.outcome = 'updated' and v.site = %(site)s and v.product_id = i.product_id and v.to_feed is null
"""

_BEGIN = """
insert into cdp.product_versions (site, product_id, from_feed, valid_from, content, document)
select %(site)s, product_id, %(feed)s, %(as_of)s, content, document from incoming_products
where outcome in ('added', 'updated')
"""

_MARK = """
insert into cdp.product_marks (feed_id, product_id, seen, stated)
select %(feed)s::bigint, product_id, true, stated from incoming_products
where not %(complete)s and outcome <> 'superseded'
union all
select %(feed)s, product_id, false, null from incoming_silences s
where %(complete)s and not exists (select from incoming_products i where i.product_id = s.product_id)
on conflict (feed_id, product_id) do update set seen = excluded.seen, stated = excluded.stated
"""

_VERSIONS = """
select product_id, from_feed, to_feed, replace(content::text, '-', ''), document::text
from cdp.product_versions where site = %s and product_id = any(%s::text[])
"""

_MARKS = """
select product_id, feed_id, seen, stated::text from cdp.product_marks
where product_id = any(%s::text[]) and feed_id = any(%s::bigint[])
"""

_INSERT = """
insert into cdp.product_versions (site, product_id, from_feed, to_feed, valid_from, valid_to, content, document)
select %(site)s, %(product_id)s, b.feed_id, e.feed_id, b.as_of, e.as_of, %(content)s, %(document)s
from cdp.product_feeds b left join cdp.product_feeds e on e.feed_id = %(to_feed)s where b.feed_id = %(from_feed)s
"""


@dataclass(frozen=True)
class FeedRow:
    """What tells a feed from others and puts all feeds of a site into an order (D23)."""

    site: str
    as_of: datetime
    modified_at: datetime
    config_no: int
    import_id: int
    sha256: str
    complete: bool
    file_id: int


@dataclass(frozen=True)
class IncomingProduct:
    """An accepted entry; `number` counts the feed's entries."""

    number: int
    line: int
    product_id: str
    content: str
    document: str


@dataclass(frozen=True)
class Version:
    """A stored version; its bounds are feeds."""

    product_id: str
    from_feed: int
    to_feed: int | None
    content: str
    document: str


def prepare(connection: psycopg.Connection) -> None:
    """Create the transaction's temporary tables."""
    connection.execute(INCOMING)


def clear(connection: psycopg.Connection) -> None:
    """Forget the feed before, when a run has several."""
    connection.execute("delete from incoming_products")
    connection.execute("delete from incoming_silences")


def collect(connection: psycopg.Connection, products: Iterable[IncomingProduct], silent: Iterable[str]) -> None:
    """Add accepted entries to the feed, and ids whose entry was rejected."""
    with connection.cursor() as cursor:
        statement = "copy incoming_products (n, line, product_id, content, document) from stdin"
        with cursor.copy(statement) as copy:
            for one in products:
                copy.write_row((one.number, one.line, one.product_id, one.content, one.document))
        cursor.executemany(
            "insert into incoming_silences values (%s) on conflict do nothing", [(one,) for one in silent]
        )


def feeds(connection: psycopg.Connection, feed: FeedRow) -> list[tuple[int, int, bool, bool]]:
    """Return id, import, completeness and whether it is later than `feed`, of all feeds of its site in time's order."""
    return connection.execute(_FEEDS, vars(feed)).fetchall()  # type: ignore[return-value]


def enter_feed(connection: psycopg.Connection, feed: FeedRow) -> int:
    """Enter a feed, or find it again if it is applied once more; return its id."""
    row = connection.execute(_FEED, vars(feed)).fetchone()
    assert row is not None  # noqa: S101 - the statement returns a row in any case
    return row[0]


def supersede(connection: psycopg.Connection) -> None:
    """Leave out the entries of a product but for its last one."""
    connection.execute("analyze incoming_products")
    connection.execute(_SUPERSEDED)


def keep_stated(connection: psycopg.Connection) -> None:
    """Keep what the entries state, before they are completed."""
    connection.execute("update incoming_products set stated = document where outcome is null")


def known(
    connection: psycopg.Connection, site: str, later: Sequence[int], after: int, size: int
) -> list[tuple[int, str, str]]:
    """Return number and statement of the next entries behind number `after`, and the document that held before them."""
    values = {"site": site, "later": list(later), "after": after, "size": size}
    return connection.execute(_KNOWN, values).fetchall()  # type: ignore[return-value]


def restate(connection: psycopg.Connection, rows: Sequence[tuple[str, str, int]]) -> None:
    """Give entries, by their number, another content and document."""
    with connection.cursor() as cursor:
        cursor.executemany("update incoming_products set content = %s, document = %s where n = %s", rows)


def compare(connection: psycopg.Connection, site: str, later: Sequence[int]) -> None:
    """Decide what becomes of each entry that is not superseded, by what held at the feed's time.

    Args:
        connection: Of the import's transaction.
        site: The feed's site.
        later: Ids of the feeds later than this one.
    """
    connection.execute(_OUTCOMES, {"site": site, "later": list(later)})


def outcomes(connection: psycopg.Connection) -> dict[str, tuple[int, list[int]]]:
    """Return how many entries have which outcome, with the first of their lines."""
    rows = connection.execute(
        "select outcome, count(*), (array_agg(line order by n))[1:10] from incoming_products group by outcome"
    )
    return {outcome: (count, lines) for outcome, count, lines in rows}


def sample(connection: psycopg.Connection, size: int) -> list[tuple[str, int, str]]:
    """Return id, line and outcome of the first and the last entries that count, in their order."""
    return connection.execute(_SAMPLE, {"size": size}).fetchall()  # type: ignore[return-value]


def gone(connection: psycopg.Connection, feed: FeedRow, later: Sequence[int]) -> list[str]:
    """Return the products that held at a feed's time, are not in it, and which no other import has then."""
    return [row[0] for row in connection.execute(_GONE, vars(feed) | {"later": list(later)})]


def write_newest(connection: psycopg.Connection, feed: FeedRow, feed_id: int, gone_ids: Sequence[str]) -> None:
    """Write what the newest feed of all changes."""
    values = {"site": feed.site, "as_of": feed.as_of, "feed": feed_id, "ids": list(gone_ids)}
    for statement in (_END, _END_UPDATED, _BEGIN):
        connection.execute(statement, values)


def mark(connection: psycopg.Connection, feed_id: int, complete: bool) -> None:
    """Note what a later look at the history could not tell from the versions alone."""
    connection.execute(_MARK, {"feed": feed_id, "complete": complete})


def changed(connection: psycopg.Connection) -> dict[str, tuple[str, str]]:
    """Return content and document of the entries that say something else than held at their feed's time."""
    rows = connection.execute(
        "select product_id, replace(content::text, '-', ''), document::text from incoming_products"
        " where outcome in ('added', 'updated')"
    )
    return {product_id: (content, text) for product_id, content, text in rows}


def versions(connection: psycopg.Connection, site: str, ids: Sequence[str]) -> Iterator[Version]:
    """Yield all versions of products."""
    for row in connection.execute(_VERSIONS, (site, list(ids))):
        yield Version(*row)


def marks(
    connection: psycopg.Connection, ids: Sequence[str], later: Sequence[int]
) -> Iterator[tuple[str, int, bool, str | None]]:
    """Yield product, feed, whether it was seen and what a partial feed stated, for marks of products in some feeds."""
    yield from connection.execute(_MARKS, (list(ids), list(later))).fetchall()


def rewrite(connection: psycopg.Connection, site: str, ids: Sequence[str], rows: Iterable[Version]) -> None:
    """Replace all versions of products."""
    connection.execute(
        "delete from cdp.product_versions where site = %s and product_id = any(%s::text[])", (site, list(ids))
    )
    values: list[dict[str, Any]] = [vars(row) | {"site": site} for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, values)
