"""What a shop delivers: the file of each day, and what goes wrong with it on the way to the folder."""

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from random import Random
from typing import Literal

from cdp_pipelines_tests.scenarios.shop import line, order, text

CATCH_UP_DAYS = 7
_STATUSES = ("placed", "paid", "fulfilled", "refunded", "cancelled")
_AGES = 4
_UNDATED = 2
_VARIANTS = {"plain": 62, "doubled": 6, "changed": 9, "damaged": 8, "growing": 5, "part": 8, "never": 2}
_LATENESS = ((70, 0.5, 2.0), (14, 3.0, 23.0), (14, 24.0, 24.0 * 6), (2, 24.0 * 9, 24.0 * 12))
"""Weight, and from how many to how many hours after the day's end the file comes."""

Content = tuple[str, str]
"""Status and total of an order of one line."""


@dataclass(frozen=True)
class Statement:
    """What a file says about an order; `updated` is None where the export states no lastUpdated."""

    order_id: str
    content: Content
    updated: datetime | None


@dataclass(frozen=True)
class Export:
    """One state of a day's file; a re-delivery with other content is the next revision."""

    start: datetime
    revision: int = 0

    @property
    def partition(self) -> str:
        """The day as a partition's key."""
        return f"{self.start:%Y-%m-%d}"

    @property
    def end(self) -> datetime:
        """The end of the day, from which on the file can come."""
        return self.start + timedelta(days=1)

    def statements(self) -> Iterator[Statement]:
        """Yield today's order, earlier ones with their changes, and orders of which nobody says when they changed."""
        updated = self.start + timedelta(hours=10, minutes=self.revision)
        for age in range(_AGES):
            placed = self.start - timedelta(days=age)
            total = f"{10 + self.revision if age == 0 else 10}.00"
            yield Statement(f"{placed:%Y-%m-%d}", (_STATUSES[age], total), updated)
        turn = self.start.toordinal() + self.revision
        for number in range(_UNDATED):
            yield Statement(f"undated-{number}", (_STATUSES[turn * (number + 1) // 2 % 3], "5.00"), None)

    @cached_property
    def content(self) -> bytes:
        """The bytes: gzipped, so that a part of them can be told from all."""
        orders = [
            order(
                one.order_id,
                line(status=one.content[0], total=one.content[1], subtotal=one.content[1], tax="0", shipping="0"),
                lastUpdated=f"{one.updated:%Y-%m-%dT%H:%M:%SZ}" if one.updated else "",
                userId=f"{one.order_id}@example.com",
            )
            for one in self.statements()
        ]
        return gzip.compress(text(orders).encode(), mtime=0)


Kind = Literal["whole", "again", "damaged", "growing", "part"]


@dataclass(frozen=True)
class Write:
    """A write to the shop's folder at a moment, under the time of change that the file then bears."""

    at: datetime
    export: Export
    kind: Kind
    content: bytes = field(repr=False)
    modified: datetime

    @property
    def name(self) -> str:
        """The name of the file; parts have an ending of their own."""
        return f"orders-{self.export.partition}.csv.gz" + (".part" if self.kind == "part" else "")

    @property
    def complete(self) -> bool:
        """Whether the file has come, right or wrong: it is not being written any more."""
        return self.kind not in ("growing", "part")

    @cached_property
    def sha256(self) -> str:
        """The digest by which the ledger knows it."""
        return hashlib.sha256(self.content).hexdigest()


def exports(random: Random, first: datetime, nights: int) -> Iterator[Write]:
    """Yield all writes of a shop, in no order of time.

    Now and then its exporter stands still for days, and then delivers them at once, all with the same time of change.
    """
    day = 0
    while day < nights:
        held = random.randint(2, 5) if random.random() < 0.02 else 1
        days = [first + timedelta(days=number) for number in range(day, min(day + held, nights))]
        if held > 1:
            at = days[-1] + timedelta(days=1, hours=random.uniform(0.5, 20))
            yield from (_write(Export(start), "whole", at, at) for start in days)
        else:
            yield from _one_day(random, Export(days[0]))
        day += held


def _one_day(random: Random, export: Export) -> Iterator[Write]:
    weights = [weight for weight, *_ in _LATENESS]
    _, earliest, latest = random.choices(_LATENESS, weights)[0]
    at = export.end + timedelta(hours=random.uniform(earliest, latest))
    variant = random.choices(list(_VARIANTS), list(_VARIANTS.values()))[0]
    if variant in _BEFORE:
        before = list(_BEFORE[variant](random, export, at))
        yield from before
        at = before[-1].at + timedelta(hours=random.uniform(1, 40 if variant == "damaged" else 4))
    if variant != "never":
        yield _whole(random, export, at)
    if variant in ("doubled", "changed"):
        yield from _after(random, export, at, variant)


def _whole(random: Random, export: Export, at: datetime, kind: Kind = "whole") -> Write:
    """The file as it should be; rarely with the time of a clock that is a year ahead."""
    ahead = timedelta(days=400) if random.random() < 0.01 else timedelta(minutes=-random.uniform(0, 30))
    return _write(export, kind, at, at + ahead)


def _write(export: Export, kind: Kind, at: datetime, modified: datetime, content: bytes | None = None) -> Write:
    return Write(at, export, kind, export.content if content is None else content, modified)


def _after(random: Random, export: Export, at: datetime, variant: str) -> Iterator[Write]:
    """The same bytes once more, or the corrected file, or one that is corrected again."""
    for revision in range(1, random.randint(2, 3)):
        at += timedelta(hours=random.uniform(1, 60))
        following = export if variant == "doubled" else Export(export.start, revision)
        yield _whole(random, following, at, "again" if variant == "doubled" else "whole")


def _damaged(random: Random, export: Export, at: datetime) -> Iterator[Write]:
    """Cut in transfer, empty, or another file under this name: something that must be refused."""
    whole = export.content
    cut = whole[: random.randint(20, len(whole) - 1)]
    other = gzip.compress(f"orderId\n{export.partition}\n".encode(), mtime=0)
    yield _write(export, "damaged", at, at, random.choice([cut, cut, b"", other]))


def _growing(random: Random, export: Export, at: datetime, kind: Kind = "growing") -> Iterator[Write]:
    """Written where it will stay, piece by piece."""
    for share in sorted(random.uniform(0.05, 0.95) for _ in range(random.randint(1, 3))):
        yield _write(export, kind, at, at, export.content[: int(len(export.content) * share)])
        at += timedelta(hours=random.uniform(0.2, 7))


def _part(random: Random, export: Export, at: datetime) -> Iterator[Write]:
    """Written under a name of its own until it is complete."""
    return _growing(random, export, at, "part")


_BEFORE = {"damaged": _damaged, "growing": _growing, "part": _part}
