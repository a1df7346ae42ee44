"""Where a Dagster instance is configured, its history tells of runs from the command line, too."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from cdp_pipelines.cli.output import say
from cdp_pipelines.home import dagster_in_use

if TYPE_CHECKING:
    from cdp_pipelines.components.headless import AssetHistory
    from cdp_pipelines.imports.loaded import LoadedImport
    from cdp_pipelines.imports.partitions import Partition
    from cdp_pipelines.imports.report import Report
    from cdp_pipelines.store import Store

_UNTOLD = (
    "Dagster's history does not tell of this run ({}): look after the instance that DAGSTER_HOME names. "
    "The import itself is not affected."
)


@contextmanager
def asset_history(loaded: "LoadedImport", store: "Store") -> "Iterator[Callable[[Partition | None, Report], None]]":
    """Give a function that tells Dagster of a partition's run; it does nothing where no instance is configured.

    The run is over by then, so what goes wrong here is said and changes nothing. After that Dagster is left alone: an
    instance that is away would cost its timeout for each partition.
    """
    history: AssetHistory | None = None
    on = dagster_in_use()

    def tell(partition: "Partition | None", report: "Report") -> None:
        nonlocal history, on
        if not on:
            return
        try:
            if history is None:
                from cdp_pipelines.components.headless import AssetHistory

                history = AssetHistory(loaded, store)
            history.add(partition, report)
        except Exception as error:  # noqa: BLE001 - whatever another program's storage may raise
            on = False
            say(_UNTOLD.format(type(error).__name__))

    try:
        yield tell
    finally:
        if history is not None:
            with suppress(Exception):
                history.close()
