"""Signs of life of Dagster's runs: given by our steps, and asked for before a run counts as still on.

When a whole process tree is killed, Dagster counts its run as started until `max_runtime_seconds` is over: hours in
which its schedule would be skipped and its place in the queue taken.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import psycopg
from dagster import RunsFilter
from dagster._core.storage.dagster_run import RunRecord

from cdp_pipelines.alerts.messages import run_url
from cdp_pipelines.errors import CdpError
from cdp_pipelines.imports.heartbeat import Heartbeat
from cdp_pipelines.store import Store, leases, open_store

GRACE = timedelta(minutes=10)
"""How long a started run may take until its first step tells that it lives."""

UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]

_DEAD = "The process of this run ended without a word; nothing of what was not complete was applied. It may run again."


@contextmanager
def leased(context: dg.AssetExecutionContext) -> Iterator[None]:
    """Tell the store, while a step is on, that its process lives; without a store there is nobody to tell."""
    store = _told(context.run.run_id)
    if store is None:
        yield
        return
    with Heartbeat(store, context.run.run_id, leases.beat):
        yield


def _told(dagster_run_id: str) -> Store | None:
    """Give the first sign of life and return the store, None if it cannot be reached."""
    try:
        store = open_store()
        with store.connect(autocommit=True) as connection:
            leases.beat(connection, dagster_run_id)
            leases.forget(connection)
    except (CdpError, psycopg.Error):
        return None
    return store


def unfinished_run(instance: dg.DagsterInstance, **wanted: Any) -> str | None:
    """Return the id of a run that is queued or on, None if there is none (K-121).

    Runs whose process died are closed: what waits for them could wait for hours.

    Args:
        instance: Whose runs.
        wanted: Which of them: fields of `RunsFilter` but its statuses.
    """
    records = instance.get_run_records(RunsFilter(statuses=UNFINISHED, **wanted))
    dead = close_dead(instance, records)
    return next((one.dagster_run.run_id for one in records if one.dagster_run.run_id not in dead), None)


def waits_for(run_id: str, whose: str) -> dg.SkipReason:
    """Return why a tick asks for nothing, with the run's address, the whole one if `CDP_UI_URL` has that of the UI."""
    return dg.SkipReason(f"Run {run_id} of {whose} is not finished: see {run_url(run_id) or f'/runs/{run_id}'}")


def close_dead(instance: dg.DagsterInstance, records: Sequence[RunRecord]) -> set[str]:
    """Report the runs as failed whose process died, and return their ids; others are left alone."""
    started = [one for one in records if one.dagster_run.status is dg.DagsterRunStatus.STARTED]
    if not started:
        return set()
    with open_store().connect(autocommit=True) as connection:
        signs = leases.alive(connection, [one.dagster_run.run_id for one in started])
    dead = [one.dagster_run for one in started if not signs.get(one.dagster_run.run_id, _is_young(one))]
    for run in dead:
        instance.report_run_failed(run, _DEAD)
    return {run.run_id for run in dead}


def _is_young(record: RunRecord) -> bool:
    began = record.start_time or record.create_timestamp.timestamp()
    return datetime.now(UTC).timestamp() - began < GRACE.total_seconds()
