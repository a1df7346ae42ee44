"""A shop's nightly export: one gzipped Kevel order CSV per day, with what was ordered or changed on that day.

The same arguments give the same rows. A few orders are exported wrongly on purpose, so that issues can be seen; their
next change is exported well. Three nights are late: their files are meant to be imported after all others.
"""

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from cdp_pipelines.demo.dirt import spoil
from cdp_pipelines.demo.rows import COLUMNS, FEED_COLUMNS, Row, rows
from cdp_pipelines.demo.shop import LIFE_DAYS, Order, order

FIRST_DAY = date(2026, 1, 1)
LATE = (17, 36, 51)
COUNT = 60


@dataclass(frozen=True)
class SampleShop:
    """A shop whose import is `demo/<name>`.

    `known_by_id` shops leave out what a product feed knows; on the `damaged` night, if there is one, half of the file
    arrives at first.
    """

    name: str
    orders: int
    seed: int
    known_by_id: bool = False
    damaged: int | None = None


SHOPS = (
    SampleShop("orders", orders=14_000, seed=7),
    SampleShop("outlet", orders=4_000, seed=8, damaged=40),
    SampleShop("tills", orders=2_000, seed=9, known_by_id=True),
)


@dataclass(frozen=True)
class Night:
    """One file of an export.

    `content` is the gzipped CSV, `late` says that it arrives after all others, `damaged` that half of it arrives first.
    """

    day: date
    content: bytes
    late: bool
    shop: str = "orders"
    damaged: bool = False

    @property
    def partition(self) -> str:
        """The day as a partition's key."""
        return self.day.isoformat()

    @property
    def name(self) -> str:
        """The file's name."""
        return f"{self.shop}-{self.partition}.csv.gz"


def shop_nights(shop: SampleShop, count: int = COUNT) -> Iterator[Night]:
    """Yield the nights of a shop."""
    for index, night in enumerate(nights(shop.orders, count, seed=shop.seed, known_by_id=shop.known_by_id)):
        yield replace(night, shop=shop.name, damaged=index == shop.damaged)


def nights(
    orders: int, count: int = COUNT, first: date = FIRST_DAY, seed: int = 7, known_by_id: bool = False
) -> Iterator[Night]:
    """Yield `count` nights from `first` on, over which `orders` orders are placed evenly."""
    columns = tuple(name for name in COLUMNS if not (known_by_id and name in FEED_COLUMNS))
    start = datetime.combine(first, time(), UTC)
    known: list[Order] = []
    for index in range(count):
        midnight = start + timedelta(days=index)
        numbers = range(index * orders // count, (index + 1) * orders // count)
        known = [old for old in known if old.changes[0].at > midnight - timedelta(days=LIFE_DAYS)]
        known += [order(number, midnight, customers=max(1, orders // 4), seed=seed) for number in numbers]
        export = spoil(index, [rows(changed, change) for changed in known if (change := changed.change_on(midnight))])
        yield Night(midnight.date(), _gzipped(export, columns), late=index in LATE)


def _gzipped(orders: Iterable[list[Row]], columns: Sequence[str]) -> bytes:
    """Return these columns of the rows as gzipped CSV, whose header tells no time: equal rows are equal bytes."""
    text = io.StringIO(newline="")
    writer: csv.DictWriter[str] = csv.DictWriter(text, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for one in orders:
        writer.writerows(one)
    return gzip.compress(text.getvalue().encode(), compresslevel=6, mtime=0)
