"""Alerts in the store: causes are opened by runs that went wrong and closed by the first good one after them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from cdp_pipelines.alerts.causes import DAGSTER, NO_FILE, Cause, EndedRun, cause_of, details

NEWS = timedelta(days=3)
"""What ended longer ago when alerts look for the first time is no news; a weekend without a daemon is still told."""

_ENDED = """
select run_id, import_name, kind, partition, status, error, dagster_run_id, finished_at, no_file,
    exists (select from cdp.files f where f.run_id = r.run_id) as entered, coalesce(report, '{}') as report
from cdp.import_runs r
where not alerts_know and not dry_run and finished_at > %(since)s and status in ('completed', 'partial', 'failed')
order by finished_at, run_id
"""

_KNOWN = """
update cdp.import_runs set alerts_know = true
where not alerts_know and not dry_run and (finished_at <= %(since)s or status = 'cancelled' or run_id = any(%(runs)s))
"""

_OPEN = """
insert into cdp.alerts
    (cause, import_name, partition, code, opened_at, last_seen_at, run_id, dagster_run_id, details)
values (%(kind)s, %(import_name)s, %(partition)s, %(code)s, %(at)s, %(at)s, %(run_id)s, %(dagster_run_id)s,
    %(details)s)
on conflict (import_name, coalesce(partition, ''), cause, code) where recovered_at is null
do update set last_seen_at = excluded.last_seen_at,
    times = alerts.times + (coalesce(excluded.run_id, excluded.dagster_run_id) is not null)::integer
"""

_CLOSE = """
update cdp.alerts set recovered_at = %(now)s, recovery = %(recovery)s
where import_name = %(import_name)s and recovered_at is null and opened_at <= %(now)s
    and (partition is null or partition = %(partition)s)
    and (cause = 'failed' and %(good)s
        or cause = 'missing_file' and (partition is not null or code = %(no_file)s or %(entered)s)
        or cause = 'partial' and %(good)s and code is distinct from %(still)s)
"""

_EARLY = """
select exists (select from cdp.expectations where import_name = %s and looked_at > %s::timestamptz - interval '1 hour'
    and due_at > %s and (partitions is null or %s = any(partitions)))
"""

_EXPLAINED = """
select exists (select from cdp.import_runs where dagster_run_id = %(run)s and status in ('running', 'failed'))
    or exists (select from cdp.alerts where dagster_run_id = %(run)s)
"""

_RUNS_AGAIN = """
update cdp.alerts set recovered_at = %(now)s, recovery = %(recovery)s
where import_name = %(name)s and code = %(code)s and recovered_at is null
"""

_DUE = """
select a.alert_id, a.cause, a.import_name, a.partition, a.times, a.opened_at, a.recovered_at, a.details, a.recovery,
    o.occasion
from cdp.alerts a
cross join lateral (values (a.cause, a.opened_at), ('recovered', a.recovered_at)) o(occasion, at)
where o.at > %(since)s and (o.occasion <> 'recovered' or a.cause <> 'partial')
    and not exists (select from cdp.alert_messages m where m.alert_id = a.alert_id and m.target = %(target)s
        and m.occasion = o.occasion and m.sent_at is not null)
order by o.at, a.alert_id, o.occasion = 'recovered'
"""

_TRIED = """
insert into cdp.alert_messages (alert_id, target, occasion, attempts, tried_at, sent_at, error)
values (%(alert_id)s, %(target)s, %(occasion)s, 1, %(now)s, %(sent_at)s, %(error)s)
on conflict (alert_id, target, occasion) do update set attempts = alert_messages.attempts + 1,
    tried_at = excluded.tried_at, sent_at = excluded.sent_at, error = excluded.error
"""


@dataclass(frozen=True)
class Due:
    """Something that a target was not told yet: that a cause came up, or (`occasion` recovered) that it is over.

    Attributes:
        times: How often it occurred so far.
    """

    alert_id: int
    cause: str
    import_name: str
    partition: str | None
    times: int
    opened_at: datetime
    recovered_at: datetime | None
    details: Mapping[str, Any]
    recovery: Mapping[str, Any] | None
    occasion: str


def take_in(connection: psycopg.Connection, now: datetime) -> None:
    """Take note of the runs that ended: open causes and close those that are over."""
    with connection.transaction():
        since = now - NEWS
        with connection.cursor(row_factory=class_row(EndedRun)) as cursor:
            ended = cursor.execute(_ENDED, {"since": since}).fetchall()
        for run in ended:
            _take_in(connection, run)
        connection.execute(_KNOWN, {"since": since, "runs": [run.run_id for run in ended]})


def _take_in(connection: psycopg.Connection, run: EndedRun) -> None:
    cause = cause_of(run)
    if run.has_come:
        _recover(connection, run, still=cause.code if cause else None)
    if cause and not (run.no_file and _is_early(connection, run)):
        raise_alert(connection, cause, run.finished_at)


def _is_early(connection: psycopg.Connection, run: EndedRun) -> bool:
    """Whether the file that a run did not find may still come in time: then `expect_by` decides."""
    row = connection.execute(_EARLY, (run.import_name, run.finished_at, run.finished_at, run.partition)).fetchone()
    return bool(row and row[0])


def raise_alert(connection: psycopg.Connection, cause: Cause, at: datetime) -> None:
    """Open a cause, or count it once more if it is open; `at` is when it came about."""
    values = {name: value for name, value in asdict(cause).items() if name != "details"}
    connection.execute(_OPEN, values | {"details": Jsonb(cause.details), "at": at})


def _recover(connection: psycopg.Connection, run: EndedRun, still: str | None) -> None:
    """Close the causes that a run ends which had a file, right or wrong; `still` is the code of what goes on."""
    connection.execute(
        _CLOSE,
        {
            "now": run.finished_at,
            "recovery": Jsonb(details(run)),
            "import_name": run.import_name,
            "partition": run.partition,
            "good": run.good,
            "entered": run.entered or not run.good,
            "no_file": NO_FILE,
            "still": still,
        },
    )


def raise_dagster(connection: psycopg.Connection, name: str, dagster_run_id: str, now: datetime) -> None:
    """Open a cause for a run that failed in Dagster, unless our records or an alert tell of it already."""
    row = connection.execute(_EXPLAINED, {"run": dagster_run_id}).fetchone()
    if row and not row[0]:
        sentence = "The run failed outside of what an import can report: see its log in Dagster."
        told = {"sentence": sentence, "dagster_run_id": dagster_run_id}
        raise_alert(connection, Cause("failed", name, None, DAGSTER, None, dagster_run_id, told), now)


def recover_dagster(connection: psycopg.Connection, name: str, dagster_run_id: str, now: datetime) -> None:
    """Close what `raise_dagster` opened: a run of the same name was good."""
    recovery = Jsonb({"dagster_run_id": dagster_run_id})
    connection.execute(_RUNS_AGAIN, {"name": name, "code": DAGSTER, "now": now, "recovery": recovery})


def due(connection: psycopg.Connection, target: str, now: datetime) -> Sequence[Due]:
    """Return what a target was not told yet, in the order in which it came about."""
    with connection.cursor(row_factory=class_row(Due)) as cursor:
        return cursor.execute(_DUE, {"target": target, "since": now - NEWS}).fetchall()


def tried(connection: psycopg.Connection, one: Due, target: str, now: datetime, error: str | None) -> None:
    """Note that a target was told, or why it could not be."""
    sent_at = None if error else now
    values = {"alert_id": one.alert_id, "target": target, "occasion": one.occasion, "now": now}
    connection.execute(_TRIED, values | {"sent_at": sent_at, "error": error})


def untold(connection: psycopg.Connection) -> Sequence[tuple[str, int, str]]:
    """Return the targets that could not be told of something of late: name, number of messages, latest reason."""
    rows = connection.execute(
        "select target, count(*), (array_agg(error order by tried_at desc))[1] from cdp.alert_messages"
        " where sent_at is null and tried_at > now() - %s group by target order by target",
        (NEWS,),
    )
    return rows.fetchall()
