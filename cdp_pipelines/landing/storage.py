"""What a place has to be able to do to hold a landing: whole copies by their digests, and small records by names."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol


class Storage(Protocol):
    """Copies and records, shared by all imports and processes.

    Names of records are made of letters, digits and the like, parted by slashes; none comes from outside as it is.
    """

    def incoming(self) -> AbstractContextManager[BinaryIO]:
        """Give an empty file of this machine, which is removed at the end unless it was made a copy."""
        ...

    def require_room(self, size: int) -> None:
        """Raise OSError if a file of this size can't fit, rather than fill the disk that the database may stand on."""
        ...

    def locked(self) -> AbstractContextManager[None]:
        """Keep other processes of this machine away; held for moments, never while bytes are transferred."""
        ...

    def has(self, sha256: str, size: int) -> bool:
        """Tell whether a copy with this digest is there in its full size."""
        ...

    def keep(self, file: BinaryIO, sha256: str, size: int) -> None:
        """Make a complete incoming file the copy of its digest."""
        ...

    def at_hand(self, sha256: str, size: int) -> AbstractContextManager[Path]:
        """Give a copy as a file of this machine, to be read only."""
        ...

    def remove(self, sha256: str) -> int:
        """Remove a copy under `locked`, and return how many that were: 1, or 0 if it was gone."""
        ...

    def read(self, name: str) -> bytes | None:
        """Return a record, None if there is none."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Replace a record at once: a reader, or a process killed here, finds the old or the new one."""
        ...

    def touch(self, name: str) -> None:
        """Set the time of an empty record to now, made if need be."""
        ...

    def has_record(self, name: str) -> bool:
        """Tell whether a record is there."""
        ...

    def delete(self, name: str) -> None:
        """Remove a record, if it is there."""
        ...

    def records(self, below: str) -> Iterator[tuple[str, float]]:
        """Yield the names of all records below a name that ends with a slash, and when they were written."""
        ...

    def names(self, below: str) -> Iterator[str]:
        """Yield what stands between a name that ends with a slash and the next one."""
        ...

    def errors(self) -> AbstractContextManager[None]:
        """Put what the place or its disk fails with into a SourceError that says what to do."""
        ...
