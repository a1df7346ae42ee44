"""What an attempt at the files of a run came to, and the report that tells it."""

import resource
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cdp_pipelines.errors import CdpError, FileError, SourceError, StoreError
from cdp_pipelines.imports.kind import FileFacts
from cdp_pipelines.imports.report import Budget, Enriched, Events, FileReport, Report, RowCounts, Status
from cdp_pipelines.imports.spec import MaxRejected
from cdp_pipelines.imports.stages import Stages
from cdp_pipelines.imports.tally import Tally
from cdp_pipelines.landing import Landed
from cdp_pipelines.store import runs


@dataclass
class Outcome:
    """The counts of an attempt and its files."""

    tally: Tally = field(default_factory=Tally)
    files: list[FileReport] = field(default_factory=list)

    def skip(self, file: Landed, entry: runs.Content, agreed: Sequence[str]) -> None:
        """Count a file that was applied already (D24)."""
        tally = self.tally
        rows = tally.file(file.uri).rows
        rows.read = rows.skipped = entry.rows
        tally.skipped.already_applied += entry.rows
        tally.items.total += entry.items
        tally.items.skipped += entry.items
        self.add(file, FileFacts(entry.encoding, entry.compression), rows, agreed)

    def add(self, file: Landed, facts: FileFacts, rows: RowCounts, agreed: Sequence[str]) -> None:
        """Add a file that was read to its end, or skipped, with the names of control totals that agree with it."""
        self.files.append(
            FileReport(
                uri=file.uri,
                version=file.version,
                bytes=file.bytes,
                sha256=file.sha256,
                encoding=facts.encoding,
                compression=facts.compression,
                completeness=f"{file.completeness}; {', '.join(agreed)} as stated" if agreed else file.completeness,
                rows=rows,
            )
        )

    def failed(self, error: CdpError) -> "Outcome":
        """Return what is left of it when nothing was applied: issues, and counts only where they are the reason."""
        tally = self.tally
        if isinstance(error, FileError) and error.code != "MISSING_COLUMN":  # counted column by column already
            lines = [error.line] if error.line else []
            tally.issue(error.code, error.column, error.message, lines, len(lines), 0, file=error.file)
        if isinstance(error, SourceError):
            tally.issue("SOURCE_FAILED", None, str(error), [], 0, 0)
        if isinstance(error, StoreError):
            tally.issue("STORE_FAILED", None, str(error), [], 0, 0)
        tally.events = Events()
        if isinstance(error, FileError) and error.code in ("BUDGET_EXCEEDED", "ALL_REJECTED"):
            return self
        fresh = Tally()  # outcomes of a file that was not read to its end are nobody's outcomes
        fresh.take_issues(tally)
        return Outcome(fresh)

    def complete(self, report: Report, status: Status, limit: MaxRejected | None, stages: Stages) -> None:
        """Write it into the report, as of now."""
        tally = self.tally
        report.status = status
        report.finished_at = datetime.now(UTC)
        report.files = self.files
        report.rows, report.items, report.skipped = tally.rows, tally.items, tally.skipped
        report.events, report.money = tally.events, tally.money if status != "failed" else {}
        report.enriched = tally.enriched if status != "failed" else Enriched()
        report.issues, report.sample, report.created = tally.issues(), tally.samples, tally.created
        report.budget = Budget(share=limit.share if limit else None, used=tally.rejected_share)
        report.stages = stages.report()
        report.peak_rss_mb = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
