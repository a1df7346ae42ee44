"""What was found wrong in a pair of reports: each finding, and each rejected row, in the report where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from cdp_pipelines.formats.tmall.pair import DETAIL, PairReader
from cdp_pipelines.formats.tmall.report import Report
from cdp_pipelines.imports.findings import WITH_ITS_ORDER, Fault, FaultyRow, Quarantine
from cdp_pipelines.imports.rejects import sentence
from cdp_pipelines.imports.report import RowCounts
from cdp_pipelines.imports.tally import Outcome
from cdp_pipelines.issues import Severity

_REPEATED = "orders that stand in the order report more than once, of which the last row counts: export both anew"


@dataclass(frozen=True)
class PairQuarantine(Quarantine):
    """The quarantine of a pair of reports, whose rows come to it joined.

    Args:
        reader: The reader of the pair, open.
    """

    reader: PairReader = field(kw_only=True)

    def reject_order(self, order_id: str, rows: Sequence[FaultyRow]) -> None:
        """Keep an order's row of the order report, and its rows of the product report."""
        order = int(self.reader.order_numbers(np.array([rows[0].line]))[0])
        lines = np.array([row.line for row in rows])
        of_order = {name: self._of_order(name, lines) for name in {name for row in rows for _, name in row.faults}}
        faults = [fault for place, row in enumerate(rows) for fault in row.faults if of_order[fault[1]][place]]
        self._reject(self.reader.orders, order, order_id, list(dict.fromkeys(faults)))
        for place, row in enumerate(rows):
            if row.line > 0:
                own = [(code, _bare(name)) for code, name in row.faults if not of_order[name][place]]
                number = int(self.reader.detail_numbers(lines[place : place + 1])[0])
                self._reject(self.reader.details, number, order_id, own)

    def found(
        self, code: str, column: str | None, lines: np.ndarray, items: int,
        severity: Severity | None = None, message: str | None = None,
    ) -> None:  # fmt: skip
        """Count an issue of joined rows in the report that it is about."""
        of_order, name = self._of_order(column, lines), _bare(column)
        told = message or sentence(code, name)
        if of_order.any():
            orders = self.reader.orders
            there = orders.lines[np.unique(self.reader.order_numbers(lines[of_order]))].tolist()
            self.tally.issue(code, name, told, there, len(there), items, severity, orders.uri)
        if not of_order.all():
            here = lines[~of_order].tolist()
            self.tally.issue(code, name, told, here, len(here), items, severity)

    def sample(self, ids: pa.Array, lines: np.ndarray, outcome: Outcome) -> None:
        """Offer orders as samples, with their lines in the order report."""
        super().sample(ids, self.reader.orders.lines[self.reader.order_numbers(lines)], outcome)

    def settle(self) -> None:
        """Count what both reports hold, and what of it came into no joined row."""
        of_orders, of_details = (file.rows for file in self.tally.files[-2:])
        orders, details, strays = self.reader.orders, self.reader.details, self.reader.strays
        of_orders.read, of_details.read = orders.count, details.count
        self._reject_nameless(orders, strays.nameless_orders, of_orders)
        self._reject_nameless(details, strays.nameless_details, of_details)
        if count := len(strays.earlier_orders):
            of_orders.superseded += count
            lines = orders.lines[strays.earlier_orders].tolist()
            self.tally.issue("SUPERSEDED_ROWS", orders.key, _REPEATED, lines, count, count, file=orders.uri)
        if count := len(strays.details_without_order):
            self.tally.skip("filtered", count, 0)
            lines = details.lines[strays.details_without_order].tolist()
            told = sentence("DETAIL_WITHOUT_ORDER", details.key)
            self.tally.issue("DETAIL_WITHOUT_ORDER", details.key, told, lines, count, 0)
        for notice in orders.warnings:
            self.tally.issue(notice.code, notice.column, notice.message, notice.lines, notice.rows, 0, file=orders.uri)

    def _reject_nameless(self, report: Report, numbers: np.ndarray, counts: RowCounts) -> None:
        """Reject rows that belong to no order, each as an item of its own (D27)."""
        for number in numbers.tolist():
            fault = (report.damaged[number], None) if number in report.damaged else ("BLANK_ORDER_ID", report.key)
            self._reject(report, number, None, [fault])
            line = int(report.lines[number])
            self.tally.issue(*fault, sentence(*fault), [line], 1, 1, file=report.uri)
        counts.count("rejected", len(numbers))
        self.tally.items.rejected += len(numbers)
        self.tally.items.total += len(numbers)

    def _reject(self, report: Report, number: int, order_id: str | None, faults: Sequence[Fault]) -> None:
        """Keep a row as it stands in its report; where its shape is wrong, nothing else is said of it."""
        line, cells = int(report.lines[number]), report.cells(number)
        shape = [(report.damaged[number], None)] if number in report.damaged else []
        self.reject(line, order_id, shape or faults or [WITH_ITS_ORDER], cells, report.uri)

    def _of_order(self, column: str | None, lines: np.ndarray) -> np.ndarray:
        """Return in which joined rows a finding is about the row of the order report.

        Where no column is to blame it is about the shape of a row: of the product report's, if that is wrong.
        """
        if column is not None:
            return np.full(len(lines), not column.startswith(DETAIL))
        numbers = self.reader.detail_numbers(lines)
        return (lines < 0) | ~np.isin(numbers, list(self.reader.details.damaged))


def _bare(column: str | None) -> str | None:
    return column and column.removeprefix(DETAIL)
