"""Tells the store, while a run is on, that its process is alive."""

import threading
from types import TracebackType
from typing import Self

import psycopg

from cdp_pipelines.errors import CdpError
from cdp_pipelines.store import Store, runs

EVERY = 10.0
"""Seconds between two beats."""


class Heartbeat:
    """Beats in a daemon thread within a `with` block, on connections of its own."""

    def __init__(self, store: Store, run_id: str) -> None:
        self._store, self._run_id = store, run_id
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def _beat(self) -> None:
        while not self._stop.wait(EVERY):
            try:
                with self._store.connect(autocommit=True) as connection:
                    runs.heartbeat(connection, self._run_id)
            except (psycopg.Error, CdpError):  # the run itself will notice a store that is gone
                continue

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join(timeout=1)
