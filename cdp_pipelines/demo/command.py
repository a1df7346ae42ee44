"""`cdp-pipelines demo`: write the sample files, import them through Dagster, refresh segments, print what became."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import dagster as dg
from rich.console import Console

from cdp_pipelines.components.assets import import_definitions
from cdp_pipelines.components.folder import folder_definitions
from cdp_pipelines.components.instance import open_instance
from cdp_pipelines.components.names import word
from cdp_pipelines.components.results import ROWS_ACCOUNTED, RUN, row_count
from cdp_pipelines.components.segment import segment_key
from cdp_pipelines.demo import feed, tables
from cdp_pipelines.demo.nightly import SHOPS, Night, shop_nights
from cdp_pipelines.errors import CdpError
from cdp_pipelines.home import home
from cdp_pipelines.imports.alerting import tell_targets
from cdp_pipelines.imports.check import Examined, examine
from cdp_pipelines.imports.history import load_report
from cdp_pipelines.imports.loaded import LoadedImport
from cdp_pipelines.imports.report import Report
from cdp_pipelines.imports.spec import ProductImportSpec
from cdp_pipelines.segments.spec import JOB, SegmentSpec
from cdp_pipelines.store import Store, open_store

DEFS = Path(__file__).parent.parent / "defs"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run_demo(sample: Sequence[Night] | None = None, console: Console | None = None) -> int:
    """Write, import and report the sample nights, sixty of three shops by default.

    Returns:
        0, or 1 when an import failed and was not mended by a later file.
    """
    console = console or Console()
    sample = sample or [night for shop in SHOPS for night in shop_nights(shop)]
    folder = home() / "demo"
    files = "1 file" if len(sample) == 1 else f"{len(sample)} files"
    console.print(f"{files} of sample shops and a product feed lie in {folder}. Importing them through Dagster ...")
    demo = _Demo(open_store(), examine(DEFS), open_instance())
    _write(sample, folder)
    with demo.instance:
        reports = demo.import_feeds() + demo.import_nights([night for night in sample if not night.late])
        alerts = demo.tell()
        console.print("Some files came late, and one half only. Importing them now ...")
        _write_whole(sample, folder)
        reports += demo.import_nights([night for night in sample if night.late or night.damaged])
        alerts += demo.tell()
        segments = demo.refresh()
    tables.show(console, reports, segments, alerts)
    return 1 if tables.unmended(reports) else 0


def _write(sample: Sequence[Night], folder: Path) -> None:
    """Write the files that are not there yet, a damaged one by half; a second demo finds them untouched."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / feed.NAME).exists():
        (folder / feed.NAME).write_bytes(feed.feed())
    for night in sample:
        if not (folder / night.name).exists():
            size = len(night.content) // 2 if night.damaged else len(night.content)
            (folder / night.name).write_bytes(night.content[:size])


def _write_whole(sample: Sequence[Night], folder: Path) -> None:
    """Write what is not there as it should be."""
    for night in sample:
        path = folder / night.name
        if path.read_bytes() != night.content:
            path.write_bytes(night.content)


@dataclass(frozen=True)
class _Demo:
    """Where the demo runs: the store, its YAML and Dagster's history."""

    store: Store
    examined: Examined
    instance: dg.DagsterInstance

    def import_feeds(self) -> list[Report]:
        """Import the feed for each site, and return the reports."""
        feeds = [loaded for loaded in self.examined.imports if isinstance(loaded.spec, ProductImportSpec)]
        return [report for loaded in feeds for report in self._run(loaded, 1, {})]

    def import_nights(self, chosen: Sequence[Night]) -> list[Report]:
        """Import nights, one Dagster run for each stretch of neighbours of a shop, and return their reports."""
        imports = {loaded.spec.name: loaded for loaded in self.examined.imports}
        reports: list[Report] = []
        for shop, of_shop in groupby(chosen, lambda night: night.shop):
            loaded = imports[f"demo/{shop}"]
            for stretch in _stretches(list(of_shop), loaded.spec.partitions.per_run if loaded.spec.partitions else 1):
                reports += self._run(loaded, len(stretch), _range(stretch))
        return reports

    def _run(self, loaded: LoadedImport, files: int, tags: dict[str, str]) -> list[Report]:
        """Run an import's job once, and return its reports, one per file."""
        job = import_definitions(loaded).resolve_job_def(word(loaded.spec.name))
        result = job.execute_in_process(QUIET, self.instance, raise_on_error=False, tags=tags)
        recorded = [check for check in result.get_asset_check_evaluations() if check.check_name == ROWS_ACCOUNTED]
        if len(recorded) < files:
            raise _broken_off(result)
        return [load_report(self.store, str(check.metadata[RUN].value)) for check in recorded]

    def tell(self) -> list[str]:
        """Tell the demo's alert target, as its sensor does every half minute, and return the messages' headlines."""
        return list(tell_targets(self.store, self.examined.alert_targets, datetime.now(UTC)).headlines)

    def refresh(self) -> list[tuple[SegmentSpec, int]]:
        """Refresh tables and segments, as the sensor does after a night, and return the segments with their sizes."""
        job = folder_definitions(DEFS).resolve_job_def(JOB)
        result = job.execute_in_process(QUIET, self.instance, raise_on_error=False)
        if not result.success:
            raise _broken_off(result)
        done = {event.asset_key: event.materialization.metadata for event in result.get_asset_materialization_events()}
        specs = [loaded.spec for loaded in self.examined.segments]
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
