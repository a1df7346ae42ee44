"""An amount of the order, shared among its line items so that the shares add up to it exactly."""

import numpy as np

from cdp_pipelines.mappings.money import smallest_unit

_LARGEST = 2**62


def share(amounts: np.ndarray, weights: np.ndarray, bounds: np.ndarray, take: np.ndarray | None = None) -> np.ndarray:
    """Share amounts by the method of the largest remainder; of equal remainders the earlier row's counts as larger.

    Args:
        amounts: What is shared, one amount per order, int64 in the smallest unit that a share may have.
        weights: One weight per row, int64; negative ones count as 0. Where an order's weights are all 0, its rows
            share equally.
        bounds: Order number n is rows `bounds[n]` to `bounds[n + 1]`, one row at least.
        take: Which rows take part; None for all. An order of which none does shares among all of its rows.

    Returns:
        One share per row, int64, 0 in rows that take no part.
    """
    starts, sizes = bounds[:-1], np.diff(bounds)
    order = np.repeat(np.arange(len(sizes)), sizes)
    part = np.ones(len(weights), bool) if take is None else take
    part = part | ~np.maximum.reduceat(part, starts)[order]
    weights = np.where(part, np.maximum(weights, 0), 0)
    weights = np.where(np.add.reduceat(weights, starts)[order] > 0, weights, part.astype(np.int64))
    shares, remainders = _proportional(np.abs(amounts)[order], weights, np.add.reduceat(weights, starts)[order])
    left = np.abs(amounts) - np.add.reduceat(shares, starts)
    ranked = np.lexsort((np.arange(len(order)), -remainders, order))
    rank = np.empty(len(order), np.int64)
    rank[ranked] = np.arange(len(order)) - starts[order]
    return (shares + (rank < left[order])) * np.sign(amounts)[order]


def share_to_the_cent(
    units: np.ndarray, weights: np.ndarray, bounds: np.ndarray, take: np.ndarray | None = None
) -> np.ndarray:
    """Share amounts in `money.UNIT`s as `share` does, in whole cents where an order's amount is."""
    unit = smallest_unit(units)
    return share(units // unit, weights, bounds, take) * np.repeat(unit, np.diff(bounds))


def _proportional(amounts: np.ndarray, weights: np.ndarray, totals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return quotient and remainder (or its rank) of amounts times weights by totals, whatever their size."""
    largest = int(amounts.max(initial=0)) * int(weights.max(initial=0))
    if largest < _LARGEST:
        return np.divmod(amounts * weights, totals)
    pairs = [divmod(a * w, t) for a, w, t in zip(amounts.tolist(), weights.tolist(), totals.tolist(), strict=True)]
    shares, remainders = zip(*pairs, strict=True)
    _, ranks = np.unique(np.array(remainders, object), return_inverse=True)
    return np.array(shares, np.int64), ranks
