"""Scores of columns against targets -> the one-to-one assignment with the best total."""

from collections.abc import Mapping, Sequence


def assign(scores: Mapping[tuple[str, str], float]) -> dict[str, str]:
    """Return the column of each target that gets one, so that the sum of scores is as large as it can be.

    Of assignments that are as good the one that takes earlier columns is chosen.

    Args:
        scores: By target and column; pairs that are not there, or 0, are never chosen.
    """
    targets = list(dict.fromkeys(target for target, _ in scores))
    columns = list(dict.fromkeys(column for _, column in scores))
    # A target may stay without a column: each has a place of its own that is worth nothing.
    costs = [[-scores.get((target, column), 0.0) for column in columns] + [0.0] * len(targets) for target in targets]
    chosen = _cheapest(costs)
    return {
        target: columns[place]
        for target, place in zip(targets, chosen, strict=True)
        if place < len(columns) and scores.get((target, columns[place]), 0.0) > 0
    }


def _cheapest(costs: Sequence[Sequence[float]]) -> list[int]:
    """Return the place of each row in a cheapest assignment (the Hungarian method, shortest augmenting paths)."""
    width = len(costs[0]) if costs else 0
    row_prices, place_prices = [0.0] * len(costs), [0.0] * width
    holder = [-1] * width
    for row in range(len(costs)):
        _augment(row, costs, row_prices, place_prices, holder)
    found = [-1] * len(costs)
    for place, row in enumerate(holder):
        if row >= 0:
            found[row] = place
    return found


def _augment(
    row: int,
    costs: Sequence[Sequence[float]],
    row_prices: list[float],
    place_prices: list[float],
    holder: list[int],
) -> None:
    """Give one more row a place, moving others along the shortest path."""
    width = len(place_prices)
    distance, before, done = [float("inf")] * width, [-1] * width, [False] * width
    visited = [(row, 0.0)]
    here, travelled, last = row, 0.0, -1
    while True:
        for place in range(width):
            if done[place]:
                continue
            length = travelled + costs[here][place] - row_prices[here] - place_prices[place]
            if length < distance[place] - 1e-12:
                distance[place], before[place] = length, last
        last = min((place for place in range(width) if not done[place]), key=distance.__getitem__)
        travelled, done[last] = distance[last], True
        if holder[last] < 0:
            break
        here = holder[last]
        visited.append((here, travelled))
    end = distance[last]
    for place in range(width):
        if done[place]:
            place_prices[place] += distance[place] - end
    for one, at in visited:
        row_prices[one] += end - at
    while last >= 0:
        previous = before[last]
        holder[last] = holder[previous] if previous >= 0 else row
        last = previous
