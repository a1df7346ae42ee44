"""The archive of files on an SFTP server: another folder of that server."""

import posixpath
from contextlib import suppress

import paramiko

from cdp_pipelines.errors import SourceError
from cdp_pipelines.sources.addresses import sftp_place
from cdp_pipelines.sources.archive_names import archive_address, changed, free_name
from cdp_pipelines.sources.sftp import version_of
from cdp_pipelines.sources.sftp_connection import connected
from cdp_pipelines.sources.spec import SftpSource


class SftpArchive:
    """Renames files on the server.

    With `rename`, which refuses to replace a file; `posix_rename` would replace it.

    Args:
        spec: Who the server is, and who asks.
        folder: The archive, relative to each file or absolute.
    """

    def __init__(self, spec: SftpSource, folder: str) -> None:
        self._spec, self._folder = spec, folder

    def take(self, uri: str, version: str) -> None:
        """Move a file into the archive."""
        host, port, path = sftp_place(uri)
        wanted = sftp_place(archive_address(uri, self._folder))[2]
        with connected(self._spec, host, port) as session:
            try:
                if not _is_there(session, path):
                    return
                if version_of(session.lstat(path)) != version:
                    raise changed(uri)
                _make(session, posixpath.dirname(wanted))
                target = free_name(wanted, lambda name: not _is_there(session, name))
                session.rename(path, target)
                if version_of(session.lstat(target)) != version:
                    session.rename(target, path)
                    raise changed(uri)
            except (OSError, EOFError, paramiko.SSHException):
                place = posixpath.dirname(wanted)
                raise SourceError(
                    f"{uri} can't be moved to {place} on the server, so it stays; let its user write and rename there."
                ) from None


def _make(session: paramiko.SFTPClient, folder: str) -> None:
    if folder == "/" or _is_there(session, folder):
        return
    _make(session, posixpath.dirname(folder))
    with suppress(OSError):  # somebody else was first; if not, the move says so
        session.mkdir(folder)


def _is_there(session: paramiko.SFTPClient, path: str) -> bool:
    try:
        session.lstat(path)
    except FileNotFoundError:
        return False
    return True
