"""What was found wrong, into the counts, the issues and the quarantine of a run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pyarrow as pa

from cdp_pipelines.imports.rejects import Rejected, RejectSpool, raw_cells, sentence
from cdp_pipelines.imports.tally import Outcome, Tally
from cdp_pipelines.issues import Severity
from cdp_pipelines.orders.batch import Batch
from cdp_pipelines.orders.groups import Groups
from cdp_pipelines.orders.judge import Judgement
from cdp_pipelines.orders.settle import Settled
from cdp_pipelines.orders.statements import Statements

Fault = tuple[str, str | None]
"""What is wrong with a row: a code, and the column to blame where one is."""
WITH_ITS_ORDER: Fault = ("ORDER_REJECTED", None)
"""What a row is rejected for that has no fault of its own."""


@dataclass(frozen=True)
class FaultyRow:
    """A row of a rejected order: its own faults, which may be none, and its cells as they stand in the file."""

    line: int
    faults: Sequence[Fault]
    raw: dict


@dataclass(frozen=True)
class Quarantine:
    """Where rejected rows of the current file go, and the counts that go with them."""

    uri: str
    delimiter: str
    spool: RejectSpool
    tally: Tally
    order_id: str = "orderId"
    """The file's column that tells which rows are one order."""

    def reject(
        self, line: int, item_id: str | None, faults: Sequence[Fault], raw: dict, file: str | None = None
    ) -> None:
        """Keep a row of the current file, or another, with its faults, the first one leading."""
        code, column = faults[0]
        for fault in faults:
            self.tally.quote(*fault, raw.get(fault[1]), file)
        message = "; ".join(sentence(*fault) for fault in faults)
        self.spool.add(Rejected(file or self.uri, line, item_id, code, column, message, raw))

    def reject_order(self, order_id: str, rows: Sequence[FaultyRow]) -> None:
        """Keep the rows of an order."""
        for row in rows:
            self.reject(row.line, order_id, row.faults or [WITH_ITS_ORDER], row.raw)

    def found(
        self, code: str, column: str | None, lines: np.ndarray, items: int,
        severity: Severity | None = None, message: str | None = None,
    ) -> None:  # fmt: skip
        """Count an issue of rows on these lines; `message` where it is not the code's own."""
        told = message or sentence(code, column)
        self.tally.issue(code, column, told, lines.tolist(), len(lines), items, severity)

    def sample(self, ids: pa.Array, lines: np.ndarray, outcome: Outcome) -> None:
        """Offer orders, with the lines on which they begin, as samples."""
        self.tally.sample(ids, lines, outcome)


def superseded(groups: Groups, numbers: np.ndarray, quarantine: Quarantine) -> None:
    """Count groups that a later group of their order supersedes, and name their lines (D2)."""
    if len(numbers):
        lines, column, tally = groups.lines[groups.records_of(numbers)], quarantine.order_id, quarantine.tally
        tally.superseded(len(lines))
        message = sentence("SUPERSEDED_ROWS", column)
        tally.issue("SUPERSEDED_ROWS", column, message, lines.tolist(), len(lines), len(numbers))


def orphans(groups: Groups, columns: tuple[str, ...], quarantine: Quarantine) -> None:
    """Reject records that belong to no order, each as an item of its own (D27)."""
    for record, code in groups.orphans.items():
        line, fault = int(groups.lines[record]), (code, quarantine.order_id if code in _OF_ID else None)
        quarantine.reject(line, None, [fault], raw_cells(groups.record(record), columns, quarantine.delimiter))
        quarantine.tally.issue(code, fault[1], sentence(*fault), [line], 1, 1)
    quarantine.tally.orders("rejected", np.ones(len(groups.orphans), np.int64))


def broken(groups: Groups, numbers: Iterable[int], columns: tuple[str, ...], quarantine: Quarantine) -> None:
    """Reject orders with a record that cannot be read (D13, D32)."""
    for group in numbers:
        faulty = groups.broken[group]
        records = groups.records_of(np.array([group]))
        order_id = groups.ids[group].as_py()
        rows = [
            FaultyRow(
                int(groups.lines[record]),
                [(faulty[record], None)] if record in faulty else [],
                raw_cells(groups.record(record), columns, quarantine.delimiter),
            )
            for record in records.tolist()
        ]
        quarantine.reject_order(order_id, rows)
        for code in sorted(set(faulty.values())):
            lines = np.array([groups.lines[record] for record, found in faulty.items() if found == code], np.int64)
            quarantine.found(code, None, lines, 1)
        quarantine.tally.orders("rejected", np.array([np.count_nonzero(groups.lines[records] > 0)]))
        quarantine.sample(groups.ids[group : group + 1], groups.lines[records[:1]], "rejected")


_OF_ID = ("BLANK_ORDER_ID", "NO_ORDER_ABOVE")
"""Codes that blame the column that tells which rows are one order."""


def judged(batch: Batch, judgement: Judgement, quarantine: Quarantine) -> None:
    """Count a batch's issues, and reject what its errors reject."""
    _issues(batch, judgement, quarantine)
    orders = np.flatnonzero(judgement.rejected)
    if len(orders):
        quarantine.tally.orders("rejected", batch.file_sizes[orders])
        quarantine.sample(batch.ids.take(pa.array(orders)), batch.lines[batch.bounds[orders]], "rejected")
        _quarantine(batch, judgement, quarantine)


def _issues(batch: Batch, judgement: Judgement, quarantine: Quarantine) -> None:
    found = judgement.findings
    order_of_row = batch.order_of_row
    for code, column in sorted(set(zip(found.codes, found.columns, strict=True))):
        chosen = (found.codes == code) & (found.columns == column)
        rows = np.unique(found.rows[chosen])
        severity = "error" if judgement.errors[chosen][0] else "warning"
        items = len(np.unique(order_of_row[rows]))
        quarantine.found(code, column, batch.lines[rows], items, severity)


def _quarantine(batch: Batch, judgement: Judgement, quarantine: Quarantine) -> None:
    faults: dict[int, list[Fault]] = {}
    found, written = judgement.findings, batch.in_file
    for place in np.flatnonzero(judgement.errors).tolist():
        row = int(written.origin[found.rows[place]])
        faults.setdefault(row, []).append((found.codes[place], found.columns[place]))
    order_of_row = np.repeat(np.arange(batch.orders), np.diff(written.bounds))
    rows = np.flatnonzero(judgement.rejected[order_of_row])
    cells = zip(rows.tolist(), written.cells.take(pa.array(rows)).to_pylist(), strict=True)
    for order, found_rows in groupby(cells, key=lambda entry: int(order_of_row[entry[0]])):
        faulty = [
            FaultyRow(int(written.lines[row]), faults.get(row, []), {name: cell or "" for name, cell in raw.items()})
            for row, raw in found_rows
        ]
        quarantine.reject_order(batch.ids[order].as_py(), faulty)


def settled(
    said: Statements, new: np.ndarray, known: Sequence[Settled], quarantine: Quarantine, emit_events: bool
) -> None:
    """Count what became of the accepted orders of a slice."""
    tally = quarantine.tally
    numbers = {outcome: _numbers(known, outcome) for outcome in ("updated", "unchanged", "stale")}
    numbers["added"] = new
    for outcome, places in numbers.items():
        if len(places):
            tally.orders(outcome, said.file_sizes[places])  # type: ignore[arg-type]
            quarantine.sample(said.ids.take(pa.array(places)), said.first_lines[places], outcome)  # type: ignore[arg-type]
    changed = pa.array(np.sort(np.concatenate((new, numbers["updated"]))))
    amounts = [said.orders[name].take(changed) for name in ("currency", "total", "refund")]
    tally.paid(*amounts)
    tally.created_on(said.orders["createdAt"])
    if emit_events:
        tally.events.orderPlace += len(new)
        tally.events.orderUpdate += len(numbers["updated"])


def _numbers(known: Sequence[Settled], outcome: str) -> np.ndarray:
    return np.array([settled.number for settled in known if settled.outcome == outcome], np.int64)
