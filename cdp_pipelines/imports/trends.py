"""What a report looks like in pictures: rows by outcome over the import's last runs, orders by day of this one."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from cdp_pipelines.imports.plots import Bar, Plot
from cdp_pipelines.imports.report import Report
from cdp_pipelines.store import Store, runs

RUNS = 30
"""Runs that the picture of an import's outcomes shows."""

BARS = 100
"""Bars that can be told apart: more days are shown as months, more months as years."""

OUTCOMES = {
    "added": "#2da44e",
    "updated": "#0969da",
    "unchanged": "#afb8c1",
    "stale": "#8250df",
    "superseded": "#bf8700",
    "skipped": "#d8dee4",
    "rejected": "#cf222e",
}
"""Colours of outcomes, from the bottom of a bar up."""


def plots(report: Report, store: Store) -> list[Plot]:
    """Return the pictures of a run that has ended; those with nothing to show are left out.

    Raises:
        StoreError: The store cannot be reached.
    """
    found = [outcomes_of_runs(report, store), orders_by_day(report)]
    return [plot for plot in found if any(bar.height or bar.failed for bar in plot.bars)]


def outcomes_of_runs(report: Report, store: Store) -> Plot:
    """Return rows by outcome of the import's latest runs, the oldest first; a run that applied nothing is a cross."""
    with store.connect(autocommit=True) as connection:
        latest = runs.latest_outcomes(connection, report.import_name, report.site, RUNS)
    bars = [_outcome_bar(one) for one in reversed(latest)]
    return Plot(f"Rows by outcome, last {len(bars)} runs" if len(bars) > 1 else "Rows by outcome", bars, OUTCOMES)


def _outcome_bar(run: runs.Ended) -> Bar:
    label = run.partition or f"{run.started_at:%Y-%m-%d %H:%M}"
    rows = {outcome: run.rows.get(outcome, 0) for outcome in OUTCOMES}
    return Bar(label, rows, failed=run.status not in ("completed", "partial"))


def orders_by_day(report: Report) -> Plot:
    """Return how many of the orders that were read were created on each day; what is as last time is not read again."""
    unit = next(unit for unit in _UNITS if unit is _UNITS[-1] or len(unit.span(report.created)) <= BARS)
    counts = Counter[int]()
    for day, orders in report.created.items():
        counts[unit.number(day)] += orders
    bars = [Bar(unit.label(number), {"orders": counts[number]}) for number in unit.span(report.created)[-BARS:]]
    return Plot(f"Orders read, by {unit.name} of creation", bars, {"orders": "#0969da"})


@dataclass(frozen=True)
class _Unit:
    """A length of time that a bar stands for; each of them has a number, so that none is left out."""

    name: str
    number: Callable[[date], int]
    label: Callable[[int], str]

    def span(self, days: Collection[date]) -> range:
        """Return the numbers from the first to the last day."""
        return range(self.number(min(days)), self.number(max(days)) + 1) if days else range(0)


_UNITS = (
    _Unit("day", date.toordinal, lambda number: date.fromordinal(number).isoformat()),
    _Unit("month", lambda day: day.year * 12 + day.month - 1, lambda number: f"{number // 12}-{number % 12 + 1:02}"),
    _Unit("year", lambda day: day.year, str),
)
