"""What every source has in common: the file it found, the file it delivered, and the two calls that lead there."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

CHUNK = 1 << 20
"""Bytes read at once; larger ones gained nothing when 210 MB were copied and hashed."""
SETTLED = 2.0
"""Seconds without a change after which a modification time can be trusted.

Times have a grain (one second in HTTP, some milliseconds in a folder): a file that was written twice within it
looks the same both times.
"""


@dataclass(frozen=True)
class Found:
    """One file that a source offers.

    Attributes:
        uri: Full address: an absolute path, or a URL. May hold a secret in its query: show `shown(uri)` to people.
        size: Bytes as stored, None if unknown.
        modified_at: Last change, aware and in UTC, None if unknown.
        version: Changes when the content may have changed; empty if the source says nothing.
    """

    uri: str
    size: int | None
    modified_at: datetime | None
    version: str


@dataclass(frozen=True)
class Fetched:
    """One file as it was read, completely.

    Attributes:
        found: The file as it was at that moment.
        bytes: Bytes written to the target.
        sha256: Hex digest of those bytes.
        completeness: How it was verified that nothing is missing, a short stable phrase.
        known: What to pass to the next `fetch` so that an unchanged file isn't read again; empty if the source
            can't tell.
    """

    found: Found
    bytes: int
    sha256: str
    completeness: str
    known: str = ""


class Source(Protocol):
    """A place where files come from."""

    def list(self, uri: str) -> list[Found]:
        """Return the files at `uri`, whose placeholders are filled in, sorted by address; raise SourceError if none."""
        ...

    def fetch(self, found: Found, target: BinaryIO, known: str = "") -> Fetched | None:
        """Write all bytes of the file to `target`, which is empty and seekable.

        Args:
            found: A file from `list`; it may have changed since, what counts is its state now.
            target: Receives the bytes as stored; its own errors are raised as they are.
            known: `Fetched.known` of a copy that the caller still has.

        Returns:
            What was read, or None if the file still is the one that `known` stands for (nothing is written then).

        Raises:
            SourceError: It is missing, unreadable, incomplete, or changed while it was read.
        """
        ...


def copy(chunks: Iterable[bytes], target: BinaryIO) -> tuple[int, str]:
    """Write the chunks to `target`, and return the number of bytes and their sha256 as hex."""
    size, digest = 0, hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
        target.write(chunk)
        size += len(chunk)
    return size, digest.hexdigest()
