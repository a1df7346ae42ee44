"""The archive of files in a folder: another folder of the same disk."""

import errno
import os
import stat
from pathlib import Path

from cdp_pipelines.errors import SourceError
from cdp_pipelines.sources.archive_names import archive_address, changed, free_name
from cdp_pipelines.sources.local import version_of


class LocalArchive:
    """Renames files, so that each is at one place or the other at any moment.

    Args:
        folder: The archive, relative to each file or absolute.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def take(self, uri: str, version: str) -> None:
        """Move a file into the archive."""
        path, wanted = Path(uri), Path(archive_address(uri, self._folder))
        if not os.path.lexists(path):
            return
        try:
            if not _is_still(path, version):
                raise changed(uri)
            wanted.parent.mkdir(parents=True, exist_ok=True)
            target = Path(free_name(str(wanted), _reserved))
            _move(path, target, version)
        except OSError as error:
            raise SourceError(f"{uri} can't be moved to {wanted.parent} ({_reason(error)}), so it stays.") from None


def _is_still(path: Path, version: str) -> bool:
    status = path.lstat()
    return stat.S_ISREG(status.st_mode) and version_of(status) == version


def _reserved(name: str) -> bool:
    """Take a name by an empty file, which the move replaces: nobody else's file can come in between."""
    try:
        os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC))
    except FileExistsError:
        return False
    return True


def _move(path: Path, target: Path, version: str) -> None:
    try:
        path.replace(target)
    except OSError:
        target.unlink(missing_ok=True)
        raise
    if not _is_still(target, version) and _reserved(str(path)):
        # Replaced between the look and the move: what came in is put back, unread.
        target.replace(path)
        raise changed(str(path))


def _reason(error: OSError) -> str:
    if error.errno == errno.EXDEV:
        return "another disk: name an archive on the same one"
    return error.strerror or type(error).__name__
