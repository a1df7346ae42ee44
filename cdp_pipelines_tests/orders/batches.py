"""Batches of orders from rows written as dictionaries."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

import numpy as np
import pyarrow as pa

from cdp_pipelines.orders.batch import Batch
from cdp_pipelines.orders.judge import Judgement, Rules, judge
from cdp_pipelines.store.heads import Known
from cdp_pipelines_tests.schemas.cells import LINE_ITEM, ORDER, Row, columns

AS_OF = datetime(2026, 2, 1, tzinfo=UTC)


def order(order_id: str, *lines: Row, **changes: str | None) -> list[Row]:
    """Return the rows of an order: order columns on the first one, a valid line item each unless changed."""
    rows = [LINE_ITEM | line for line in lines or ({},)]
    rows[0] = ORDER | {"orderId": order_id} | changes | rows[0]
    return rows


def batch(*orders: list[Row], known: Sequence[Known | None] | None = None) -> Batch:
    """Put orders into a batch; rows begin on line 2."""
    rows = [row for rows in orders for row in rows]
    ids = [rows[0]["orderId"] for rows in orders]
    return Batch(
        cells=pa.table(columns(*rows)),
        bounds=np.append(0, np.cumsum([len(rows) for rows in orders])),
        ids=pa.array(ids, pa.string()),
        raws=[hashlib.sha256(repr(rows).encode()).hexdigest()[:32] for rows in orders],
        known=list(known or [None] * len(orders)),
        lines=np.arange(2, len(rows) + 2),
    )


def rules(zone: tzinfo = UTC, hash_user_id: bool = False, money_check: str = "warn", as_of: datetime = AS_OF) -> Rules:
    return Rules(zone, hash_user_id, money_check, as_of)


def judged(*orders: list[Row], **choices) -> Judgement:
    return judge(batch(*orders), rules(**choices))


def found(judgement: Judgement) -> list[tuple[int, str, str]]:
    """Return row, column and code of all findings."""
    entries = judgement.findings
    return sorted(zip(entries.rows.tolist(), entries.columns.tolist(), entries.codes.tolist(), strict=True))
