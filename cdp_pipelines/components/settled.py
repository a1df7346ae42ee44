"""What follows imports, once for all of a night: the job `after_imports`, and the sensor that starts it.

The sensor asks once per state of the imports: a refresh that failed is not asked for again before the next import, so
that a mistake does not become thousands of runs.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import dagster as dg

from cdp_pipelines.components.leases import unfinished_run, waits_for
from cdp_pipelines.components.segment import segment_key
from cdp_pipelines.components.tables import tables
from cdp_pipelines.imports.loaded import LoadedImport, LoadedSegment
from cdp_pipelines.segments import settling
from cdp_pipelines.segments.settling import Covered
from cdp_pipelines.segments.spec import JOB
from cdp_pipelines.store import connect_kept


def after_imports(imports: Sequence[LoadedImport], segments: Sequence[LoadedSegment]) -> dg.Definitions:
    """Return the shared tables, the job that refreshes them and all segments, and its sensor."""
    shared = tables(imports)
    keys = [*(key for one in shared for key in one.keys), *(segment_key(loaded.spec) for loaded in segments)]
    job = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.assets(*keys),
        executor_def=dg.in_process_executor,
        description="Refresh the shared tables and all segments.",
    )
    return dg.Definitions(assets=shared, jobs=[job], sensors=[_sensor()])


def _sensor() -> dg.SensorDefinition:
    minutes, hours = int(settling.SETTLE.total_seconds() / 60), int(settling.DEADLINE.total_seconds() / 3600)

    @dg.sensor(
        name="imports_settled",
        job_name=JOB,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Refreshes tables and segments once no import has ended for {minutes} minutes and none is running"
        f", or {hours} hours after the first one.",
    )
    def imports_settled(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        if busy := unfinished_run(context.instance, job_name=JOB):
            return waits_for(busy, JOB)
        covered = Covered.model_validate_json(context.cursor) if context.cursor else Covered()
        with connect_kept() as connection:
            imports = settling.look(connection, covered)
        if reason := imports.wait(datetime.now(UTC)):
            return dg.SkipReason(reason)
        request = dg.RunRequest(run_key=imports.applied[-1].run_id)
        return dg.SensorResult([request], cursor=imports.covered().model_dump_json())

    return imports_settled
