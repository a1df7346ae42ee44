"""Rows -> orders, by the order ids of neighbouring rows; and whether a column tells of the order or of a line.

What is the same in all rows of an order, or stands in its first row alone, and differs between orders, belongs to the
order. What differs within orders belongs to its lines. A file of one row per order tells neither.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from cdp_pipelines.suggestions.shapes import Column

_FEW = 3
"""Orders of several rows below which sameness may be chance."""


@dataclass(frozen=True)
class Groups:
    """The orders of a sample: where each begins and ends among the rows."""

    borders: tuple[tuple[int, int], ...]

    @property
    def several(self) -> list[tuple[int, int]]:
        """The orders of more than one row."""
        return [(start, end) for start, end in self.borders if end - start > 1]

    @property
    def longest(self) -> int:
        """Rows of the longest order."""
        return max((end - start for start, end in self.borders), default=0)

    def level(self, column: Column) -> str:
        """Return what a column tells of: `order`, `line`, or `unknown`."""
        same = [self._same(column, start, end) for start, end in self.several]
        if not same or not column.values:
            return "unknown"
        if sum(same) < 0.9 * len(same):
            return "line"
        firsts_only = all(not any(column.cells[start + 1 : end]) for start, end in self.several)
        if firsts_only or (len(same) >= _FEW and len(column.values) > 1):
            return "order"
        return "unknown"

    def _same(self, column: Column, start: int, end: int) -> bool:
        first = column.cells[start]
        return all(cell in ("", first) for cell in column.cells[start + 1 : end])


def groups_of(ids: Column) -> Groups:
    """Return the orders that neighbouring equal ids make."""
    borders, place = [], 0
    for _, rows in groupby(ids.cells):
        length = len(list(rows))
        borders.append((place, place + length))
        place += length
    return Groups(tuple(borders))


def repetition(column: Column) -> tuple[float, float]:
    """Return which share of rows repeats the row above, and which share of values comes back after other ones."""
    runs = Counter(cell for cell, _ in groupby(column.cells))
    total = sum(runs.values())
    if not total:
        return 0.0, 0.0
    return 1 - total / len(column.cells), sum(count > 1 for count in runs.values()) / len(runs)
