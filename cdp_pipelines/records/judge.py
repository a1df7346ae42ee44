"""A batch of records against its schema: what is wrong with which row, and which rows are rejected for it."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from cdp_pipelines.issues import CODES
from cdp_pipelines.records.batch import Batch, Fault
from cdp_pipelines.schemas.orders import Findings


@dataclass
class Judgement:
    """What was found: the rows of each issue, warnings among them, and the errors of each rejected row."""

    issues: defaultdict[Fault, list[int]] = field(default_factory=lambda: defaultdict(list))
    errors: defaultdict[int, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    _seen: set[tuple[int, Fault]] = field(default_factory=set)

    def find(self, row: int, fault: Fault) -> None:
        """Note a fault of a row, once."""
        if (row, fault) in self._seen:
            return
        self._seen.add((row, fault))
        self.issues[fault].append(row)
        if CODES[fault[0]].severity == "error":
            self.errors[row].append(fault)

    def accepted(self, rows: int) -> np.ndarray:
        """Return the rows, of so many, that are not rejected."""
        kept = np.ones(rows, bool)
        kept[list(self.errors)] = False
        return np.flatnonzero(kept)


def judge(batch: Batch, findings: Findings, blamed: Callable[[int, Fault], Fault] | None = None) -> Judgement:
    """Return what the schema found and what was known before.

    Args:
        batch: The records.
        findings: What the schema found, by row.
        blamed: Returns what a row's finding is called in the file, where the schema's columns are not the file's.
    """
    judgement = Judgement()
    for row, faults in batch.faults.items():
        for fault in faults:
            judgement.find(row, fault)
    for row, column, code in zip(findings.rows.tolist(), findings.columns, findings.codes, strict=True):
        fault = blamed(row, (code, column)) if blamed else (code, column)
        # A cell that could not be read is empty for that, which is no second fault.
        if code != "MISSING_VALUE" or not _is_blamed(batch, row, column):
            judgement.find(row, fault)
    return judgement


def _is_blamed(batch: Batch, row: int, column: str) -> bool:
    return (row, column) in batch.spoilt or any(blamed == column for _, blamed in batch.faults.get(row, ()))
