"""Copies named by the digest of their bytes, so that equal bytes lie there once and no name comes from outside.

A copy is either complete or absent: it is written under `incoming/`, flushed to the disk, and moved to its name.
Each writer holds a lock on its unfinished file that dies with it, which tells what a killed one left behind.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Literal
from uuid import uuid4

from cdp_pipelines.landing.records import make_private


class Copies:
    """The copies in a folder, shared by all imports and processes.

    Args:
        root: The landing's folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"

    def path_of(self, sha256: str) -> Path:
        """Return where the copy of these bytes is or would be; two letters a folder keep listings short."""
        return self._root / "content" / sha256[:2] / sha256

    def has(self, sha256: str, size: int) -> bool:
        """Tell whether a copy with this digest is there in its full size."""
        try:
            return self.path_of(sha256).stat().st_size == size
        except FileNotFoundError:
            return False

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep others from adding and removing copies; held for moments, never while bytes are transferred."""
        make_private(self._root)
        with _open_private(self._root / "lock", "ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def incoming(self) -> Iterator[BinaryIO]:
        """Give an empty file to write to, which is removed at the end unless it was made a copy."""
        make_private(self._incoming)
        with self.locked():
            self._sweep()
            file = _open_private(self._incoming / uuid4().hex, "xb")
            fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield file
        finally:
            Path(file.name).unlink(missing_ok=True)
            # What was needed is on the disk by now; a full one fails here once more with the rest of the buffer.
            with suppress(OSError):
                file.close()

    def keep(self, file: BinaryIO, sha256: str, size: int) -> bool:
        """Make an incoming file, flushed by `to_disk`, the copy of its digest; False if one is there already.

        To be called under `locked`.
        """
        if self.has(sha256, size):
            return False
        path = self.path_of(sha256)
        make_private(path.parent)
        Path(file.name).replace(path)
        sync_folder(path.parent)
        return True

    def write(self, path: Path, content: bytes) -> None:
        """Replace a small file at once: a reader, or a process killed here, finds the old or the new one."""
        make_private(path.parent)
        with self.incoming() as file:
            file.write(content)
            to_disk(file)
            Path(file.name).replace(path)

    def remove(self, sha256: str) -> int:
        """Remove a copy under `locked`, and return how many files that were: 1, or 0 if it was gone."""
        try:
            self.path_of(sha256).unlink()
        except FileNotFoundError:
            return 0
        return 1

    def _sweep(self) -> None:
        """Remove what killed writers left: files that nobody holds a lock on."""
        for path in self._incoming.iterdir():
            # Not there: its writer is done with it. Blocked: its writer lives.
            with suppress(FileNotFoundError, BlockingIOError), path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()


def to_disk(file: BinaryIO) -> None:
    """Flush the file so that it survives a loss of power."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Flush the folder's list of names to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _open_private(path: Path, mode: Literal["ab", "xb"]) -> BinaryIO:
    return open(path, mode, opener=lambda name, flags: os.open(name, flags, 0o600))
