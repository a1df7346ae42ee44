"""Counting what became of every row, order and issue of a run (D15, D32)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp_pipelines.imports.report import (
    Enriched,
    Events,
    Issue,
    ItemCounts,
    Money,
    RowCounts,
    Sample,
    SampleItem,
    Skipped,
)
from cdp_pipelines.issues import CODES, Severity
from cdp_pipelines.schemas.numbers import add_up

Outcome = Literal["added", "updated", "unchanged", "stale", "rejected", "skipped"]

SAMPLES = 5
"""Items shown from the start and from the end of a run."""

SAMPLE_LINES = 10
"""Line numbers named per issue."""

SAMPLE_VALUES = 3
"""Values quoted per issue, where an import allows it."""


@dataclass
class _Count:
    """The occurrences of one issue."""

    severity: Severity
    message: str
    rows: int = 0
    items: int = 0
    lines: list[int] = field(default_factory=list)
    values: list[str] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """What is wrong, with the values that are quoted."""
        return f"{self.message} (the file says {', '.join(self.values)})" if self.values else self.message


@dataclass
class FileTally:
    """The counts of one file."""

    uri: str
    rows: RowCounts = field(default_factory=RowCounts)


class Tally:
    """The counts of a run; `file()` starts the next file.

    Args:
        quotes: Whether issues may quote rejected values, which may be personal data.

    Attributes:
        files: The files, the current one last.
        of_orders: The file beside the current one that has one row per order, where there is one.
        begun: How many files were begun, such a pair counted once.
    """

    def __init__(self, quotes: bool = False) -> None:
        self._quotes = quotes
        self.items = ItemCounts()
        self.skipped = Skipped()
        self.events = Events()
        self.money: dict[str, Money] = {}
        self.created = Counter[date]()
        self.files: list[FileTally] = []
        self.of_orders: FileTally | None = None
        self.begun = 0
        self._enriched = Enriched()
        self._line_items = self._found = 0
        self._issues: dict[tuple[str, str | None, str | None, str], _Count] = {}
        self._first: list[SampleItem] = []
        self._last: list[SampleItem] = []
        self._fresh: list[SampleItem] = []

    def file(self, uri: str, of_orders: str | None = None) -> FileTally:
        """Start counting a file, and the one beside it that has one row per order."""
        self.begun += 1
        self.of_orders = FileTally(of_orders) if of_orders else None
        self.files += [self.of_orders] if self.of_orders else []
        self.files.append(FileTally(uri))
        return self.files[-1]

    @property
    def rows(self) -> RowCounts:
        """The rows of all files."""
        total = RowCounts()
        for part in self.files:
            for name in RowCounts.model_fields:
                setattr(total, name, getattr(total, name) + getattr(part.rows, name))
        return total

    def orders(self, outcome: Outcome, sizes: np.ndarray) -> None:
        """Count orders with their numbers of rows."""
        self.files[-1].rows.count(outcome, int(sizes.sum()))
        if self.of_orders:
            self.of_orders.rows.count(outcome, len(sizes))
        setattr(self.items, outcome, getattr(self.items, outcome) + len(sizes))
        self.items.total += len(sizes)

    def take_issues(self, other: "Tally") -> None:
        """Take the issues of another tally over, without its counts."""
        self._issues = other._issues

    def superseded(self, rows: int) -> None:
        """Count rows of groups that a later group of their order supersedes."""
        self.files[-1].rows.superseded += rows

    def skip(self, reason: Literal["filtered", "unsupported_status"], rows: int, items: int) -> None:
        """Count rows that are left out on purpose, and the items of which nothing is left."""
        self.files[-1].rows.skipped += rows
        if self.of_orders:
            self.of_orders.rows.skipped += items
            rows += items
        setattr(self.skipped, reason, getattr(self.skipped, reason) + rows)
        self.items.skipped += items
        self.items.total += items

    def paid(self, currencies: pa.Array, totals: pa.Array, refunds: pa.Array) -> None:
        """Add the amounts of orders added or updated; texts of decimals."""
        for currency in pc.unique(currencies).to_pylist():
            chosen = pc.equal(currencies, currency)
            money = self.money.setdefault(currency, Money())
            money.orders += int(pc.sum(chosen).as_py() or 0)
            money.total += add_up(totals.filter(chosen))
            money.refund += add_up(refunds.filter(chosen))

    def enrich(self, line_items: int, found: int, completed: int, fields: int) -> None:
        """Count line items of new states: all, those whose product is known, those that gained fields, and these."""
        self._line_items += line_items
        self._found += found
        self._enriched.items += completed
        self._enriched.fields += fields

    @property
    def enriched(self) -> Enriched:
        """What product feeds filled in; the coverage is None where no feed was asked about any line item."""
        coverage = self._found / self._line_items if self._line_items else None
        return self._enriched.model_copy(update={"coverage": coverage})

    def created_on(self, moments: pa.Array) -> None:
        """Count orders by the day (UTC) on which they were created; timestamps."""
        for day in pc.value_counts(moments.cast(pa.date32())).to_pylist():
            self.created[day["values"]] += day["counts"]

    def issue(
        self, code: str, column: str | None, message: str, lines: Sequence[int], rows: int, items: int,
        severity: Severity | None = None, file: str | None = None,
    ) -> None:  # fmt: skip
        """Count occurrences of an issue.

        What has one code, column and message is one issue of its file: of the current one, unless another is named.
        `severity` is to be given where it is not the code's own.
        """
        key = (code, column, file or (self.files[-1].uri if self.files else None), message)
        found = self._issues.setdefault(key, _Count(severity or CODES[code].severity, message))
        found.rows += rows
        found.items += items
        found.lines = sorted({*found.lines, *lines[:SAMPLE_LINES]})[:SAMPLE_LINES]

    def quote(self, code: str, column: str | None, value: object, file: str | None = None) -> None:
        """Offer the value that a row of the current file, or another, was rejected for, to be quoted by its issue."""
        if not self._quotes or not value:
            return
        wanted = (code, column, file or self.files[-1].uri)
        found = next((count for key, count in self._issues.items() if key[:3] == wanted), None)
        if found and len(found.values) < SAMPLE_VALUES:
            found.values = list(dict.fromkeys([*found.values, repr(value)]))

    def sample(self, ids: pa.Array, lines: np.ndarray, outcome: Outcome) -> None:
        """Offer orders of the current file as samples; only the outermost of each call can become one."""
        places = np.arange(len(ids))
        chosen = np.unique(np.concatenate((places[:SAMPLES], places[-SAMPLES:])))
        self._fresh += [
            SampleItem(id=self._shown(ids[n].as_py()), line=int(lines[n]), outcome=outcome) for n in chosen.tolist()
        ]
        if len(self._fresh) > 8 * SAMPLES:
            found = sorted(self._fresh, key=lambda item: item.line)
            self._fresh = found[:SAMPLES] + found[-SAMPLES:]

    def _shown(self, item_id: str) -> str:
        """Return an id as a report may hold it: one with an @ is an e-mail address in the wrong column."""
        return "***@***" if "@" in item_id and not self._quotes else item_id

    def end_file(self) -> None:
        """Close the current file: its samples stand behind those of earlier files."""
        found = sorted(self._fresh, key=lambda item: item.line)
        self._first = [*self._first, *found][:SAMPLES]
        self._last = [*self._last, *found][-SAMPLES:]
        self._fresh = []

    @property
    def samples(self) -> Sample:
        """The first and last items of the run."""
        return Sample(first=self._first, last=self._last)

    @property
    def rejected_share(self) -> float:
        """The share of items that were rejected."""
        return self.items.rejected / self.items.total if self.items.total else 0.0

    def issues(self) -> list[Issue]:
        """Return the issues, errors first, then by how many rows they hit."""
        total = self.items.total
        found = [
            Issue(
                severity=count.severity,
                code=code,
                column=column,
                message=count.sentence,
                rows=count.rows,
                items=count.items,
                share=count.items / total if total else 0.0,
                file=file,
                sample_lines=count.lines,
            )
            for (code, column, file, _), count in self._issues.items()
        ]
        return sorted(found, key=lambda issue: (issue.severity, -issue.rows, issue.code, issue.column or ""))
