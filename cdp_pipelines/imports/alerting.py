"""Alerts around runs: the targets that belong to an import's folder are told when its run is over."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cdp_pipelines.alerts.telling import Target, Told, tell
from cdp_pipelines.errors import CdpError
from cdp_pipelines.imports.documents import alert_targets_in, defs_folder, yaml_files
from cdp_pipelines.imports.loaded import LoadedAlertTarget, LoadedImport
from cdp_pipelines.store import Store


@contextmanager
def told_afterwards(loaded: LoadedImport, store: Store) -> Iterator[None]:
    """Tell the alert targets beside an import how the runs within the block ended.

    Nothing about it changes how the runs ended: what fails is a sentence on stderr, and told at the next occasion.
    """
    try:
        yield
    finally:
        # Whoever ended the process wants it to end, and not to wait for a mail server.
        if isinstance(sys.exception(), Exception | None):
            _tell_beside(loaded, store)


def _tell_beside(loaded: LoadedImport, store: Store) -> None:
    try:
        targets = alert_targets_in(_files_beside(loaded))
        failures = tell_targets(store, targets, datetime.now(UTC)).failures if targets else []
    except Exception as error:  # noqa: BLE001 - alerts must not fail the import that they are about
        reason = str(error) if isinstance(error, CdpError) else type(error).__name__
        failures = [f"Alerts could not be sent ({reason}); they are tried again later."]
    for sentence in failures:
        print(sentence, file=sys.stderr)  # noqa: T201 - a warning beside the run's own end


def _files_beside(loaded: LoadedImport) -> Iterable[Path]:
    """Return the YAML of the folder that runs, if the import is in it, else of the import's own folder alone."""
    folder = defs_folder()
    if loaded.path.is_relative_to(folder):
        return yaml_files(folder)
    return sorted(path for path in loaded.folder.iterdir() if path.suffix in (".yaml", ".yml"))


def tell_targets(store: Store, targets: Sequence[LoadedAlertTarget], now: datetime) -> Told:
    """Look after runs and tell the targets what is due, as the command line and Dagster's sensors do.

    Raises:
        StoreError: The store cannot be reached, or another look takes longer than a minute.
    """
    return tell(store, [Target(loaded.spec, loaded.path.parent) for loaded in targets], now)
