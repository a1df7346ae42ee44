"""Reading ahead in a thread of its own, so that reading, building and sending overlap."""

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

AHEAD = 2
"""Pieces that wait; more takes memory and gains nothing."""


class _End:
    """Closes a stream, with the error that ended it, if one did."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def ahead(pieces: Iterable[T]) -> Iterator[T]:
    """Yield pieces that a daemon thread takes from an iterable; its error is raised here, in its place."""
    waiting: queue.Queue[T | _End] = queue.Queue(AHEAD)
    stop = threading.Event()
    thread = threading.Thread(target=_fill, args=(pieces, waiting, stop), name="reader", daemon=True)
    thread.start()
    try:
        while not isinstance(piece := waiting.get(), _End):
            yield piece
        if piece.error is not None:
            raise piece.error
    finally:
        stop.set()
        _drain(waiting)
        thread.join()


def _fill(pieces: Iterable[T], waiting: "queue.Queue[T | _End]", stop: threading.Event) -> None:
    end = _End()
    try:
        for piece in pieces:
            waiting.put(piece)
            if stop.is_set():
                break
    except BaseException as error:  # noqa: BLE001 - handed to the consumer, who raises it
        end = _End(error)
    _put_end(waiting, end, stop)


def _put_end(waiting: "queue.Queue[T | _End]", end: _End, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            waiting.put(end, timeout=0.1)
        except queue.Full:
            continue
        return


def _drain(waiting: queue.Queue) -> None:
    """Make room for a thread that waits to put its piece, so that it sees the stop."""
    while True:
        try:
            waiting.get_nowait()
        except queue.Empty:
            return
