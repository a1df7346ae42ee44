"""What a valid order row is: the only statement of the rules, in Pandera.

Two schemas, because an order's columns count on its first row only and a line item's on every row (K-026, K-027).
Each check carries the code of its issue; an empty required cell is Pandera's own `not_nullable`.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
from pandera.pandas import Check
from pandera.pandas import Column as Rule

from cdp_pipelines.schemas import numbers, timestamps
from cdp_pipelines.schemas.columns import COLUMNS, LINE_IDS, LINE_NUMBERS, LONGEST, ORDER_NUMBERS, STATUSES, Column
from cdp_pipelines.schemas.currencies import ISO_4217
from cdp_pipelines.schemas.user_ids import ID_TYPES, REFUSED

__all__ = ["COLUMNS", "Column", "Findings", "find", "line_schema", "order_schema"]

TEXT = pd.ArrowDtype(pa.string())
FLOAT = pd.ArrowDtype(pa.float64())
INTEGER = pd.ArrowDtype(pa.int64())
BOOLEAN = pd.ArrowDtype(pa.bool_())
MOMENT = pd.ArrowDtype(timestamps.TIMESTAMP)

_SHOWN = {
    "damaged_order": "orderId",
    "damaged_id": "id",
    "damaged_productId": "productId",
    "damaged_sku": "sku",
    "money_gap": "total",
    "lines_gap": "total",
    "over_refund": "refund",
    "repeated_id": "lineItem_id",
}
"""The file's column to blame for a derived one."""


def order_schema(latest_version: datetime) -> pandera.DataFrameSchema:
    """Return the rules of an order's own columns.

    Args:
        latest_version: The latest `lastUpdated` that is believed, as-of time + 1 day (D23).
    """
    columns = {
        "orderId": Rule(TEXT, Check.str_length(1, LONGEST, error="VALUE_TOO_LONG")),
        "damaged_order": Rule(BOOLEAN, Check.eq(False, error="DAMAGED_ID")),
        "userIdType": Rule(TEXT, Check.isin(list(ID_TYPES), error="UNKNOWN_USER_ID_TYPE")),
        "userId": Rule(TEXT, Check.str_length(1, LONGEST, error="VALUE_TOO_LONG")),
        "currency": Rule(TEXT, Check.isin(sorted(ISO_4217), error="UNKNOWN_CURRENCY")),
        "createdAt": Rule(MOMENT, readable_time()),
        "lastUpdated": Rule(
            MOMENT, [readable_time(), Check.le(pd.Timestamp(latest_version), error="FUTURE_VERSION")], nullable=True
        ),
        "money_gap": Rule(FLOAT, Check.le(0, error="MONEY_MISMATCH")),
        "lines_gap": Rule(FLOAT, Check.le(0, error="LINES_TOTAL_MISMATCH")),
        "over_refund": Rule(FLOAT, Check.le(0, error="REFUND_EXCEEDS_TOTAL")),
    }
    columns |= {name: Rule(FLOAT, _amount()) for name in ORDER_NUMBERS}
    columns |= {f"userId:{name}": user_id_rule(name) for name in ID_TYPES}
    return pandera.DataFrameSchema(columns)


def line_schema() -> pandera.DataFrameSchema:
    """Return the rules of a line item's columns."""
    columns = {
        "lineItem_productId": Rule(TEXT),
        "lineItem_sku": Rule(TEXT),
        "lineItem_currency": Rule(TEXT, Check.isin(sorted(ISO_4217), error="UNKNOWN_CURRENCY")),
        "lineItem_status": Rule(TEXT, Check.isin(list(STATUSES), error="UNKNOWN_STATUS")),
        "lineItem_adult": Rule(TEXT, Check.isin(["true", "false"], error="INVALID_BOOLEAN"), nullable=True),
        "lineItem_subscriptionDuration": Rule(INTEGER, Check.ge(0, error="INVALID_INTEGER"), nullable=True),
        "money_gap": Rule(FLOAT, Check.le(0, error="MONEY_MISMATCH")),
        "repeated_id": Rule(BOOLEAN, Check.eq(False, error="DUPLICATE_LINE_ITEM_ID")),
    }
    columns |= {f"damaged_{name}": Rule(BOOLEAN, Check.eq(False, error="DAMAGED_ID")) for name in LINE_IDS}
    columns |= {name: Rule(FLOAT, _amount()) for name in LINE_NUMBERS}
    return pandera.DataFrameSchema(columns)


def _amount() -> list[Check]:
    return [
        Check.in_range(-numbers.LARGEST, numbers.LARGEST, False, False, error="INVALID_NUMBER"),
        Check.ge(0, error="NEGATIVE_AMOUNT"),
    ]


def readable_time() -> Check:
    """Return the check of a time that could be read, and that is none of another age."""
    return Check.ge(pd.Timestamp(timestamps.EARLIEST), error="INVALID_TIMESTAMP")


def user_id_rule(name: str) -> Rule:
    """Return the rule of ids of a type, which are judged in lower case: refused values count in any case (D5)."""
    kind = ID_TYPES[name]
    checks = [
        Check.str_matches(kind.pattern, error="INVALID_USER_ID"),
        Check.notin([*REFUSED, *kind.refused], error="INVALID_USER_ID"),
    ]
    if kind.longest < LONGEST:
        checks.append(Check.str_length(max_value=kind.longest, error="INVALID_USER_ID"))
    return Rule(TEXT, checks, nullable=True, required=False)


@dataclass(frozen=True)
class Findings:
    """What the schema found: parallel arrays of row, column of the file and code, one entry per occurrence."""

    rows: np.ndarray
    columns: np.ndarray
    codes: np.ndarray


def find(schema: pandera.DataFrameSchema, frame: pd.DataFrame, prefix: str = "") -> Findings:
    """Validate a frame and return every failure; `prefix` leads the names that stand for derived columns."""
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
        if cases["index"].isna().any():  # a check itself failed: a fault of ours, not of the file
            raise
        columns = [_file_column(name, prefix) for name in cases["column"]]
        codes = ["MISSING_VALUE" if check == "not_nullable" else check for check in cases["check"]]
        return Findings(cases["index"].to_numpy(np.int64), np.array(columns, object), np.array(codes, object))
    return Findings(np.zeros(0, np.int64), np.zeros(0, object), np.zeros(0, object))


def _file_column(name: str, prefix: str) -> str:
    name = name.split(":")[0]
    shown = _SHOWN.get(name)
    if shown is None or shown.startswith(prefix):
        return shown or name
    return prefix + shown
