"""Files on their way in or out, in a folder that all processes of a machine share.

Each writer holds a lock on its unfinished file that dies with it, which tells what a killed one left behind.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Literal
from uuid import uuid4

from cdp_pipelines.errors import SourceError


class Incoming:
    """Unfinished files under one folder, made private (mode 700, files 600).

    Args:
        root: The folder; unfinished files lie in `incoming/`.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = root / "incoming"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes of this machine away; held for moments, never while bytes are transferred."""
        make_private(self._root)
        with _open_private(self._root / "lock", "ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def file(self) -> Iterator[BinaryIO]:
        """Give an empty file, which is removed at the end unless it was moved away."""
        make_private(self._folder)
        with self.locked():
            self._sweep()
            file = _open_private(self._folder / uuid4().hex, "xb+")
            fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield file
        finally:
            Path(file.name).unlink(missing_ok=True)
            # What was needed is on the disk by now; a full one fails here once more with the rest of the buffer.
            with suppress(OSError):
                file.close()

    def require_room(self, size: int) -> None:
        """Raise OSError if a file of this size can't fit."""
        make_private(self._root)
        if size > shutil.disk_usage(self._root).free:
            raise OSError(errno.ENOSPC, "No space left on device")

    @contextmanager
    def disk_errors(self) -> Iterator[None]:
        """Put what the disk fails with into one sentence."""
        try:
            yield
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                message = "is full; free some space or set CDP_HOME to another disk, then run again."
                raise SourceError(f"The disk of {self._root} {message}") from error
            message = f"({error.strerror or type(error).__name__}); make it readable and writable for this user."
            raise SourceError(f"Files can't be kept in {self._root} {message}") from error

    def _sweep(self) -> None:
        """Remove what killed writers left: files that nobody holds a lock on."""
        for path in self._folder.iterdir():
            # Not there: its writer is done with it. Blocked: its writer lives.
            with suppress(FileNotFoundError, BlockingIOError), path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()


def make_private(folder: Path) -> None:
    """Make the folder and its missing parents with mode 700; those that stand stay as they are."""
    if not folder.is_dir():
        make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _open_private(path: Path, mode: Literal["ab", "xb+"]) -> BinaryIO:
    return open(path, mode, opener=lambda name, flags: os.open(name, flags, 0o600))
