"""Cells of text to typed columns, ready for validation: one frame for orders, one for line items.

Nothing is judged here. A cell that cannot be read becomes a value that the schema refuses (`numbers.INVALID`,
`timestamps.INVALID`), so that `schemas.orders` stays the only statement of what is valid.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cdp_pipelines.formats.cells import SHORTENED
from cdp_pipelines.schemas.columns import LINE_IDS, LINE_NUMBERS, ORDER_NUMBERS
from cdp_pipelines.schemas.numbers import parse_integers, parse_numbers
from cdp_pipelines.schemas.timestamps import parse_timestamps
from cdp_pipelines.schemas.user_ids import ID_TYPES, hash_ids, normalise

Cells = Mapping[str, pa.Array]
"""Columns of text by name, null = empty; all of one length."""

CENT = 0.01
"""D1's tolerance per line of the order, in the order's currency."""


@dataclass(frozen=True)
class Typed:
    """Rows to validate (`frame`) and what goes on into documents: canonical text, UTC timestamps, normalised ids."""

    frame: pd.DataFrame
    values: dict[str, pa.Array]


def type_orders(cells: Cells, line_totals: np.ndarray, lines: np.ndarray, zone: tzinfo, hash_ids_too: bool) -> Typed:
    """Type the first rows of orders.

    Args:
        cells: The order columns of each order's first row.
        line_totals: Sum of the line items' totals per order, NaN where one is unreadable.
        lines: Number of line items per order.
        zone: Zone of timestamps that carry none (D33).
        hash_ids_too: Whether e-mail addresses and phone numbers become their sha256 (K-028).
    """
    values, floats = _numbers(cells, ORDER_NUMBERS)
    for name in ("createdAt", "lastUpdated"):
        values[name] = parse_timestamps(_column(cells, name), zone)
    users, by_type = user_ids(cells, hash_ids_too)
    values |= users
    checked = {name: cells[name] for name in ("orderId", "userIdType", "userId", "currency")} | by_type | floats
    checked |= {name: values[name] for name in ("createdAt", "lastUpdated")}
    checked["damaged_order"] = _damaged(cells["orderId"])
    checked["money_gap"] = pa.array(money_gap(floats, "", lines))
    checked["lines_gap"] = pa.array(_beyond(_float(floats["total"]), line_totals, lines))
    with np.errstate(invalid="ignore"):
        checked["over_refund"] = pa.array(_finite(_float(floats["refund"]) - _float(floats["total"])))
    return Typed(_frame(checked), values)


def type_lines(cells: Cells, order: np.ndarray) -> Typed:
    """Type rows as line items; `order` numbers the order of each row."""
    values, floats = _numbers(cells, LINE_NUMBERS)
    duration, values["lineItem_subscriptionDuration"] = parse_integers(_column(cells, "lineItem_subscriptionDuration"))
    names = ("lineItem_productId", "lineItem_sku", "lineItem_currency", "lineItem_status")
    checked = {name: cells[name] for name in names} | floats
    checked["lineItem_adult"] = _column(cells, "lineItem_adult")
    checked["lineItem_subscriptionDuration"] = duration
    checked["money_gap"] = pa.array(money_gap(floats, "lineItem_", np.ones(len(order))))
    checked["repeated_id"] = pa.array(_repeated(_column(cells, "lineItem_id"), order))
    for name in LINE_IDS:
        checked[f"damaged_{name}"] = _damaged(_column(cells, f"lineItem_{name}"))
    return Typed(_frame(checked), values)


def money_gap(floats: Cells, prefix: str, lines: np.ndarray) -> np.ndarray:
    """Return by how much total and subtotal + tax + shipping differ beyond D1's tolerance (<= 0: they agree)."""
    with np.errstate(invalid="ignore"):
        parts = sum(_float(floats[prefix + name]) for name in ("subtotal", "tax", "shipping"))
    return _beyond(_float(floats[prefix + "total"]), np.asarray(parts), lines)


def _damaged(ids: pa.Array) -> pa.Array:
    """Return which ids a spreadsheet has shortened; a plain search first, since hardly any file has one."""
    if not pc.any(pc.match_substring(ids, "E+")).as_py():
        return pa.array(np.zeros(len(ids), bool))
    return pc.fill_null(pc.match_substring_regex(ids, SHORTENED), False)


def _beyond(total: np.ndarray, other: np.ndarray, lines: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        rounding = 1e-9 + 1e-14 * np.abs(total)
        return _finite(np.abs(total - other) - CENT * lines - rounding)


def _finite(gaps: np.ndarray) -> np.ndarray:
    """Leave it to the amounts' own checks where one of them is missing or unreadable."""
    return np.where(np.isfinite(gaps), gaps, 0.0)


def _float(values: pa.Array) -> np.ndarray:
    return values.to_numpy(zero_copy_only=False)


def _numbers(cells: Cells, names: tuple[str, ...]) -> tuple[dict[str, pa.Array], dict[str, pa.Array]]:
    parsed = {name: parse_numbers(cells[name]) for name in names}
    return {name: p.text for name, p in parsed.items()}, {name: p.values for name, p in parsed.items()}


def user_ids(cells: Cells, hash_ids_too: bool) -> tuple[dict[str, pa.Array], dict[str, pa.Array]]:
    """Return the normalised users, and one column `userId:<type>` per type present, so that each has its own rule.

    `cells` are those of `userIdType` and `userId`; `hash_ids_too` is whether e-mail addresses and phone numbers become
    their sha256 (K-028).
    """
    types, ids = cells["userIdType"], cells["userId"]
    by_type: dict[str, pa.Array] = {}
    result, result_types = ids, types
    for name in pc.unique(types).to_pylist():
        if name not in ID_TYPES:
            continue
        chosen = pc.fill_null(pc.equal(types, name), False)
        normal = normalise(ID_TYPES[name], pc.if_else(chosen, ids, None))
        by_type[f"userId:{name}"] = pc.utf8_lower(normal)
        hashed = ID_TYPES[name].hashed
        if hash_ids_too and hashed:
            normal, result_types = hash_ids(normal), pc.if_else(chosen, hashed, result_types)
        result = pc.if_else(chosen, normal, result)
    return {"userIdType": result_types, "userId": result}, by_type


def _repeated(ids: pa.Array, order: np.ndarray) -> np.ndarray:
    """Return which rows carry a line item id that an earlier row of their order carries."""
    encoded = ids.dictionary_encode()
    codes = np.asarray(pc.fill_null(encoded.indices, -1)).astype(np.int64)
    keys = order * (len(encoded.dictionary) + 1) + codes
    repeated = np.zeros(len(order), bool)
    rows = np.flatnonzero(codes >= 0)
    repeated[rows] = pd.Series(keys[rows]).duplicated().to_numpy()
    return repeated


def _column(cells: Cells, name: str) -> pa.Array:
    """Return an optional column, empty throughout where the file does not have it."""
    if name in cells:
        return cells[name]
    return pa.nulls(len(next(iter(cells.values()))), pa.string())


def _frame(columns: dict[str, pa.Array]) -> pd.DataFrame:
    return pa.table(columns).to_pandas(types_mapper=pd.ArrowDtype)
