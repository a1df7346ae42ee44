"""The totals of TPC-H data, once from the generator's tables and once from the store, by ways that share nothing.

The generator's side reads the tables row by row with Python's decimals and knows nothing of the conversion; the store's
side is SQL over the business tables.
"""

from collections import Counter
from decimal import ROUND_DOWN, Decimal
from pathlib import Path

import psycopg
import pyarrow as pa
from psycopg.rows import dict_row

from cdp_pipelines_tests.bench.tpch_file import table

CENT = Decimal("0.01")
STATUS = {("O", "N"): "paid", ("F", "A"): "fulfilled", ("F", "N"): "fulfilled", ("F", "R"): "refunded"}
Totals = dict[str, Decimal | int]

IN_ORDERS = """
select count(*) as "orders", sum(total) as "order totals", sum(refund) as "order refunds",
       count(distinct user_id) as "buyers in orders" from cdp.orders
"""
IN_LINES = """
select count(*) as "line items", sum((line->>'quantity')::numeric) as "pieces",
       sum((line->>'subtotal')::numeric + (line->'discount'->>'value')::numeric) as "list prices",
       sum((line->>'total')::numeric) as "line totals",
       count(distinct line->>'productId') as "products"
from cdp.orders, jsonb_array_elements(line_items) as line
"""
BY_STATUS = """
select line->>'status', count(*), sum((line->>'total')::numeric)
from cdp.orders, jsonb_array_elements(line_items) as line group by 1
"""
ELSEWHERE = """
select (select count(*) from cdp.order_events where type = 'orderPlace') as "orderPlace events",
       (select count(*) from cdp.order_events) as "events",
       (select count(*) from cdp.identities where id_type = 'crm_id') as "identities",
       (select count(*) from cdp.profiles) as "profiles"
"""


def generated(folder: Path) -> Totals:
    """Return the totals of the generator's tables."""
    orders, lines = table(folder, "orders"), table(folder, "lineitem")
    buyers = len(set(orders["o_custkey"].to_pylist()))
    counts, sums = by_status(lines)
    return {
        "orders": len(orders),
        "order totals": sum(orders["o_totalprice"].to_pylist()),
        "order refunds": sums["refunded"],
        "buyers in orders": buyers,
        "line items": len(lines),
        "pieces": sum(lines["l_quantity"].to_pylist()),
        "list prices": sum(lines["l_extendedprice"].to_pylist()),
        "line totals": sum(orders["o_totalprice"].to_pylist()),
        "products": len(set(lines["l_partkey"].to_pylist())),
        **{f"{status} lines": count for status, count in counts.items()},
        **{f"{status} totals": total for status, total in sums.items()},
        "orderPlace events": len(orders),
        "events": len(orders),
        "identities": buyers,
        "profiles": buyers,
    }


def by_status(lines: pa.Table) -> tuple[Counter, Counter]:
    """Return how many lines have each status and what they add up to."""
    counts, sums = Counter(), Counter()
    columns = ["l_linestatus", "l_returnflag", "l_extendedprice", "l_discount", "l_tax"]
    for closed, returned, listed, discount, tax in zip(*(lines[name].to_pylist() for name in columns), strict=True):
        status = STATUS[closed, returned]
        net = (listed * (1 - discount)).quantize(CENT, ROUND_DOWN)
        counts[status] += 1
        sums[status] += (net * (1 + tax)).quantize(CENT, ROUND_DOWN)
    return counts, sums


def stored(connection: psycopg.Connection) -> Totals:
    """Return the totals of the store."""
    totals: Totals = {}
    for query in (IN_ORDERS, IN_LINES, ELSEWHERE):
        totals |= connection.cursor(row_factory=dict_row).execute(query).fetchall()[0]
    for status, count, total in connection.execute(BY_STATUS).fetchall():
        totals |= {f"{status} lines": count, f"{status} totals": total}
    return totals
