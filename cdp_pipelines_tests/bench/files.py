"""The sample files: a shop's first export, the one of the next night, and one that says nothing new."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cdp_pipelines_tests.bench.draws import Draws
from cdp_pipelines_tests.bench.orders import COLUMNS, Batch, order_sizes, written

SEED = 20260101
CHANGED, NEW = 0.03, 0.02
NEW_ORDERS_FROM = 500_000_000
"""New orders have numbers of their own, so that they are new to a store that knows a longer first file too."""
ORDERS_PER_BATCH = 25_000


@dataclass(frozen=True)
class SampleFile:
    """A file on disk and what its import must report.

    Args:
        path: Where the file is.
        rows: Line items in it.
        orders: Orders in it.
        new: Orders that no earlier file had.
        changed: Orders that differ from the first file's.
    """

    path: Path
    rows: int
    orders: int
    new: int
    changed: int

    @property
    def bytes(self) -> int:
        """The file's size."""
        return self.path.stat().st_size


def order_count(lines: int, seed: int = SEED) -> int:
    """Return how many whole orders have at least this many lines together."""
    sizes = order_sizes(Draws(seed), np.arange(lines))
    return int(np.searchsorted(np.cumsum(sizes), lines)) + 1


def make_first(path: Path, lines: int, seed: int = SEED) -> SampleFile:
    """Write a shop's first export with `lines` lines, the last order completed; all of it is new."""
    numbers = np.arange(order_count(lines, seed))
    rows = write_orders(path, numbers, np.zeros(len(numbers), bool), seed)
    return SampleFile(path, rows, len(numbers), new=len(numbers), changed=0)


def make_nightly(path: Path, lines: int, seed: int = SEED, changed: float = CHANGED, new: float = NEW) -> SampleFile:
    """Write the export of the next night: the first one's orders, a share of them changed, and new ones after them."""
    known = np.arange(order_count(lines, seed))
    differs = Draws(seed).chance(changed, "changed", known)
    added = NEW_ORDERS_FROM + np.arange(round(new * len(known)))
    numbers = np.concatenate([known, added])
    rows = write_orders(path, numbers, np.concatenate([differs, np.zeros(len(added), bool)]), seed)
    return SampleFile(path, rows, len(numbers), new=len(added), changed=int(differs.sum()))


def make_same(path: Path, lines: int, seed: int = SEED) -> SampleFile:
    """Write the first file without its first order: other bytes, so it is read, and not one order has changed."""
    numbers = np.arange(1, order_count(lines, seed))
    rows = write_orders(path, numbers, np.zeros(len(numbers), bool), seed)
    return SampleFile(path, rows, len(numbers), new=0, changed=0)


def write_orders(path: Path, numbers: np.ndarray, changed: np.ndarray, seed: int) -> int:
    """Write a file of these orders and return how many lines it has."""
    draws, rows = Draws(seed), 0
    with path.open("wb") as file:
        file.write(",".join(COLUMNS).encode() + b"\n")
        for start in range(0, len(numbers), ORDERS_PER_BATCH):
            part = slice(start, start + ORDERS_PER_BATCH)
            lines = Batch(draws, numbers[part], changed[part]).lines()
            file.write(written(lines))
            rows += len(lines)
    return rows
