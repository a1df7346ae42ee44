"""Runs from the command line in Dagster's history: asset events that belong to no run of Dagster."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from filelock import FileLock

from cdp_pipelines.components.instance import open_instance
from cdp_pipelines.components.names import asset_key
from cdp_pipelines.components.results import Event, landed_metadata, verdict
from cdp_pipelines.home import home
from cdp_pipelines.imports.landing import import_landing
from cdp_pipelines.imports.loaded import LoadedImport
from cdp_pipelines.imports.partitions import Partition, dagster_key
from cdp_pipelines.imports.report import Report
from cdp_pipelines.store import Store


class AssetHistory:
    """The history of an import's assets, as the UI shows it."""

    def __init__(self, loaded: LoadedImport, store: Store) -> None:
        self._loaded, self._store = loaded, store
        with _quietly(), FileLock(home() / "dagster.lock"):  # two processes that begin a history would race for it
            self._instance = open_instance()

    def add(self, partition: Partition | None, report: Report) -> None:
        """Record what Dagster would have recorded of this run, had it started it: the same events, in that order."""
        with _quietly():
            for event in _events(self._loaded, self._store, partition, report):
                self._instance.report_runless_asset_event(event)

    def close(self) -> None:
        """Let go of the instance."""
        self._instance.dispose()


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep Dagster's warnings, about previews and about a home without settings, from a command's few sentences."""
    log = logging.getLogger("dagster")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)


def _events(loaded: LoadedImport, store: Store, partition: Partition | None, report: Report) -> Iterator[Event]:
    spec = loaded.spec
    key = dagster_key(partition, spec.partitions.every) if partition and spec.partitions else None
    landed, validated, applied = (asset_key(spec, step) for step in ("landed", "validated", "applied"))
    if not any(issue.code == "SOURCE_FAILED" for issue in report.issues):
        files = import_landing().read_manifest(spec.name, report.partition)
        yield dg.AssetMaterialization(landed, partition=key, metadata=landed_metadata(files))
    chosen = {validated} if report.dry_run else {validated, applied}
    yield from verdict(report, key, store).events(validated, applied, chosen)
