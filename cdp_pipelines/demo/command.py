"""`cdp-pipelines demo`: write the sample nights, import them through Dagster, refresh segments, print what became."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import dagster as dg
from rich.console import Console

from cdp_pipelines.components.assets import import_definitions
from cdp_pipelines.components.folder import folder_definitions
from cdp_pipelines.components.instance import open_instance
from cdp_pipelines.components.names import word
from cdp_pipelines.components.results import ROWS_ACCOUNTED, RUN, row_count
from cdp_pipelines.components.segment import segment_key
from cdp_pipelines.components.settled import JOB
from cdp_pipelines.demo import tables
from cdp_pipelines.demo.nightly import Night, nights
from cdp_pipelines.errors import CdpError
from cdp_pipelines.home import home
from cdp_pipelines.imports.check import examine
from cdp_pipelines.imports.documents import find_import
from cdp_pipelines.imports.history import load_report
from cdp_pipelines.imports.report import Report
from cdp_pipelines.segments.spec import SegmentSpec
from cdp_pipelines.store import open_store

DEFS = Path(__file__).parent.parent / "defs"
YAML = DEFS / "demo" / "defs.yaml"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run_demo(sample: Sequence[Night] | None = None, console: Console | None = None) -> int:
    """Write, import and report the sample nights, sixty by default; return 0, or 1 when an import failed."""
    console = console or Console()
    sample = sample or list(nights())
    folder = home() / "demo"
    console.print(f"{len(sample)} nights of a sample shop lie in {folder}. Importing them through Dagster ...")
    _write(sample, folder)
    with open_instance() as instance:
        reports = _import(instance, [night for night in sample if not night.late])
        console.print("Some files came late. Importing them now ...")
        reports += _import(instance, [night for night in sample if night.late])
        segments = _refresh(instance)
    tables.show(console, reports, segments)
    return 1 if any(report.status == "failed" for report in reports) else 0


def _write(sample: Sequence[Night], folder: Path) -> None:
    """Write the files that are not there yet, so that a second demo finds them untouched."""
    folder.mkdir(parents=True, exist_ok=True)
    for night in sample:
        path = folder / night.name
        if not path.exists() or path.read_bytes() != night.content:
            path.write_bytes(night.content)


def _import(instance: dg.DagsterInstance, chosen: Sequence[Night]) -> list[Report]:
    """Import the nights, one Dagster run for each stretch of neighbours, and return their reports."""
    loaded, store = find_import(str(YAML)), open_store()
    job = import_definitions(loaded).resolve_job_def(word(loaded.spec.name))
    reports: list[Report] = []
    for stretch in _stretches(chosen, loaded.spec.partitions.per_run if loaded.spec.partitions else 1):
        result = job.execute_in_process(QUIET, instance, raise_on_error=False, tags=_range(stretch))
        recorded = [check for check in result.get_asset_check_evaluations() if check.check_name == ROWS_ACCOUNTED]
        if len(recorded) < len(stretch):
            raise _broken_off(result)
        reports += [load_report(store, str(check.metadata[RUN].value)) for check in recorded]
    return reports


def _refresh(instance: dg.DagsterInstance) -> list[tuple[SegmentSpec, int]]:
    """Refresh tables and segments, as the sensor does after a night, and return the segments with their sizes."""
    job = folder_definitions(DEFS).resolve_job_def(JOB)
    result = job.execute_in_process(QUIET, instance, raise_on_error=False)
    if not result.success:
        raise _broken_off(result)
    done = {event.asset_key: event.materialization.metadata for event in result.get_asset_materialization_events()}
    specs = [loaded.spec for loaded in examine(DEFS).segments]
    return [(spec, int(str(done[segment_key(spec)][row_count(None)].value))) for spec in specs]


def _broken_off(result: dg.ExecuteInProcessResult) -> CdpError:
    return CdpError(f"The run {result.run_id} broke off: {_reason(result)} See it in Dagster's UI: make ui.")


def _reason(result: dg.ExecuteInProcessResult) -> str:
    """Return what the first failed step says of itself."""
    failed = next(event.step_failure_data for event in result.all_events if event.is_step_failure)
    said = failed.user_failure_data.description if failed.user_failure_data else None
    return said or (failed.error.message.strip() if failed.error else "no reason was given.")


def _stretches(chosen: Sequence[Night], per_run: int) -> Iterator[list[Night]]:
    """Yield neighbouring nights together, at most `per_run` of them."""
    stretch: list[Night] = []
    for night in chosen:
        if stretch and (len(stretch) == per_run or (night.day - stretch[-1].day).days > 1):
            yield stretch
            stretch = []
        stretch.append(night)
    if stretch:
        yield stretch


def _range(stretch: Sequence[Night]) -> dict[str, str]:
    return {
        "dagster/asset_partition_range_start": stretch[0].partition,
        "dagster/asset_partition_range_end": stretch[-1].partition,
    }
