"""What the tables of the store look like and how much they hold: for people who look at them in Dagster."""

from collections.abc import Mapping
from typing import LiteralString

import psycopg

SHARED: Mapping[str, LiteralString] = {
    "orders": "select count(*) from cdp.order_heads",
    "order_events": "select count(*) from cdp.order_versions where event_id is not null",
    "profiles": "select count(*) from cdp.profiles",
    "products": "select count(*) from cdp.product_versions where valid_to is null or valid_from < valid_to",
    "promotions": "select count(*) from cdp.promotion_heads",
    "vouchers": "select count(*) from cdp.voucher_heads",
    "custom_events": "select count(*) from cdp.custom_event_rows",
}
"""The tables that imports share, and how their rows are counted without reading documents."""

_COLUMNS = """
select attname, format_type(atttypid, atttypmod) from pg_attribute
where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum
"""


def columns(connection: psycopg.Connection, table: str) -> list[tuple[str, str]]:
    """Return name and type of a table's or view's columns."""
    return connection.execute(_COLUMNS, [f"cdp.{table}"]).fetchall()


def count(connection: psycopg.Connection, table: str) -> int:
    """Return how many rows a shared table has."""
    row = connection.execute(SHARED[table]).fetchone()
    return row[0] if row else 0
