"""A batch of orders against the schema: what is wrong with which row, and which orders are rejected for it (D13)."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp_pipelines.issues import CODES, Severity
from cdp_pipelines.orders.batch import Batch, Spoilt
from cdp_pipelines.schemas.columns import BESIDE_ITEMS, LINE, LINE_COLUMNS, order_columns
from cdp_pipelines.schemas.numbers import parse_numbers
from cdp_pipelines.schemas.orders import Findings, find, line_schema, order_schema
from cdp_pipelines.schemas.typed import Typed, type_lines, type_orders

BELIEVED_AHEAD = timedelta(days=1)
"""How far behind its file's as-of time a version may lie ahead (D23)."""


@dataclass(frozen=True)
class Rules:
    """The import's choices that decide what is valid."""

    zone: tzinfo
    hash_user_id: bool
    money_check: str
    as_of: datetime
    blame: Callable[[str], str] = str
    """Gives the file's column to name where one of ours is wrong."""

    @cached_property
    def order_schema(self):
        """The schema of orders for this file."""
        return order_schema(self.as_of + BELIEVED_AHEAD)

    @cached_property
    def line_schema(self):
        """The schema of line items."""
        return line_schema()

    def severity(self, code: str) -> Severity | None:
        """Return how bad a code is under this import's choices, None if it is not looked at (D1)."""
        if code == "MONEY_MISMATCH":
            return {"reject": "error", "warn": "warning", "off": None}[self.money_check]
        return CODES[code].severity


@dataclass(frozen=True)
class Judgement:
    """What became of a batch: its typed values, its findings by row, and which orders are rejected."""

    orders: Typed
    lines: Typed
    findings: Findings
    errors: np.ndarray
    rejected: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))


def judge(batch: Batch, rules: Rules) -> Judgement:
    """Validate a batch. `findings.rows` are row numbers of the batch, `errors` tells which findings reject."""
    order_of_row, first = batch.order_of_row, batch.bounds[:-1]
    lines = type_lines(batch.columns(column.name for column in LINE_COLUMNS), order_of_row)
    totals = np.add.reduceat(lines.frame["lineItem_total"].to_numpy(np.float64, na_value=np.nan), first)
    totals += _beside_items(batch, first)
    names = order_columns(tuple(batch.cells.column_names))
    orders = type_orders(batch.columns(names, first), totals, batch.sizes, rules.zone, rules.hash_user_id)
    found = [
        _on_rows(find(rules.order_schema, orders.frame), first),
        find(rules.line_schema, lines.frame, prefix=LINE),
        _other_currencies(batch, order_of_row),
        *_ignored_values(batch, first, order_of_row),
    ]
    if batch.spoilt:
        found = [_but_spoilt(_all(found), batch.spoilt), batch.spoilt.findings]
    findings = _without(_blaming(_all(found), rules.blame), rules)
    errors = np.array([rules.severity(code) == "error" for code in findings.codes], bool)
    rejected = np.zeros(batch.orders, bool)
    rejected[order_of_row[findings.rows[errors]]] = True
    return Judgement(orders, lines, findings, errors, rejected)


def _beside_items(batch: Batch, first: np.ndarray) -> np.ndarray:
    """Return what an order's total holds beside its line items, where a format says so (D19)."""
    cells = batch.columns([BESIDE_ITEMS], first).get(BESIDE_ITEMS)
    return np.zeros(len(first)) if cells is None else np.nan_to_num(np.asarray(parse_numbers(cells).values, float))


def _on_rows(findings: Findings, first: np.ndarray) -> Findings:
    return Findings(first[findings.rows], findings.columns, findings.codes)


def _all(parts: list[Findings]) -> Findings:
    joined = [np.concatenate([getattr(part, name) for part in parts]) for name in ("rows", "columns", "codes")]
    return Findings(*joined)


def _blaming(findings: Findings, blame: Callable[[str], str]) -> Findings:
    blamed = {name: name if name is None else blame(name) for name in set(findings.columns)}
    return replace(findings, columns=np.array([blamed[name] for name in findings.columns], object))


def _without(findings: Findings, rules: Rules) -> Findings:
    """Leave out what the import does not look at, and one of two findings of the same cell and code."""
    seen, keep = set(), []
    for entry in zip(findings.rows.tolist(), findings.columns, findings.codes, strict=True):
        keep.append(entry not in seen and rules.severity(entry[2]) is not None)
        seen.add(entry)
    chosen = np.array(keep, bool)
    return Findings(findings.rows[chosen], findings.columns[chosen], findings.codes[chosen])


def _but_spoilt(findings: Findings, spoilt: Spoilt) -> Findings:
    """Leave out that a cell is empty whose value could not be read."""
    found = zip(findings.rows.tolist(), findings.columns, findings.codes, strict=True)
    chosen = np.array([code != "MISSING_VALUE" or (row, name) not in spoilt.cells for row, name, code in found], bool)
    return Findings(findings.rows[chosen], findings.columns[chosen], findings.codes[chosen])


def _finding(rows: np.ndarray, column: str, code: str) -> Findings:
    return Findings(rows.astype(np.int64), np.full(len(rows), column, object), np.full(len(rows), code, object))


def _other_currencies(batch: Batch, order_of_row: np.ndarray) -> Findings:
    columns = batch.columns(["currency", "lineItem_currency"])
    orders = columns["currency"].take(pa.array(batch.bounds[:-1])).take(pa.array(order_of_row))
    differs = pc.fill_null(pc.not_equal(columns["lineItem_currency"], orders), False)
    return _finding(np.flatnonzero(differs), "lineItem_currency", "CURRENCY_DIFFERS")


def _ignored_values(batch: Batch, first: np.ndarray, order_of_row: np.ndarray) -> list[Findings]:
    """Find order columns of later rows that differ from the order's first row, which alone counts (K-026)."""
    later = np.ones(len(batch.lines), bool)
    later[first] = False
    rows = np.flatnonzero(later)
    found = []
    for name, column in batch.columns(order_columns(tuple(batch.cells.column_names))).items():
        if name != "orderId" and column.null_count < len(column):
            found.append(_finding(_differing(column, rows, first, order_of_row), name, "ORDER_VALUE_IGNORED"))
    return found


def _differing(column: pa.Array, rows: np.ndarray, first: np.ndarray, order_of_row: np.ndarray) -> np.ndarray:
    """Return the later rows whose cell is filled and not the first row's; neighbours are compared first, cheaply.

    A row that is equal to the one above it shares what was found about that one.
    """
    same = pc.fill_null(pc.equal(column[1:], column[:-1]), False).to_numpy(zero_copy_only=False)
    doubtful = rows[~same[rows - 1]]
    doubtful = doubtful[np.asarray(column.take(pa.array(doubtful)).is_valid())] if len(doubtful) else doubtful
    if not len(doubtful):
        return doubtful
    here = column.take(pa.array(doubtful))
    there = column.take(pa.array(first[order_of_row[doubtful]]))
    differs = doubtful[~np.asarray(pc.fill_null(pc.equal(here, there), False))]
    return _with_equal_ones_below(differs, same, first) if len(differs) else differs


def _with_equal_ones_below(rows: np.ndarray, same: np.ndarray, first: np.ndarray) -> np.ndarray:
    begins = np.append(True, ~same)
    begins[first] = True
    chosen = np.zeros(len(begins), bool)
    chosen[rows] = True
    return np.flatnonzero(chosen[np.maximum.accumulate(np.where(begins, np.arange(len(begins)), 0))])
