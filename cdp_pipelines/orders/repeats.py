"""Orders whose rows are not consecutive: only their last group counts (K-025, D2).

A file is read on the belief that its orders are consecutive, which costs 8 bytes per order to watch. When that
turns out wrong the work is undone and the file scanned once for all its repeated orders.
"""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from cdp_pipelines.orders.groups import Groups


class RepeatedOrder(Exception):  # noqa: N818 - a signal between stages, never an error to the user
    """An order id came again after other orders."""


class Seen:
    """The orders seen so far, as 64-bit hashes in sorted runs of doubling length."""

    def __init__(self) -> None:
        self._runs: list[np.ndarray] = []

    def add(self, ids: pa.Array) -> bool:
        """Remember ids; return whether one of them was (or may have been) there before."""
        new = np.sort(hashes(ids))
        again = bool((new[1:] == new[:-1]).any()) or any(_overlap(run, new) for run in self._runs)
        while self._runs and len(self._runs[-1]) <= 2 * len(new):
            new = np.sort(np.concatenate((self._runs.pop(), new)), kind="stable")
        self._runs.append(new)
        return again


def _overlap(run: np.ndarray, new: np.ndarray) -> bool:
    places = np.minimum(np.searchsorted(run, new), len(run) - 1)
    return len(run) > 0 and bool((run[places] == new).any())


def hashes(ids: pa.Array) -> np.ndarray:
    """Return 64-bit hashes of ids, equal for equal ids within this process."""
    return np.fromiter(map(hash, ids.to_pylist()), np.int64, len(ids))


def superseded(first_scan: Iterable[Groups], second_scan: Iterable[Groups]) -> np.ndarray:
    """Return the numbers (in the file's order, from 0) of the groups that a later group of their order supersedes.

    The file is scanned twice: for the hashes that come again, then for the ids behind them, so that two ids of one
    hash are not taken for one order.
    """
    candidates = _repeated_hashes(first_scan)
    last: dict[str, int] = {}
    earlier: list[int] = []
    number = 0
    for groups in second_scan:
        names = hashes(groups.ids)
        for place in np.flatnonzero(np.isin(names, candidates)).tolist():
            order_id = groups.ids[place].as_py()
            if order_id in last:
                earlier.append(last[order_id])
            last[order_id] = number + place
        number += len(groups.ids)
    return np.array(sorted(earlier), np.int64)


def _repeated_hashes(scan: Iterable[Groups]) -> np.ndarray:
    parts = [hashes(groups.ids) for groups in scan]
    values, counts = np.unique(np.concatenate(parts) if parts else np.zeros(0, np.int64), return_counts=True)
    return values[counts > 1]
