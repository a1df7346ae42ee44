"""What was found in a product feed, into the counts, the issues and the quarantine of a run."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from cdp_pipelines.imports.rejects import Rejected, RejectSpool, sentence
from cdp_pipelines.imports.tally import SAMPLE_LINES, Outcome, Tally
from cdp_pipelines.issues import CODES
from cdp_pipelines.products.entries import Judged, RejectedEntry


class FeedFindings:
    """Counts the entries of one feed.

    Attributes:
        entries: Entries read so far.
        unreadable: Those of them that could be any product.
    """

    def __init__(self, uri: str, tally: Tally, spool: RejectSpool) -> None:
        self._uri, self._tally, self._spool = uri, tally, spool
        self.entries = 0
        self.unreadable = 0

    @property
    def complete(self) -> bool:
        """Whether it can tell what is gone: not without an entry, and not with one that could be any product."""
        return self.entries > 0 and not self.unreadable

    def judged(self, judged: Judged) -> None:
        """Count a batch's entries and issues, and reject what its errors reject."""
        tally = self._tally
        self.entries += judged.entries
        self.unreadable += judged.unreadable
        tally.files[-1].rows.read += judged.entries
        tally.orders("rejected", np.ones(len(judged.rejected), np.int64))
        self._issues(judged)
        for entry in judged.rejected:
            self._reject(entry)
        self._samples([(entry.product_id or "", entry.line) for entry in judged.rejected], "rejected")

    def _issues(self, judged: Judged) -> None:
        lines: dict[tuple[str, str | None], list[int]] = defaultdict(list)
        for code, column, line in judged.issues:
            lines[code, column].append(line)
        for (code, column), found in lines.items():
            self._tally.issue(code, column, sentence(code, column), found[:SAMPLE_LINES], len(found), len(found))

    def _reject(self, entry: RejectedEntry) -> None:
        code, column = entry.faults[0]
        for fault in entry.faults:
            self._tally.quote(*fault, entry.raw.get(fault[1] or ""))
        message = "; ".join(sentence(*fault) for fault in entry.faults)
        self._spool.add(Rejected(self._uri, entry.line, entry.product_id, code, column, message, entry.raw))

    def settled(
        self, outcomes: Mapping[str, tuple[int, Sequence[int]]], sample: Sequence[tuple[str, int, str]]
    ) -> None:
        """Count what became of the accepted entries, and keep the first and last of them."""
        tally = self._tally
        for outcome, (count, lines) in outcomes.items():
            if outcome == "superseded":
                tally.superseded(count)
                tally.issue("PRODUCT_REPEATED", "id", sentence("PRODUCT_REPEATED", "id"), lines, count, 0)
            else:
                tally.orders(outcome, np.ones(count, np.int64))  # type: ignore[arg-type]
        for product_id, line, outcome in sample:
            self._samples([(product_id, line)], outcome)  # type: ignore[arg-type]

    def gone(self, count: int) -> None:
        """Tell how many products held before this feed and are not in it, or why that cannot be told."""
        if self.unreadable:
            self._tally.issue("FEED_NOT_COMPLETE", None, CODES["FEED_NOT_COMPLETE"].help, [], 0, 0)
        if count:
            self._tally.issue("PRODUCTS_GONE", None, f"{count:,} products are {CODES['PRODUCTS_GONE'].help}", [], 0, 0)

    def _samples(self, items: Sequence[tuple[str, int]], outcome: Outcome) -> None:
        if items:
            ids, lines = zip(*items, strict=True)
            self._tally.sample(pa.array(ids, pa.string()), np.array(lines), outcome)
