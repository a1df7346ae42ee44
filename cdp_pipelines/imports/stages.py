"""The time that a run spends in each of its stages."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from cdp_pipelines.imports.report import Stage


class Stages:
    """Stopwatches by name; threads may use them at the same time."""

    def __init__(self) -> None:
        self._stages: dict[str, Stage] = {}
        self._lock = threading.Lock()

    @contextmanager
    def timed(self, name: str, rows: int = 0, octets: int = 0) -> Iterator[None]:
        """Add the block's time to a stage."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.add(name, time.perf_counter() - start, rows, octets)

    def add(self, name: str, seconds: float, rows: int = 0, octets: int = 0) -> None:
        """Add time (seconds), rows and bytes to a stage."""
        with self._lock:
            stage = self._stages.setdefault(name, Stage(name=name, seconds=0.0))
            stage.seconds += seconds
            stage.rows += rows
            stage.bytes += octets

    def report(self) -> list[Stage]:
        """Return the stages in the order in which they began."""
        return [stage.model_copy(update={"seconds": round(stage.seconds, 4)}) for stage in self._stages.values()]
