"""Files that should have come by now: what the store knows of them, and the alerts about those that have not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg

from cdp_pipelines.alerts.causes import NO_FILE, Cause
from cdp_pipelines.alerts.ledger import raise_alert

_COME = """
select exists (
    select from cdp.import_runs r
    where import_name = %(import_name)s and not dry_run and (
        status = 'running' and heartbeat_at > now() - interval '2 minutes'
        or status in ('completed', 'partial', 'failed') and (
            %(partition)s::text is not null and status <> 'failed'
            or exists (select from cdp.files f where f.run_id = r.run_id)
            or status = 'failed' and jsonb_path_exists(report, '$.issues[*] ?
                (@.severity == "error" && @.code != "SOURCE_FAILED" && @.code != "STORE_FAILED")')))
    and (%(partition)s::text is null or partition = %(partition)s)
    and (%(partition)s::text is not null or coalesce(finished_at, started_at) > %(since)s)
)
"""

_NEXT = """
insert into cdp.expectations (import_name, partitions, due_at, looked_at)
values (%(import_name)s, %(partitions)s, %(due_at)s, %(now)s)
on conflict (import_name) do update
set partitions = excluded.partitions, due_at = excluded.due_at, looked_at = excluded.looked_at
"""


@dataclass(frozen=True)
class Expected:
    """A file that had to come by `due_at`.

    Attributes:
        partition: Its partition; None for an import without, of which a new file is expected since `since`.
        since: When the one before was due.
    """

    partition: str | None
    since: datetime
    due_at: datetime

    @property
    def label(self) -> str:
        """What the UI calls it."""
        return self.partition or f"the file of {self.due_at:%Y-%m-%d}"


def looked_at(connection: psycopg.Connection, import_name: str) -> datetime | None:
    """Return when the import's expectations were looked after last."""
    row = connection.execute("select looked_at from cdp.expectations where import_name = %s", (import_name,)).fetchone()
    return row[0] if row else None


def note_next(
    connection: psycopg.Connection, import_name: str, partitions: Sequence[str] | None, due_at: datetime, now: datetime
) -> None:
    """Note what is expected next: a run that does not find it before then is early, and no cause for an alert."""
    values = {"import_name": import_name, "partitions": partitions, "due_at": due_at, "now": now}
    connection.execute(_NEXT, values | {"partitions": list(partitions) if partitions is not None else None})


def has_come(connection: psycopg.Connection, import_name: str, expected: Expected) -> bool:
    """Whether a run had the file, right or wrong, or has it in hand."""
    values = {"import_name": import_name, "partition": expected.partition, "since": expected.since}
    row = connection.execute(_COME, values).fetchone()
    return bool(row and row[0])


def raise_missing(connection: psycopg.Connection, import_name: str, expected: Expected, now: datetime) -> None:
    """Open the alert about a file that has not come, unless it is open."""
    sentence = f"It was expected by {expected.due_at:%Y-%m-%d %H:%M} UTC."
    code = NO_FILE if expected.partition else f"{NO_FILE} {expected.due_at:%Y-%m-%dT%H:%M}"
    cause = Cause("missing_file", import_name, expected.partition, code, None, None, {"sentence": sentence})
    raise_alert(connection, cause, now)
