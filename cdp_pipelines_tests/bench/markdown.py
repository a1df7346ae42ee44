"""The bench's results as the page `docs/benchmarks.md`."""

import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version

from cdp_pipelines_tests.bench.commands import Cost
from cdp_pipelines_tests.bench.results import COPY_OF, Results, Series, Target, targets
from cdp_pipelines_tests.bench.tpch import Outcome

LIBRARIES = ["pandas", "pyarrow", "pandera", "psycopg", "dlt"]
PAGE = """\
# Benchmarks

Written by `make bench`; do not edit. {day}, {machine}.
{versions}.
Before the start {load:.1f} other processes were at work on average; the nearer to 0, the more the figures are worth.

## Method

Files of a web shop's orders in the Kevel CSV format, 42 columns and 3.5 lines per order, made from a seed: the shop's
**first load**; the **nightly** export after it, in which 3 % of the known orders changed and 2 % are new; and an export
in which **nothing changed** (the first file without its first order, so that it is not skipped as the same file).

Every import is the command `cdp-pipelines run FILE.yaml --json` in a process of its own, against the embedded Postgres
with the settings that every user gets, and with an empty landing folder, so that each run copies and hashes the whole
file. Before each run the database is put back from a template and a checkpoint is made. A run counts only if its
report says how many orders are new, changed and unchanged, as the file was made, with no issue.

The baselines run in the same round, against the same server: **raw COPY** sends the same bytes, unread, into an
unlogged table of text columns; **dlt** loads them as Arrow text columns into a staging table, by COPY, its compression
off. Neither validates, compares or keeps anything. Things are run in turn, {runs} rounds; figures are medians.
*Read to commit* is the time between start and end in the run's report (for the baselines: inside their process).
*Memory* is the largest resident memory of the client process, the database's not included.

## Results

{tables}

## Targets

{targets}
{tpch}"""
HEAD = """\
| what | whole process s (min-max) | x COPY | read to commit s | x COPY | lines/s | client CPU s | memory MB |
|---|---|---|---|---|---|---|---|
"""
TPCH = """
## Data that nobody here wrote

TPC-H at scale {scale} from `tpchgen-cli`, {lines:,} lines, converted by `cdp_pipelines_tests/bench/tpch_file.py` and
imported in {seconds:.1f} s with {peak:.0f} MB. Totals of the generator's tables and of the store, to the cent:

| total | generator = store |
|---|---|
{rows}
"""


def page(results: Results, runs: int, load: float, server: str, tpch: Outcome | None) -> str:
    """Return the whole page.

    Args:
        results: What was measured.
        runs: How often each thing was run.
        load: The machine's load average before the start.
        server: Version of the Postgres server.
        tpch: The check on TPC-H data, where it was made.
    """
    return PAGE.format(
        day=datetime.now(UTC).date(),
        machine=machine(),
        versions=", ".join([f"PostgreSQL {server}", *(f"{name} {version(name)}" for name in LIBRARIES)]),
        runs=runs,
        load=load,
        tables="\n\n".join(size_table(results, size) for size in sorted(results.series)),
        targets=target_table(results),
        tpch=tpch_section(tpch) if tpch else "",
    )


def machine() -> str:
    """Return the class of this machine, and nothing that identifies it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    python = ".".join(map(str, sys.version_info[:3]))
    system = f"{platform.system()} {platform.machine()}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB of memory, {system}, Python {python}"


def size_table(results: Results, size: int) -> str:
    """Return the table of one size."""
    done = results.series[size]
    rows = [row(what, series, done.get(COPY_OF.get(what, COPY_OF["first load"]))) for what, series in done.items()]
    first = done["first load"]
    return f"### {size:,} lines, {first.bytes / 1e6:.0f} MB\n\n{HEAD}" + "\n".join(rows)


def row(what: str, series: Series, copy: Series | None) -> str:
    """Return one line of a table: an import or a baseline, beside the COPY of the same bytes."""
    seconds = [run.seconds for run in series.runs]

    def times(value: float) -> str:
        return f"{value / copy.seconds:.2f}" if copy else ""

    cells = [
        what,
        f"{series.seconds:.2f} ({min(seconds):.2f}-{max(seconds):.2f})",
        times(series.seconds),
        f"{series.inside:.2f}",
        times(series.inside),
        f"{series.lines / series.seconds:,.0f}",
        f"{series.median(cpu):.1f}",
        f"{series.peak_mb:.0f}" if series.peak_mb else "",
    ]
    return f"| {' | '.join(cells)} |"


def cpu(run: Cost) -> float:
    """Return a run's CPU time."""
    return run.cpu_seconds


def target_table(results: Results) -> str:
    """Return the targets that could be judged, each with its figure."""
    rows = [
        f"| {target.name} | {target.limit:g} {target.unit} | {target.measured:.2f} | {judged(target)} |"
        for target in targets(results)
    ]
    return "\n".join(["| target | at most | measured | holds |", "|---|---|---|---|", *rows])


def judged(target: Target) -> str:
    """Return whether a target holds, as a word."""
    return "yes" if target.holds else "**no**"


def tpch_section(outcome: Outcome) -> str:
    """Return what the TPC-H check compared."""
    return TPCH.format(
        scale=outcome.scale,
        lines=outcome.lines,
        seconds=outcome.cost.seconds,
        peak=outcome.cost.peak_mb,
        rows="\n".join(f"| {name} | {value:,} |" for name, value in outcome.totals.items()),
    )
