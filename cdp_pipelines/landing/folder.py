"""A landing in a folder: copies named by the digest of their bytes, so that equal bytes lie there once.

A copy is either complete or absent: it is written under `incoming/`, flushed to the disk, and moved to its name.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cdp_pipelines.landing.incoming import Incoming, make_private


class FolderStorage:
    """Copies and records under one folder, made private (mode 700, files 600).

    Args:
        root: The folder, made when first needed.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = Incoming(root)
        self.incoming, self.locked = self._incoming.file, self._incoming.locked
        self.require_room, self.errors = self._incoming.require_room, self._incoming.disk_errors

    def has(self, sha256: str, size: int) -> bool:
        """Tell whether a copy with this digest is there in its full size."""
        try:
            return self._path_of(sha256).stat().st_size == size
        except FileNotFoundError:
            return False

    def keep(self, file: BinaryIO, sha256: str, size: int) -> None:  # noqa: ARG002 - of a file that lies here already
        """Make a complete incoming file the copy of its digest."""
        path = self._path_of(sha256)
        make_private(path.parent)
        Path(file.name).replace(path)
        _sync_folder(path.parent)

    @contextmanager
    def at_hand(self, sha256: str, size: int) -> Iterator[Path]:  # noqa: ARG002 - told by reading it
        """Give a copy as it lies there."""
        yield self._path_of(sha256)

    def remove(self, sha256: str) -> int:
        """Remove a copy under `locked`, and return how many files that were: 1, or 0 if it was gone."""
        try:
            self._path_of(sha256).unlink()
        except FileNotFoundError:
            return 0
        return 1

    def read(self, name: str) -> bytes | None:
        """Return a record, None if there is none."""
        try:
            return (self._root / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """Replace a record at once: a reader, or a process killed here, finds the old or the new one."""
        path = self._root / name
        make_private(path.parent)
        with self.incoming() as file:
            file.write(content)
            to_disk(file)
            Path(file.name).replace(path)

    def touch(self, name: str) -> None:
        """Set the time of an empty record to now, made if need be."""
        path = self._root / name
        make_private(path.parent)
        path.touch(mode=0o600)

    def has_record(self, name: str) -> bool:
        """Tell whether a record is there."""
        return (self._root / name).exists()

    def delete(self, name: str) -> None:
        """Remove a record, if it is there."""
        (self._root / name).unlink(missing_ok=True)

    def records(self, below: str) -> Iterator[tuple[str, float]]:
        """Yield the names of all records below a folder, and when they were written."""
        for path in (self._root / below).rglob("*"):
            if path.is_file():
                yield str(path.relative_to(self._root)), path.stat().st_mtime

    def names(self, below: str) -> Iterator[str]:
        """Yield the names in a folder."""
        return (path.name for path in (self._root / below).glob("*"))

    def _path_of(self, sha256: str) -> Path:
        """Return where the copy of these bytes is or would be; two letters a folder keep listings short."""
        return self._root / "content" / sha256[:2] / sha256


def to_disk(file: BinaryIO) -> None:
    """Flush the file so that it survives a loss of power."""
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Flush the folder's list of names to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
