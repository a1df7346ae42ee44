"""What applied files must come to, worked out by a few lines that share nothing with the product."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cdp_pipelines_tests.scenarios.nights.exports import Content, Export

Version = tuple[datetime, datetime, datetime]
"""What makes a statement newer than another one: lastUpdated or the day's end, the day's end, the file's time (D23)."""


@dataclass(frozen=True)
class Applied:
    """A file of the ledger: what it holds, and when it was changed at its source."""

    export: Export
    modified: datetime


@dataclass
class Replayed:
    """Each order's content in the end, and the events about it in their order."""

    orders: dict[str, Content]
    events: dict[str, list[tuple[str, Content]]]


def replay(files: Iterable[Applied]) -> Replayed:
    """Apply files one after the other."""
    known: dict[str, tuple[Version, Content]] = {}
    events: dict[str, list[tuple[str, Content]]] = defaultdict(list)
    for file in files:
        for one in file.export.statements():
            version = (one.updated or file.export.end, file.export.end, file.modified)
            before = known.get(one.order_id)
            if before and one.content == before[1]:
                known[one.order_id] = (max(version, before[0]), one.content)
            elif before is None or version > before[0]:
                known[one.order_id] = (version, one.content)
                events[one.order_id].append(("orderUpdate" if before else "orderPlace", one.content))
    return Replayed({order_id: content for order_id, (_, content) in known.items()}, dict(events))
