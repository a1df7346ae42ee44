"""Tells the store, while a run is on, that its process is alive."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

import psycopg

from cdp_pipelines.errors import CdpError
from cdp_pipelines.store import Store, runs

EVERY = 10.0
"""Seconds between two beats."""


class Heartbeat:
    """Beats in a daemon thread within a `with` block, on connections of its own.

    Args:
        store: Where it is told.
        run_id: Whose life it is: a run's, or what else `tell` takes.
        tell: Writes one beat.
    """

    def __init__(
        self, store: Store, run_id: str, tell: Callable[[psycopg.Connection, str], None] = runs.heartbeat
    ) -> None:
        self._store, self._run_id, self._tell = store, run_id, tell
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def _beat(self) -> None:
        while not self._stop.wait(EVERY):
            try:
                with self._store.connect(autocommit=True) as connection:
                    self._tell(connection, self._run_id)
            except (psycopg.Error, CdpError):  # the run itself will notice a store that is gone
                continue

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join(timeout=1)
