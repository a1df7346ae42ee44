"""What was found in a file of records, into the counts, the issues and the quarantine of a run."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from cdp_pipelines.imports.findings import Quarantine
from cdp_pipelines.imports.kind import FileWork
from cdp_pipelines.imports.rejects import sentence
from cdp_pipelines.imports.tally import Outcome
from cdp_pipelines.issues import CODES, Notice
from cdp_pipelines.records.batch import Batch, Piece
from cdp_pipelines.records.judge import Judgement


class RecordFindings:
    """Counts the rows of one file."""

    def __init__(self, work: FileWork) -> None:
        self._tally = work.tally
        self._quarantine = Quarantine(work.uri, "", work.spool, work.tally)

    def read(self, piece: Piece) -> None:
        """Count rows where they come in, and reject those that cannot be read."""
        self._tally.files[-1].rows.read += piece.rows
        if piece.filtered:
            self._tally.skip("filtered", piece.filtered, piece.filtered)
        for one in piece.unreadable:
            self._tally.issue(one.code, None, sentence(one.code, None), [one.line], 1, 1)
            self._quarantine.reject(one.line, None, [(one.code, None)], dict(one.raw))
        lines = np.array([one.line for one in piece.unreadable], np.int64)
        self.counted("rejected", [""] * len(lines), lines)

    def judged(self, batch: Batch, judgement: Judgement, ids: pa.Array | None = None) -> None:
        """Count a batch's issues, and reject the rows with errors; `ids` are those of all rows, where they have one."""
        for (code, column), rows in judgement.issues.items():
            lines = batch.lines[np.sort(rows)].tolist()
            self._tally.issue(code, column, sentence(code, column), lines, len(lines), len(lines))
        rejected = sorted(judgement.errors)
        names = ["" if ids is None else _storable(ids[row].as_py()) for row in rejected]
        for row, name, raw in zip(rejected, names, batch.raws(rejected), strict=True):
            self._quarantine.reject(int(batch.lines[row]), name or None, judgement.errors[row], raw)
        self.counted("rejected", names, batch.lines[rejected])

    def counted(self, outcome: Outcome, ids: Sequence[str], lines: np.ndarray) -> None:
        """Count items, of which each is one row, and offer them as samples."""
        if len(lines):
            self._tally.orders(outcome, np.ones(len(lines), np.int64))
            self._tally.sample(pa.array(ids, pa.string()), lines, outcome)

    def repeated(self, code: str, column: str | None, lines: Sequence[int], count: int) -> None:
        """Count rows that another row of the file supersedes."""
        self._tally.superseded(count)
        self._tally.issue(code, column, sentence(code, column), lines, count, 0)

    def ended(self, warnings: Sequence[Notice]) -> None:
        """Count what was found about the file as a whole."""
        if not self._tally.files[-1].rows.read:
            self._tally.issue("NO_ROWS", None, CODES["NO_ROWS"].help, [], 0, 0)
        for notice in warnings:
            self._tally.issue(notice.code, notice.column, notice.message, notice.lines, notice.rows, 0)


def _storable(name: str | None) -> str:
    """Return the id of a rejected row as the store can hold it."""
    return (name or "").replace("\0", "\ufffd")
