"""An import's schedule: a tick is skipped while the last one's runs are on, and asks for what is missing."""

from collections.abc import Iterator
from datetime import datetime

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from cdp_pipelines.components.leases import unfinished_run, waits_for
from cdp_pipelines.components.names import word
from cdp_pipelines.imports.loaded import LoadedImport
from cdp_pipelines.imports.partitions import Partition, Partitions, dagster_key
from cdp_pipelines.imports.schedules import Schedule, catch_up_window, chunks, in_words, missing
from cdp_pipelines.imports.spec import ImportSpec
from cdp_pipelines.store import connect_kept, runs

SCHEDULE_TAG = "dagster/schedule_name"
_FIRST, _LAST = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"


def schedules(loaded: LoadedImport, job: UnresolvedAssetJobDefinition) -> list[dg.ScheduleDefinition]:
    """Return the schedule of an import, if it has one. It is on from the start: writing it says that it is meant."""
    spec, schedule = loaded.spec, loaded.spec.schedule
    if schedule is None:
        return []
    name = f"{word(spec.name)}_schedule"

    def tick(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        if busy := unfinished_run(context.instance, tags={SCHEDULE_TAG: name}):
            yield waits_for(busy, "this schedule")
        else:
            yield from _requests(spec, schedule, context.scheduled_execution_time)

    return [
        dg.ScheduleDefinition(
            name=name,
            job=job,
            cron_schedule=schedule.cron,
            execution_timezone="UTC",
            execution_fn=tick,
            description=f"{in_words(schedule.cron)}.",
            default_status=dg.DefaultScheduleStatus.RUNNING,
        )
    ]


def _requests(spec: ImportSpec, schedule: Schedule, now: datetime) -> Iterator[dg.RunRequest | dg.SkipReason]:
    if spec.partitions is None:
        yield dg.RunRequest()
        return
    window = catch_up_window(schedule, spec.partitions, now)
    if not window:
        yield dg.SkipReason(f"No {spec.partitions.every} is complete yet since the import's start")
        return
    # The newest one has a run of its own, so that a gap which stays does not turn every night's run red.
    asked = _missing(spec, schedule, spec.partitions, window)
    for chunk in [*chunks(asked, spec.partitions.per_run), window[-1:]]:
        yield request(spec.partitions, chunk, f"{chunk[0].key} at {now:%Y-%m-%dT%H:%M}")


def _missing(spec: ImportSpec, schedule: Schedule, partitions: Partitions, window: list[Partition]) -> list[Partition]:
    """Return what is missing by our own records: Dagster's know nothing of the command line's runs."""
    with connect_kept() as connection:
        tried = runs.tried_partitions(connection, spec.name, spec.site)
    return missing(schedule, partitions, window, tried)


def request(partitions: Partitions, chunk: list[Partition], run_key: str) -> dg.RunRequest:
    """Return the request for a run over an unbroken range of partitions."""
    first, last = (dagster_key(one, partitions.every) for one in (chunk[0], chunk[-1]))
    if first == last:
        return dg.RunRequest(run_key=run_key, partition_key=first)
    return dg.RunRequest(run_key=run_key, tags={_FIRST: first, _LAST: last})
