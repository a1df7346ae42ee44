"""Files in folders of this machine, read so that a file which changes meanwhile is noticed.

Whoever writes the file knows nothing of us: there is no lock to take. So its inode, size and modification time are
compared before and after, and the bytes are counted.
"""

import glob
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from cdp_pipelines.errors import NoFileError, SourceError
from cdp_pipelines.sources.addresses import local_path
from cdp_pipelines.sources.files import CHUNK, SETTLED, Fetched, Found, copy
from cdp_pipelines.sources.patterns import MARKERS, is_finished


class LocalFiles:
    """Files by path or by pattern with `*`.

    Args:
        folder: Where relative paths start.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def list(self, uri: str) -> list[Found]:
        """Return the file of this path, or those that match a pattern, sorted by path.

        A pattern's `*` stands for any text within one name, not beginning with a dot. Folders, unfinished uploads
        (`patterns.UNFINISHED`) and markers are left out, unless the pattern names the ending.
        """
        path = local_path(uri, self._folder)
        if "*" not in uri:
            return [_found(path, _status(path))]
        matches = [found for name in _matches(str(path)) if (found := _regular(Path(name)))]
        if not matches:
            raise _nothing(path)
        return sorted(matches, key=lambda found: found.uri)

    def fetch(self, found: Found, target: BinaryIO, known: str = "") -> Fetched | None:
        """Write the file's bytes to `target`; None if it is the one that `known` stands for."""
        path = Path(found.uri)
        with _opened(path) as descriptor:
            before = os.fstat(descriptor)
            if known and known == _known(before):
                return None
            size, digest = copy(_chunks(path, descriptor), target)
            if size != before.st_size or _changed(path, descriptor, before):
                raise SourceError(f"{path} changed while it was read; run again when it's complete.")
            return Fetched(_found(path, before), size, digest, "size matches", _known(before))


def _matches(pattern: str) -> Iterator[str]:
    # Only * is a wildcard: names with [1] or ? in them are common enough.
    escaped = "*".join(glob.escape(part) for part in pattern.split("*"))
    for name in glob.iglob(escaped):  # noqa: PTH207 - pathlib's * also finds names that begin with a dot
        if is_finished(name, pattern) and Path(name).name not in MARKERS:
            yield name


def _nothing(pattern: Path) -> SourceError:
    folder = Path(os.path.dirname(str(pattern).split("*", 1)[0]))  # noqa: PTH120 - Path drops a slash before the *
    if not folder.is_dir():
        return SourceError(f"No file matches {pattern}, since there is no folder {folder}; check the path.")
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        return _unreadable(folder, error)
    return NoFileError(f"No file matches {pattern}; check the pattern, or wait until the export is written.")


def _regular(path: Path) -> Found | None:
    try:
        status = path.stat()
    except FileNotFoundError:  # removed since the folder was read, or a link that leads nowhere
        return None
    except OSError as error:
        raise _unreadable(path, error) from None
    return _found(path, status) if stat.S_ISREG(status.st_mode) else None


def _status(path: Path) -> os.stat_result:
    try:
        return _only_file(path, path.stat())
    except OSError as error:
        raise _unreadable(path, error) from None


def _only_file(path: Path, status: os.stat_result) -> os.stat_result:
    if stat.S_ISDIR(status.st_mode):
        raise SourceError(f"{path} is a folder; name a file in it, or add /* for all of its files.")
    if not stat.S_ISREG(status.st_mode):
        raise SourceError(f"{path} is no regular file but a device, pipe or socket; name a file.")
    return status


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    try:
        # Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _unreadable(path, error) from None
    try:
        _only_file(path, os.fstat(descriptor))
        yield descriptor
    finally:
        os.close(descriptor)


def _chunks(path: Path, descriptor: int) -> Iterator[bytes]:
    try:
        while chunk := os.read(descriptor, CHUNK):
            yield chunk
    except OSError as error:
        raise _unreadable(path, error) from None


def _changed(path: Path, descriptor: int, before: os.stat_result) -> bool:
    try:
        return any(version_of(now) != version_of(before) for now in (os.fstat(descriptor), path.stat()))
    except FileNotFoundError:
        return True


def _unreadable(path: Path, error: OSError) -> SourceError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        # A folder that is gone may be a disk that is not mounted.
        missing = NoFileError if path.parent.is_dir() else SourceError
        return missing(f"No file at {path}; check the path, or wait until the export is written.")
    if isinstance(error, PermissionError):
        return SourceError(f"{path} may not be read by this user; grant read permission to it and its folders.")
    return SourceError(f"{path} can't be read: {error.strerror or error}.")


def _found(path: Path, status: os.stat_result) -> Found:
    modified_at = datetime.fromtimestamp(status.st_mtime, UTC)
    return Found(str(path), status.st_size, modified_at, version_of(status))


def version_of(status: os.stat_result) -> str:
    """Return what tells this state of a file from others."""
    return f"{status.st_mtime_ns}-{status.st_size}-{status.st_ino}"


def _known(status: os.stat_result) -> str:
    """Return what tells this state of the file from any other, or nothing if it changed a moment ago.

    The time of the last status change is in it, since copying tools set a file's modification time back.
    """
    if time.time() - max(status.st_mtime, status.st_ctime) < SETTLED:
        return ""
    return f"{version_of(status)}-{status.st_ctime_ns}-{status.st_dev}"
