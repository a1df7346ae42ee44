"""The shop's nightly export: one gzipped Kevel order CSV per day, with what was ordered or changed on that day.

The same arguments give the same rows. A few orders are exported wrongly on purpose, so that issues can be seen; their
next change is exported well. Three nights are late: their files are meant to be imported after all others.
"""

import csv
import gzip
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from cdp_pipelines.demo.dirt import spoil
from cdp_pipelines.demo.rows import COLUMNS, Row, rows
from cdp_pipelines.demo.shop import LIFE_DAYS, Order, order

FIRST_DAY = date(2026, 1, 1)
LATE = (17, 36, 51)


@dataclass(frozen=True)
class Night:
    """One file of the export: `content` is the gzipped CSV, `late` says that it arrives after all others."""

    day: date
    content: bytes
    late: bool

    @property
    def partition(self) -> str:
        """The day as a partition's key."""
        return self.day.isoformat()

    @property
    def name(self) -> str:
        """The file's name."""
        return f"orders-{self.partition}.csv.gz"


def nights(orders: int = 20_000, count: int = 60, first: date = FIRST_DAY, seed: int = 7) -> Iterator[Night]:
    """Yield `count` nights from `first` on, over which `orders` orders are placed evenly."""
    start = datetime.combine(first, time(), UTC)
    known: list[Order] = []
    for index in range(count):
        midnight = start + timedelta(days=index)
        numbers = range(index * orders // count, (index + 1) * orders // count)
        known = [old for old in known if old.changes[0].at > midnight - timedelta(days=LIFE_DAYS)]
        known += [order(number, midnight, customers=max(1, orders // 4), seed=seed) for number in numbers]
        export = spoil(index, [rows(changed, change) for changed in known if (change := changed.change_on(midnight))])
        yield Night(midnight.date(), _gzipped(export), late=index in LATE)


def _gzipped(orders: Iterable[list[Row]]) -> bytes:
    """Return the rows as gzipped CSV; the time in the gzip header is zero, so that equal rows are equal bytes."""
    text = io.StringIO(newline="")
    writer: csv.DictWriter[str] = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for one in orders:
        writer.writerows(one)
    return gzip.compress(text.getvalue().encode(), compresslevel=6, mtime=0)
