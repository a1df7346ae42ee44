"""How far a run is, as lines in Dagster's log: it has no progress bar."""

import time
from collections.abc import Callable
from logging import Logger

from cdp_pipelines.imports.progress import Progress

EVERY_SECONDS = 5.0


def progress_log(log: Logger) -> Callable[[Progress], None]:
    """Return a function that logs rows, share and rate, at most every few seconds."""
    last = time.monotonic()

    def show(progress: Progress) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY_SECONDS:
            last = time.monotonic()
            log.info(sentence(progress))

    return show


def sentence(progress: Progress) -> str:
    """Return `reading: 120,000 rows, 43 %, 85,000 rows/s`; the share only where it is known."""
    share = "" if progress.share is None else f", {progress.share:.0%}".replace("%", " %")
    return f"{progress.stage}: {progress.rows:,} rows{share}, {progress.rows_per_second:,.0f} rows/s"
