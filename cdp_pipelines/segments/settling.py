"""When segments are due: once after the imports of a night have settled, not once per import.

Decided by the store's own records of runs, so that imports from the command line count as those from Dagster do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
from psycopg.rows import class_row
from pydantic import Field

from cdp_pipelines.spec import Spec

SETTLE = timedelta(minutes=10)
"""How long no import may have ended or be running."""

DEADLINE = timedelta(hours=2)
"""How long after the first import segments are refreshed in any case, whatever is still running or coming."""

_APPLIED = """
select run_id, import_name, finished_at as at from cdp.import_runs
where not dry_run and status in ('completed', 'partial')
    and (finished_at > %(until)s or run_id = any(%(running)s))
order by finished_at, run_id
"""

_RUNNING = """
select run_id, import_name, started_at as at from cdp.import_runs
where not dry_run and status = 'running' and heartbeat_at > now() - interval '2 minutes'
order by started_at, run_id
"""


class Covered(Spec):
    """What the last refresh has taken in, kept as JSON between two looks."""

    until: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    """Imports that had ended by then are in, but for those that were running."""
    running: tuple[str, ...] = Field(default=())
    """Runs that were not in yet; they may commit with an earlier time of ending."""


@dataclass(frozen=True)
class ImportRun:
    """A run of an import: when it ended, or, while it is running, when it began."""

    run_id: str
    import_name: str
    at: datetime


@dataclass(frozen=True)
class Imports:
    """The imports that no refresh has taken in yet, in the order in which they ended, and those that are running."""

    applied: Sequence[ImportRun]
    running: Sequence[ImportRun]

    def wait(self, now: datetime) -> str | None:
        """Return why segments are not due, in words for Dagster's UI; None if they are."""
        if not self.applied:
            return "no import was applied since the last refresh"
        first, last = self.applied[0], self.applied[-1]
        if now - first.at >= DEADLINE:
            return None
        if self.running:
            return f"{self.running[0].import_name} is running (run {self.running[0].run_id})"
        if now - last.at < SETTLE:
            return f"{last.import_name} ended at {last.at:%H:%M:%S} UTC; waiting until {last.at + SETTLE:%H:%M:%S}"
        return None

    def covered(self) -> Covered:
        """Return what a refresh that starts now takes in; some import is applied."""
        return Covered(until=self.applied[-1].at, running=tuple(run.run_id for run in self.running))


def look(connection: psycopg.Connection, covered: Covered) -> Imports:
    """Return the imports since the last refresh; running ones are read first, so that none falls in between."""
    with connection.cursor(row_factory=class_row(ImportRun)) as cursor:
        running = cursor.execute(_RUNNING).fetchall()
        applied = cursor.execute(_APPLIED, {"until": covered.until, "running": list(covered.running)}).fetchall()
    return Imports(applied, running)
