"""What the end of a run means: something to tell, or the end of something that was told.

Pure: rows of the store in, causes out. Who is told, and whether it was told already, is not decided here.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Kind = Literal["failed", "partial", "missing_file"]

NO_FILE = "NO_FILE"
"""Code of a file that is not there; a partition's is one cause, whether a run or an expectation noticed it."""

DAGSTER = "DAGSTER"
"""Code of a run that failed in Dagster without a failed import in our records."""

_ELSEWHERE = {"SOURCE_FAILED", "STORE_FAILED"}
_TOP = 3


@dataclass(frozen=True)
class EndedRun:
    """The record of a run that ended, with its report as stored (only `interrupted` for one that was killed)."""

    run_id: str
    import_name: str
    kind: str
    partition: str | None
    status: str
    error: str | None
    dagster_run_id: str | None
    finished_at: datetime
    no_file: bool
    entered: bool
    """Whether it entered a file into the ledger."""
    report: Mapping[str, Any]

    @property
    def good(self) -> bool:
        """Whether something was applied, or nothing was to do."""
        return self.status in ("completed", "partial")

    @property
    def has_come(self) -> bool:
        """Whether there was a file, right or wrong: a source, a store or a kill that failed says nothing about it."""
        return self.good or (self.status == "failed" and bool(set(_errors(self.report)) - _ELSEWHERE))


@dataclass(frozen=True)
class Cause:
    """Something to tell: the same cause of the same partition is told once until it has recovered."""

    kind: Kind
    import_name: str
    partition: str | None
    code: str
    run_id: str | None
    dagster_run_id: str | None
    details: Mapping[str, Any]


def cause_of(run: EndedRun) -> Cause | None:
    """Return what is wrong with a run; None for a good one, and for one that somebody cancelled."""
    if run.status == "partial":
        return _cause(run, "partial", _files(run.report))
    if run.status != "failed":
        return None
    if run.no_file:
        return _cause(run, "missing_file", NO_FILE)
    fallback = "INTERRUPTED" if run.report.get("interrupted") else "FAILED"
    return _cause(run, "failed", next(iter(_errors(run.report)), fallback))


def _cause(run: EndedRun, kind: Kind, code: str) -> Cause:
    return Cause(kind, run.import_name, run.partition, code, run.run_id, run.dagster_run_id, details(run))


def details(run: EndedRun) -> dict[str, Any]:
    """Return what messages show of a run: counts and the gravest issues, none of it personal."""
    report = run.report
    return {
        "sentence": run.error,
        "status": run.status,
        "kind": run.kind,
        "rows": report.get("rows") or {},
        "share": (report.get("budget") or {}).get("used", 0.0),
        "issues": [
            {name: issue.get(name) for name in ("severity", "code", "column", "message", "rows")}
            for issue in sorted(report.get("issues") or [], key=_gravity)[:_TOP]
        ],
        "run_id": run.run_id,
        "dagster_run_id": run.dagster_run_id,
    }


def _gravity(issue: Mapping[str, Any]) -> tuple[bool, int]:
    return issue["severity"] != "error", -issue["rows"]


def _errors(report: Mapping[str, Any]) -> Sequence[str]:
    return [issue["code"] for issue in report.get("issues") or [] if issue["severity"] == "error"]


def _files(report: Mapping[str, Any]) -> str:
    """Return what stands for the bytes of a run's files: other bytes are another cause."""
    told = "".join(file["sha256"] for file in report.get("files") or [])
    return f"FILES {hashlib.sha256(told.encode()).hexdigest()[:16]}"
