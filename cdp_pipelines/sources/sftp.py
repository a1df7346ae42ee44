"""Files on SFTP servers, read so that a file which changes meanwhile is noticed.

A server states nothing of a file but its size and the second of its last change. Both are compared before and after,
and the bytes are counted. Links are refused, and so is a folder that a pattern finds behind one: whoever may upload
could lead us to any file that the server's user may read.
"""

import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import BinaryIO
from weakref import WeakMethod

import paramiko

from cdp_pipelines.errors import ConfigurationError, NoFileError, SourceError
from cdp_pipelines.sources.addresses import sftp_place, shown
from cdp_pipelines.sources.files import SETTLED, Fetched, Found
from cdp_pipelines.sources.partial import Partial, paced
from cdp_pipelines.sources.patterns import name_matcher
from cdp_pipelines.sources.retries import TemporaryError, try_again
from cdp_pipelines.sources.sftp_connection import connected
from cdp_pipelines.sources.spec import SftpSource

_REQUEST = 1 << 15
"""Bytes per request, which is what every server can answer at once."""
_AHEAD = 128
"""Requests that are on their way at once: 4 MB, which fills a line of 40 MB/s over 100 ms."""

_SENDS = "_prefetch_thread"
"""What the library runs in a thread to send requests."""


class SftpFiles:
    """Files by path or by pattern with `*`.

    Args:
        spec: Who the server is and who asks, timeout and attempts.
        pause: Waits between two attempts, in seconds.
    """

    def __init__(self, spec: SftpSource, pause: Callable[[float], None] = time.sleep) -> None:
        self._spec = spec
        self._pause = pause

    def list(self, uri: str) -> list[Found]:
        """Return the file of this path, or those that match a pattern, sorted by address."""
        found = try_again(lambda: self._listed(uri), self._spec.attempts, self._pause)
        if not found:
            raise NoFileError(f"No file matches {uri}; check the pattern, or wait until the export is written.")
        return sorted(found, key=lambda one: one.uri)

    def fetch(self, found: Found, target: BinaryIO, known: str = "") -> Fetched | None:
        """Write the file's bytes to `target`, over as many attempts as it takes; None if it still is `known`."""
        partial = Partial(target)
        return try_again(lambda: self._read(found.uri, partial, known), self._spec.attempts, self._pause)

    def _listed(self, uri: str) -> Sequence[Found]:
        host, port, path = _place(uri)
        server = uri[: len(uri) - len(path)]
        with connected(self._spec, host, port) as session, self._asking(uri):
            if "*" not in path:
                return [_found(uri, _regular(session, path, uri))]
            return [_found(server + name, status) for name, status in _matching(session, "/", path[1:].split("/"))]

    def _read(self, uri: str, partial: Partial, known: str) -> Fetched | None:
        host, port, path = _place(uri)
        with connected(self._spec, host, port) as session:
            with self._asking(uri):
                status, now = _regular(session, path, uri), time.time()
            version = version_of(status)
            if known and known == version:
                return None
            if partial.version != version:
                partial.restart(version)
            self._take(session, path, uri, partial, status)
        settled = now - (status.st_mtime or now) >= SETTLED
        return Fetched(_found(uri, status), partial.size, partial.sha256, "size matches", version if settled else "")

    def _take(
        self, session: paramiko.SFTPClient, path: str, uri: str, partial: Partial, status: paramiko.SFTPAttributes
    ) -> None:
        """Read what is missing of the file; SourceError if it isn't the one of this status, before or after."""
        with self._asking(uri):
            file = session.open(path, "rb")  # closed with the session: asking for it could fail once more
            setattr(file, _SENDS, _quiet(WeakMethod(getattr(file, _SENDS))))
            same = version_of(file.stat()) == partial.version
        size = status.st_size or 0
        if same:
            partial.take(paced(self._chunks(file, partial.size, size, uri), uri, self._spec.timeout))
            with self._asking(uri):
                same = version_of(file.stat()) == version_of(_regular(session, path, uri)) == partial.version
        if not same or partial.size != size:
            raise SourceError(f"{uri} changed while it was read; run again when it's complete.")

    def _chunks(self, file: paramiko.SFTPFile, begin: int, end: int, uri: str) -> Iterator[bytes]:
        """Yield the bytes from `begin` to `end`, with several requests on their way at once."""
        with self._asking(uri):
            while begin < end:
                stop = min(end, begin + _AHEAD * _REQUEST)
                wanted = [(offset, min(_REQUEST, stop - offset)) for offset in range(begin, stop, _REQUEST)]
                for (_, length), chunk in zip(wanted, file.readv(wanted), strict=True):
                    yield chunk
                    if len(chunk) < length:  # the file became shorter
                        return
                begin = stop

    @contextmanager
    def _asking(self, uri: str) -> Iterator[None]:
        """Put what the server or the connection fails with into one sentence."""
        try:
            yield
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise _failure(error, uri, self._spec.timeout) from None


def _place(uri: str) -> tuple[str, int, str]:
    try:
        return sftp_place(uri)
    except ValueError as error:
        raise ConfigurationError(f"{shown(uri)} {error}.") from None


def _matching(
    session: paramiko.SFTPClient, folder: str, names: Sequence[str]
) -> Iterator[tuple[str, paramiko.SFTPAttributes]]:
    """Yield paths below `folder`, which ends with a slash, whose further names match, with what is known of them."""
    first, *rest = names
    if rest and "*" not in first:
        yield from _matching(session, f"{folder}{first}/", rest)
        return
    matches = name_matcher(first)
    for status in session.listdir_attr(folder):
        name = status.filename
        # A server may answer anything: a name that leads elsewhere is none.
        if "/" in name or name in (".", "..") or not matches(name):
            continue
        if rest and _is(stat.S_ISDIR, status):
            yield from _matching(session, f"{folder}{name}/", rest)
        elif not rest and _is(stat.S_ISREG, status):
            yield folder + name, status


def _regular(session: paramiko.SFTPClient, path: str, uri: str) -> paramiko.SFTPAttributes:
    status = session.lstat(path)
    if _is(stat.S_ISREG, status):
        return status
    if _is(stat.S_ISDIR, status):
        raise SourceError(f"{uri} is a folder; name a file in it, or add /* for all of its files.")
    raise SourceError(f"{uri} is a link or a device and no file; name the file that it stands for.")


def _is(kind: Callable[[int], bool], status: paramiko.SFTPAttributes) -> bool:
    return kind(status.st_mode or 0)


def _quiet(sends: WeakMethod[Callable[..., None]]) -> Callable[..., None]:
    """Keep the library's thread that sends requests from printing a traceback: reading tells that the line is down.

    Weak, so that a file is gone with its last use: one that lives to the interpreter's end fails there once more.
    """

    def call(*requests: object) -> None:
        send = sends()
        with suppress(OSError, EOFError, paramiko.SSHException):
            if send:
                send(*requests)

    return call


def version_of(status: paramiko.SFTPAttributes) -> str:
    """Return what tells this state of a file from others."""
    return f"{status.st_mtime}-{status.st_size}"


def _found(uri: str, status: paramiko.SFTPAttributes) -> Found:
    modified_at = None if status.st_mtime is None else datetime.fromtimestamp(status.st_mtime, UTC)
    return Found(uri, status.st_size, modified_at, version_of(status))


def _failure(error: Exception, uri: str, timeout: float) -> SourceError:
    if isinstance(error, FileNotFoundError):
        return NoFileError(f"No file at {uri}; check the path, or wait until the export is written.")
    if isinstance(error, PermissionError):
        return SourceError(f"{uri} may not be read by this user; grant read permission on the server.")
    if isinstance(error, TimeoutError):
        return TemporaryError(f"The server of {uri} sent nothing for {timeout:g} s; run again later.")
    return TemporaryError(f"The connection broke before {uri} was complete; run again later.")
