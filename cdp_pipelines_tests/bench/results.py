"""What was measured, and whether it meets the targets."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from cdp_pipelines_tests.bench.commands import Cost

IMPORTS = ("first load", "nightly", "nothing changed")
AMONG_MANY = "nightly, 10x the known orders"
COPY, DLT = "raw COPY", "dlt"
COPY_OF = {
    "first load": f"{COPY}, first file",
    "nightly": f"{COPY}, nightly file",
    "nothing changed": f"{COPY}, unchanged file",
    AMONG_MANY: f"{COPY}, nightly file",
}
"""The COPY that sends the same bytes as an import reads."""
WHOLE = {"nightly": 3.5, "nothing changed": 2.0, "first load": 8.0}
"""Times raw COPY, the whole process from start to exit, at a million lines."""
INSIDE = {"nightly": 2.5, "nothing changed": 1.2, "first load": 7.0}
"""Times raw COPY, from the first byte read to the commit, at a million lines."""
TARGET_LINES = 1_000_000
PEAK_MB = 512
STARTUP_SECONDS = 1.5


@dataclass(frozen=True)
class Series:
    """The repeated runs of one thing."""

    lines: int
    bytes: int
    runs: list[Cost]

    def median(self, of: Callable[[Cost], float]) -> float:
        """Return the median of a figure over the runs."""
        return median(of(run) for run in self.runs)

    @property
    def seconds(self) -> float:
        """Median of the whole process."""
        return self.median(lambda run: run.seconds)

    @property
    def inside(self) -> float:
        """Median from the first byte read to the commit."""
        return self.median(lambda run: run.inside)

    @property
    def peak_mb(self) -> float:
        """The largest peak of all runs."""
        return max(run.peak_mb for run in self.runs)


@dataclass
class Results:
    """Everything measured so far, by size and by what was run."""

    series: dict[int, dict[str, Series]] = field(default_factory=lambda: defaultdict(dict))
    startup: dict[str, list[Cost]] = field(default_factory=lambda: defaultdict(list))

    def add(self, size: int, what: str, lines: int, octets: int, cost: Cost) -> None:
        """Note one run."""
        self.series[size].setdefault(what, Series(lines, octets, [])).runs.append(cost)

    def ratio(self, size: int, work: str, inside: bool = False) -> float:
        """Return how many times as long as the raw COPY of the same bytes an import took."""
        series, copy = self.series[size][work], self.series[size][COPY_OF[work]]
        return (series.inside if inside else series.seconds) / copy.seconds


@dataclass(frozen=True)
class Target:
    """One target, what was measured, and whether it holds."""

    name: str
    limit: float
    measured: float
    unit: str

    @property
    def holds(self) -> bool:
        """Whether the figure is within its limit."""
        return self.measured <= self.limit


def targets(results: Results) -> list[Target]:
    """Return every target that the sizes measured allow to judge."""
    return [*speed(results), *memory(results), *growth(results), *startup(results)]


def speed(results: Results) -> list[Target]:
    """Return the ratios to raw COPY at a million lines."""
    if TARGET_LINES not in results.series:
        return []
    whole = [
        Target(f"{work}, whole process", limit, results.ratio(TARGET_LINES, work), "x COPY")
        for work, limit in WHOLE.items()
    ]
    inside = [
        Target(f"{work}, first byte read to commit", limit, results.ratio(TARGET_LINES, work, inside=True), "x COPY")
        for work, limit in INSIDE.items()
    ]
    return whole + inside


def memory(results: Results) -> list[Target]:
    """Return the largest client memory of any import, per size from a million lines on."""
    return [
        Target(f"client memory at {size:,} lines", PEAK_MB, max(done[work].peak_mb for work in IMPORTS), "MB")
        for size, done in results.series.items()
        if size >= TARGET_LINES
    ]


def growth(results: Results) -> list[Target]:
    """Return how much longer ten times as much takes, in lines and in known orders."""
    found = []
    for size, done in results.series.items():
        for work, series in done.items():
            larger = results.series.get(size * 10, {}).get(work)
            if work in IMPORTS and larger:
                name = f"{work}, {size * 10:,} lines against {size:,}"
                found.append(Target(name, 10, larger.inside / series.inside, "x the time"))
        if known := done.get(AMONG_MANY):
            name = f"nightly of {size:,} lines, {size * 10:,} known against {size:,}"
            found.append(Target(name, 10, known.inside / done["nightly"].inside, "x the time"))
    return found


def startup(results: Results) -> list[Target]:
    """Return how long commands take that have nothing to do."""
    return [
        Target(f"start of {name}", STARTUP_SECONDS, median(run.seconds for run in runs), "s")
        for name, runs in results.startup.items()
    ]
