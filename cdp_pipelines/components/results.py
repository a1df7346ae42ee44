"""A report as Dagster's events: check results, materializations, observations and their metadata."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
import psycopg

from cdp_pipelines.components.columns import column_schema
from cdp_pipelines.errors import CdpError
from cdp_pipelines.imports.plots import Plot
from cdp_pipelines.imports.render import markdown
from cdp_pipelines.imports.report import Report
from cdp_pipelines.imports.trends import plots
from cdp_pipelines.landing import Landed
from cdp_pipelines.store import Store

RUN = "run"
"""Metadata key of the import run's id, by which `cdp-pipelines report` shows the whole report."""

ROWS_ACCOUNTED = "rows_accounted"
ERROR_BUDGET = "error_budget"
CHECKS = {
    ROWS_ACCOUNTED: "Every row read has exactly one outcome (D15); otherwise nothing is applied.",
    ERROR_BUDGET: "No item is rejected (else a warning), or not more than `max_rejected` (else nothing is applied).",
}

Metadata = Mapping[str, Any]
Event = dg.AssetCheckEvaluation | dg.AssetMaterialization | dg.AssetObservation


@dataclass(frozen=True)
class Verdict:
    """What one partition's report says to Dagster.

    `partition` is Dagster's key, None without partitions; `columns` those of the table that the import writes.
    """

    report: Report
    partition: str | None
    plots: Sequence[Plot] = ()
    columns: dg.TableSchema | None = None

    @property
    def failed(self) -> bool:
        """Whether nothing of this partition was applied."""
        return self.report.status not in {"completed", "partial"}

    @property
    def sentence(self) -> str:
        """Why it failed, or what was done."""
        report = self.report
        if self.failed:
            return report.error or f"The run {report.run_id} ended as {report.status}."
        done = "would be applied" if report.dry_run else "applied"
        items = report.items
        rejected = f"{items.rejected:,} of {items.total:,} {report.noun} rejected"
        return f"{report.rows.read:,} rows, {rejected}, the others {done}."

    def events(self, validated: dg.AssetKey, applied: dg.AssetKey, chosen: Collection[dg.AssetKey]) -> Iterator[Event]:
        """Yield the check results, then what they allow: each chosen asset's materialization, or the failed report."""
        yield from self._checks(validated)
        if self.failed:
            yield dg.AssetObservation(validated, self.sentence, partition=self.partition, metadata=self._metadata(0))
            return
        rows, table = self.report.rows, {"dagster/column_schema": self.columns} if self.columns else {}
        said = {
            validated: self._metadata(rows.read - rows.rejected - rows.superseded),
            applied: {**self._metadata(rows.added + rows.updated), **table},
        }
        for key, metadata in said.items():
            if key in chosen:
                yield dg.AssetMaterialization(key, partition=self.partition, metadata=metadata)

    def _checks(self, validated: dg.AssetKey) -> Iterator[dg.AssetCheckEvaluation]:
        rows = self.report.rows
        yield self._check(validated, ROWS_ACCOUNTED, rows.balanced, rows.model_dump(), _accounting(self.report))
        budget = {"share allowed": self.report.budget.share, "share rejected": self.report.budget.used}
        yield self._check(validated, ERROR_BUDGET, self.report.status == "completed", budget, self.sentence)

    def _check(
        self, asset: dg.AssetKey, name: str, passed: bool, figures: dict[str, Any], sentence: str
    ) -> dg.AssetCheckEvaluation:
        return dg.AssetCheckEvaluation(
            asset_key=asset,
            check_name=name,
            passed=passed,
            severity=dg.AssetCheckSeverity.ERROR if self.failed else dg.AssetCheckSeverity.WARN,
            description=sentence,
            metadata={RUN: self.report.run_id} | {key: value for key, value in figures.items() if value is not None},
            partition=self.partition,
        )

    def _metadata(self, rows: int) -> Metadata:
        """Return the whole report as markdown with pictures, and its figures, which Dagster plots over time."""
        report = self.report
        outcomes = {f"rows {outcome}": count for outcome, count in report.rows.model_dump().items() if count}
        return {
            "status": report.status,
            "report": dg.MetadataValue.md(markdown(report, self.plots)),
            row_count(self.partition): rows,
            **outcomes,
            **_events(report),
            RUN: report.run_id,
        }


def verdict(report: Report, partition: str | None, store: Store) -> Verdict:
    """Return what a report says to Dagster, with its pictures; a store that has gone away since costs only those."""
    try:
        return Verdict(report, partition, plots(report, store), column_schema(store, report.kind))
    except (CdpError, psycopg.Error):
        return Verdict(report, partition)


def _events(report: Report) -> dict[str, int]:
    """Return the number of events by type, for the kind of import that emits some."""
    return {f"{name} events": count for name, count in report.events} if report.kind == "orders" else {}


def row_count(partition: str | None) -> str:
    """Return the metadata key under which Dagster shows and plots a number of rows."""
    return "dagster/row_count" if partition is None else "dagster/partition_row_count"


def landed_metadata(landed: list[Landed]) -> Metadata:
    """Return what arrived: each file with its size, checksum and how completeness was verified."""
    columns = ("file", "bytes", "sha256", "completeness", "reused")
    records = [
        dg.TableRecord(dict(zip(columns, (one.uri, one.bytes, one.sha256, one.completeness, one.reused), strict=True)))
        for one in landed
    ]
    return {
        "files": len(landed),
        "bytes": sum(one.bytes for one in landed),
        "file list": dg.MetadataValue.table(records) if records else dg.MetadataValue.text("no file"),
    }


def _accounting(report: Report) -> str:
    counts = report.rows.model_dump(exclude={"read"})
    parts = " + ".join(f"{count:,} {outcome}" for outcome, count in counts.items() if count)
    return f"{report.rows.read:,} rows read = {parts or '0'}"
