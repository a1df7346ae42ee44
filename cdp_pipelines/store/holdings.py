"""Which products an import's feeds hold, from which feed to which: a full feed ends no product that another import has.

Only imports of full feeds have products in this sense. All functions take a connection within the import's transaction,
with the feed collected as `store.products` says.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import psycopg

from cdp_pipelines.store.products import FeedRow

_HELD = """
from cdp.product_holdings h where h.site = %(site)s and h.import_id = %(import_id)s
    and not h.from_feed = any(%(later)s::bigint[]) and (h.to_feed is null or h.to_feed = any(%(later)s::bigint[]))
"""

_NOT_IN_THE_FEED = """
    and not exists (select from incoming_products i where i.product_id = h.product_id)
    and not exists (select from incoming_silences s where s.product_id = h.product_id)
"""

_BEGUN = f"""
select distinct i.product_id from incoming_products i
where not exists (select {_HELD} and h.product_id = i.product_id)
"""  # noqa: S608 - constants of this module only

_ENDED = f"select h.product_id {_HELD} {_NOT_IN_THE_FEED}"

_BEGIN = f"""
insert into cdp.product_holdings (site, product_id, import_id, from_feed)
select %(site)s, b.product_id, %(import_id)s, %(feed)s from ({_BEGUN}) b
"""  # noqa: S608 - constants of this module only

_END = f"""
update cdp.product_holdings u set to_feed = %(feed)s
where u.site = %(site)s and u.import_id = %(import_id)s and u.to_feed is null
    and u.product_id in ({_ENDED})
"""  # noqa: S608 - constants of this module only

_INSERT = """
insert into cdp.product_holdings (site, product_id, import_id, from_feed, to_feed) values (%s, %s, %s, %s, %s)
"""


@dataclass(frozen=True)
class Turned:
    """Products that an import has from a feed on, and those that it had until then."""

    begun: Sequence[str] = ()
    ended: Sequence[str] = ()


@dataclass(frozen=True)
class Holding:
    """From which feed to which (None: until now) an import has a product."""

    product_id: str
    import_id: int
    from_feed: int
    to_feed: int | None


def turned(connection: psycopg.Connection, feed: FeedRow, later: Sequence[int]) -> Turned:
    """Return what a feed changes of its import's products at its time; an incomplete one ends nothing."""
    values = vars(feed) | {"later": list(later)}
    begun = [row[0] for row in connection.execute(_BEGUN, values)]
    ended = [row[0] for row in connection.execute(_ENDED, values)] if feed.complete else []
    return Turned(begun, ended)


def write_newest(connection: psycopg.Connection, feed: FeedRow, feed_id: int) -> None:
    """Write what the newest feed of a site changes of its import's products."""
    values = vars(feed) | {"feed": feed_id, "later": []}
    if feed.complete:
        connection.execute(_END, values)
    connection.execute(_BEGIN, values)


def of(connection: psycopg.Connection, site: str, ids: Sequence[str]) -> Iterator[Holding]:
    """Yield which imports had products, and when."""
    rows = connection.execute(
        "select product_id, import_id, from_feed, to_feed from cdp.product_holdings"
        " where site = %s and product_id = any(%s::text[])",
        (site, list(ids)),
    )
    for row in rows:
        yield Holding(*row)


def rewrite(
    connection: psycopg.Connection, site: str, import_id: int, ids: Sequence[str], rows: Iterable[Holding]
) -> None:
    """Replace all that is known of an import's having some products."""
    connection.execute(
        "delete from cdp.product_holdings where site = %s and import_id = %s and product_id = any(%s::text[])",
        (site, import_id, list(ids)),
    )
    with connection.cursor() as cursor:
        values = [(site, one.product_id, one.import_id, one.from_feed, one.to_feed) for one in rows]
        cursor.executemany(_INSERT, values)
