"""Runs that failed in Dagster before, or beside, what our own records tell: a fault in code, a process killed early."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import dagster as dg
from dagster import RunsFilter
from dagster._core.storage.dagster_run import RunRecord

from cdp_pipelines.alerts import ledger
from cdp_pipelines.components.names import IMPORT_TAG
from cdp_pipelines.segments.spec import JOB
from cdp_pipelines.store import Store

_ENDED = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS]
_STEPS = {"landed", "validated", "applied"}
_AT_ONCE = 200


def note_failures(instance: dg.DagsterInstance, store: Store, cursor: str | None, now: datetime) -> str:
    """Open alerts for runs that failed unexplained since the look before, close those that run again; the next cursor.

    Args:
        instance: Whose runs.
        store: Where alerts are.
        cursor: Time of the newest run that was looked at, in ISO 8601.
        now: The present time, aware.
    """
    since = datetime.fromisoformat(cursor) if cursor else now - ledger.NEWS
    wanted = RunsFilter(statuses=_ENDED, updated_after=since)
    records = instance.get_run_records(wanted, limit=_AT_ONCE, order_by="update_timestamp", ascending=True)
    with store.connect(autocommit=True) as connection:
        for record in records:
            run = record.dagster_run
            for name in _names(run):
                if run.status is dg.DagsterRunStatus.SUCCESS:
                    ledger.recover_dagster(connection, name, run.run_id, now)
                else:
                    ledger.raise_dagster(connection, name, run.run_id, now)
    return max([since, *map(_updated, records)]).isoformat()


def _updated(record: RunRecord) -> datetime:
    moment = record.update_timestamp
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _names(run: dg.DagsterRun) -> Sequence[str]:
    """Return the imports that a run is about, by its job's tag or by the assets that were chosen by hand."""
    if name := run.tags.get(IMPORT_TAG):
        return [name]
    return [JOB] if run.job_name == JOB else sorted(set(_chosen(run)))


def _chosen(run: dg.DagsterRun) -> Iterator[str]:
    for key in run.asset_selection or ():
        if key.path[-1] in _STEPS:
            yield "/".join(key.path[:-1])
