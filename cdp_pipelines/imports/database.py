"""The one connection of a run, used by one thread in order, so that the client can go on while the server works."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

import psycopg

T = TypeVar("T")

WAITING = 3
"""Writes that may wait for the server; more takes memory and gains nothing."""


class Database:
    """Runs functions of a connection one after the other in a thread of its own; leave it to wait for all."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._writes: deque[Future] = deque()

    def ask(self, question: Callable[..., T], *arguments: object) -> "Future[T]":
        """Start a query behind what is already under way."""
        return self._thread.submit(question, self._connection, *arguments)

    def send(self, write: Callable[..., object], *arguments: object) -> None:
        """Start a write; wait for earlier ones if too many are under way, and raise what went wrong with them."""
        while len(self._writes) >= WAITING:
            self._writes.popleft().result()
        self._writes.append(self.ask(write, *arguments))

    def finish(self) -> None:
        """Wait for all writes; raise what went wrong."""
        while self._writes:
            self._writes.popleft().result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)
