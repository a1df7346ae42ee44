"""The progress of a run as one line on a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cdp_pipelines.imports.progress import Progress


@contextmanager
def shown_progress(label: str) -> Iterator[Callable[[Progress], None] | None]:
    """Give a function that shows progress on stderr, or None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[rows]}"))
    with Bar(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None, rows="")

        def tell(progress: Progress) -> None:
            rows = f"{progress.rows:,} rows, {progress.rows_per_second:,.0f} per second"
            total = None if progress.share is None else 1.0
            bar.update(task, description=f"{label}: {progress.stage}", rows=rows, total=total, completed=progress.share)

        yield tell
