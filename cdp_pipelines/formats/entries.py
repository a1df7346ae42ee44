"""What the readers of feeds hand out: one entry after the other, readable or not."""

from dataclasses import dataclass
from typing import Any


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
