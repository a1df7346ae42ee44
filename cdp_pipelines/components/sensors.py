"""An import's sensor: looks for files at the source and asks for one run per partition that arrived."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import dagster as dg
import psycopg
from dagster import RunsFilter
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from dagster._core.storage.dagster_run import RunRecord

from cdp_pipelines.components.leases import UNFINISHED, close_dead
from cdp_pipelines.components.names import word
from cdp_pipelines.errors import NoFileError
from cdp_pipelines.imports.loaded import LoadedImport
from cdp_pipelines.imports.partitions import dagster_key
from cdp_pipelines.imports.spec import ImportSpec
from cdp_pipelines.imports.watch import Arrival, Asked, Wanted, Watch, arrivals, look, not_applied
from cdp_pipelines.store import connect_kept, runs

FILES_TAG = "cdp/files"
"""Run tag with the stamp of the files that a run was asked for."""
SENSOR_TAG = "dagster/sensor_name"
_STAMPS_AT_ONCE = 500


def sensors(loaded: LoadedImport, job: UnresolvedAssetJobDefinition) -> list[dg.SensorDefinition]:
    """Return the sensor of an import, if it is watched. It is on from the start: writing it says that it is meant."""
    spec, watch = loaded.spec, loaded.spec.watch
    if watch is None:
        return []
    name = f"{word(spec.name)}_watch"

    def tick(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        try:
            found = arrivals(loaded, datetime.now(UTC))
        except NoFileError as nothing:
            return dg.SkipReason(str(nothing))
        return _result(context, loaded, watch, name, found)

    return [
        dg.SensorDefinition(
            name=name,
            job=job,
            evaluation_fn=tick,
            minimum_interval_seconds=int(watch.every.total_seconds()),
            description=f"Looks for new and changed files every {watch.every.total_seconds():,.0f} seconds.",
            default_status=dg.DefaultSensorStatus.RUNNING,
        )
    ]


def _result(
    context: dg.SensorEvaluationContext, loaded: LoadedImport, watch: Watch, name: str, found: Sequence[Arrival]
) -> dg.SensorResult:
    with connect_kept() as connection:
        fresh = _fresh(connection, loaded.spec, found)

        def history(of: Sequence[Arrival]) -> Mapping[str, Asked]:
            return asked_before(context.instance, connection, name, [one.stamp for one in of])

        seen = look(fresh, history, watch, context.cursor, datetime.now(UTC))
    requests = [_request(loaded.spec, one) for one in seen.wanted]
    skip = None if requests else dg.SkipReason(_why_none(seen.waiting, len(fresh)))
    return dg.SensorResult(requests, skip_reason=skip, cursor=seen.cursor)


def _why_none(waiting: int, fresh: int) -> str:
    if waiting:
        return f"{waiting} of the new files wait: they changed a moment ago"
    if fresh:
        return f"No new file; {fresh} are in a run, were refused until they change, or wait for the end of an outage"
    return "No new file"


def _fresh(connection: psycopg.Connection, spec: ImportSpec, found: Sequence[Arrival]) -> list[Arrival]:
    """Return the arrivals that are not applied; few are left after the ledger, so that few reports are read."""
    fresh = not_applied(found, runs.entered_versions(connection, spec.name, spec.site))
    labels = [one.label for one in fresh]
    return not_applied(fresh, runs.read_versions(connection, spec.name, spec.site, labels)) if fresh else []


def _request(spec: ImportSpec, wanted: Wanted) -> dg.RunRequest:
    """Return the request; its key is remembered for ever, so each attempt has one of its own."""
    arrival = wanted.arrival
    partition = arrival.partition
    return dg.RunRequest(
        run_key=f"{arrival.label or 'files'} {arrival.stamp} {wanted.attempt}",
        partition_key=dagster_key(partition, spec.partitions.every) if partition and spec.partitions else None,
        tags={FILES_TAG: arrival.stamp},
    )


def asked_before(
    instance: dg.DagsterInstance, connection: psycopg.Connection, sensor: str, stamps: Sequence[str]
) -> dict[str, Asked]:
    """Return what became of the runs that a sensor asked for, by the stamp of their files."""
    records: dict[str, list[RunRecord]] = {}
    close_dead(instance, list(_records(instance, sensor, stamps, [dg.DagsterRunStatus.STARTED])))
    for record in _records(instance, sensor, stamps):
        records.setdefault(record.dagster_run.tags[FILES_TAG], []).append(record)
    last = {stamp: max(found, key=lambda one: one.storage_id) for stamp, found in records.items()}
    rejected = runs.rejected_files(connection, [one.dagster_run.run_id for one in last.values()])
    return {stamp: _asked(found, last[stamp].dagster_run.run_id in rejected) for stamp, found in records.items()}


def _records(
    instance: dg.DagsterInstance,
    sensor: str,
    stamps: Sequence[str],
    statuses: Sequence[dg.DagsterRunStatus] | None = None,
) -> Iterator[RunRecord]:
    for begin in range(0, len(stamps), _STAMPS_AT_ONCE):
        some = list(stamps[begin : begin + _STAMPS_AT_ONCE])
        yield from instance.get_run_records(RunsFilter(tags={SENSOR_TAG: sensor, FILES_TAG: some}, statuses=statuses))


def _asked(records: Sequence[RunRecord], rejected: bool) -> Asked:
    ended = [one for one in records if one.dagster_run.status not in UNFINISHED]
    last = max((one.end_time or one.update_timestamp.timestamp() for one in ended), default=None)
    return Asked(
        waiting=len(ended) < len(records),
        ended=len(ended),
        last_end=datetime.fromtimestamp(last, UTC) if last else None,
        rejected=rejected,
    )
