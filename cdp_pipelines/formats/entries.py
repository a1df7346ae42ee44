"""What the readers of feeds hand out: one entry after the other, readable or not."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from cdp_pipelines.formats.octets import LIMITS, Limits, Octets, open_octets


@dataclass(frozen=True)
class Entry:
    """One entry of a feed.

    Attributes:
        line: Physical line on which it begins, counted from 1.
        values: Its fields by name; empty where it cannot be read.
        fault: Code of what makes it unreadable, a key of `issues.CODES`.
        raw: What stood there, for the quarantine.
    """

    line: int
    values: dict[str, Any]
    fault: str | None = None
    raw: str = ""


class FeedReader:
    """What readers of feeds share: the file, unpacked while it is read; a context manager.

    Args:
        path: Where the file lies.
        compression: How it is packed, as `open_octets` takes it.
        name: Its name where it came from.
        limits: What its unpacked bytes must keep to.
    """

    def __init__(self, path: Path, compression: str, name: str = "", limits: Limits = LIMITS) -> None:
        self._octets: Octets = open_octets(path, compression, name, limits)

    @property
    def compression(self) -> str:
        """How the file is packed."""
        return self._octets.compression

    @property
    def bytes_read(self) -> int:
        """Bytes of the file as it lies on disk that were read so far."""
        return self._octets.bytes_read

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._octets.__exit__(None, None, None)
