"""What is known of products at one time, to complete the line items of orders with; nothing is written here."""

from collections.abc import Sequence
from datetime import datetime

import psycopg
import pyarrow as pa
from psycopg import sql

from cdp_pipelines.schemas.products import COMPLETING
from cdp_pipelines.store.heads import array_literal

_NAMES = [sql.Identifier(column.field) for column in COMPLETING]

_FIELDS = sql.SQL("""
select i.n - 1, {texts}
from unnest(%(ids)s::text[]) with ordinality i(product_id, n)
cross join lateral (
    select coalesce(
        (select v.document from cdp.product_versions v
        where v.site = %(site)s and v.product_id = i.product_id
            and v.valid_from <= %(as_of)s and (v.valid_to is null or v.valid_to > %(as_of)s)
        order by v.valid_from desc limit 1),
        (select v.document from cdp.product_versions v
        where v.site = %(site)s and v.product_id = i.product_id
            and (v.valid_to is null or v.valid_from < v.valid_to)
        order by v.valid_from limit 1)) as document
    offset 0  -- or the planner looks everything up twice
) k
cross join lateral json_to_record(k.document) r({record})
where k.document is not null
""").format(
    texts=sql.SQL(", ").join(sql.SQL("r.{}::text").format(name) for name in _NAMES),
    record=sql.SQL(", ").join(sql.SQL("{} json").format(name) for name in _NAMES),
)


def newest_feed(connection: psycopg.Connection, site: str) -> datetime | None:
    """Return the as-of time of the newest feed of a site, None if none was applied."""
    row = connection.execute("select max(as_of) from cdp.product_feeds where site = %s", (site,)).fetchone()
    return row[0] if row else None


def fields(connection: psycopg.Connection, site: str, as_of: datetime, ids: pa.Array) -> Sequence[tuple]:
    """Return what is known of products: the version valid at a time, else the earliest one (D29).

    Returns:
        For each product that is known its place in `ids`, and the fields of `COMPLETING` as JSON texts, None where the
        product does not have one.
    """
    values = {"site": site, "as_of": as_of, "ids": array_literal(ids)}
    return connection.execute(_FIELDS, values).fetchall()
