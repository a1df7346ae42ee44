"""How far a run is, told to whoever started it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

EVERY = 1.0
"""Seconds between two messages."""


@dataclass(frozen=True)
class Progress:
    """A moment of a run: rows read so far, their share of the file (None = unknown), and the rate."""

    stage: str
    rows: int
    share: float | None
    rows_per_second: float


class Meter:
    """Tells the progress of a file, at most once per `EVERY` seconds."""

    def __init__(self, tell: Callable[[Progress], None] | None, size: int) -> None:
        self._tell, self._size = tell, size
        self._begin = self._last = time.monotonic()

    def seen(self, rows: int, octets: int) -> None:
        """Note how much of the file was read: rows, and bytes as they lie on disk."""
        now = time.monotonic()
        if self._tell is None or now - self._last < EVERY:
            return
        self._last = now
        share = min(octets / self._size, 1.0) if self._size else None
        self._tell(Progress("apply", rows, share, rows / (now - self._begin)))
