"""What has arrived of one file, over several attempts at reading it, and a pace below which an attempt is over."""

import hashlib
import time
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cdp_pipelines.sources.retries import TemporaryError

SLOWEST = 100
"""Bytes per second below which a body counts as stalled; a byte now and then would keep a run busy for days."""


class Partial:
    """The first bytes of a file, to which a later attempt may add as long as the source still has the same file.

    Attributes:
        size: Bytes so far.
        version: What the source calls the state of the file that they belong to; empty if it can't be asked for.

    Args:
        target: Receives the bytes; empty and seekable.
    """

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self.restart("")

    def restart(self, version: str) -> None:
        """Forget what has arrived; what comes now belongs to `version`."""
        self._target.seek(0)
        self._target.truncate()
        self.size, self.version = 0, version
        self._sha256 = hashlib.sha256()

    def take(self, chunks: Iterable[bytes]) -> None:
        """Add the chunks."""
        for chunk in chunks:
            self._sha256.update(chunk)
            self._target.write(chunk)
            self.size += len(chunk)

    @property
    def sha256(self) -> str:
        """Hex digest of all bytes so far."""
        return self._sha256.hexdigest()


def paced(chunks: Iterable[bytes], where: str, timeout: float) -> Iterator[bytes]:
    """Yield the chunks; TemporaryError if for `timeout` seconds fewer than `SLOWEST` bytes per second arrive."""
    started, received = time.monotonic(), 0
    for chunk in chunks:
        yield chunk
        received += len(chunk)
        elapsed = time.monotonic() - started
        if elapsed >= timeout:
            if received < SLOWEST * elapsed:
                raise TemporaryError(f"{where} sends less than {SLOWEST} bytes per second; run again later.")
            started, received = time.monotonic(), 0
