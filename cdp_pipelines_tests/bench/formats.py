"""What a file of each format costs: `python -m cdp_pipelines_tests.bench.formats [--lines 1000000] [only ...]`.

The same orders are written in each format and imported into an empty store, then the file is read again with `--force`.
Figures stand beside raw COPY of the plain CSV, in the same round. Writes docs/benchmarks-formats.md if all were run.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cdp_pipelines_tests.bench.baselines import raw_copy
from cdp_pipelines_tests.bench.commands import BenchError, Cost, run_import
from cdp_pipelines_tests.bench.databases import EMPTY, Server, workplace
from cdp_pipelines_tests.bench.files import make_first
from cdp_pipelines_tests.bench.written import FORMATS, Written

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks-formats.md"
LIMIT_MB = 512

HEAD = """\
# What each format costs

Written by `python -m cdp_pipelines_tests.bench.formats`; do not edit. {lines:,} line items in each file.

The whole command `cdp-pipelines run` is timed on an empty store, then with `--force` on the same file, in which
nothing has changed. *x COPY* compares with raw COPY of the same orders as plain CSV ({copy:.1f} s). *Memory* is
the client's largest resident memory; {limit} MB is the limit for all but Excel, whose reader holds a sheet at once.

| format | file MB | first load s | x COPY | memory MB | nothing changed s | x COPY | memory MB |
|---|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Measured:
    """What one format's file took, at first and when nothing had changed."""

    name: str
    megabytes: float
    first: Cost
    again: Cost

    def row(self, copy: float) -> str:
        """Return its row of the table."""
        costs = (
            f"{one.seconds:.1f} | {one.seconds / copy:.1f} | {one.peak_mb:.0f}" for one in (self.first, self.again)
        )
        return f"| {self.name} | {self.megabytes:.0f} | {' | '.join(costs)} |"


def measure(name: str, written: Written, server: Server) -> Measured:
    """Import a file twice.

    Raises:
        BenchError: Not all of its rows were added, or not all were unchanged afterwards.
    """
    database = server.create("bench", template=EMPTY)
    costs = []
    for outcome, options in (("added", ()), ("unchanged", ("--force",))):
        cost, report = run_import(written.pattern, database, written.format, *options)
        if report["rows"][outcome] != report["rows"]["read"] or report["items"][outcome] != written.orders:
            raise BenchError(f"{name}: not all of {written.orders:,} orders are {outcome}: {report}")
        costs.append(cost)
    megabytes = sum(path.stat().st_size for path in written.paths) / 1e6
    return Measured(name, megabytes, *costs)


def measured(lines: int, only: list[str]) -> Iterator[Measured | float]:
    """Yield the seconds of raw COPY, and then what each format took."""
    with workplace() as (folder, server):
        plain = make_first(folder / "plain.csv", lines)
        yield raw_copy(plain.path, server.create("bench", template=EMPTY)).seconds
        for name, write in FORMATS.items():
            if not only or name in only:
                written = write(plain, folder)
                yield measure(name, written, server)
                for path in written.paths:
                    path.unlink(missing_ok=path != plain.path)


def main() -> None:
    """Measure what is asked for, print it, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("only", nargs="*", help="names of formats; all of them if left out")
    asked = parser.parse_args()
    found = measured(asked.lines, asked.only)
    copy = next(found)
    assert isinstance(copy, float)
    page = HEAD.format(lines=asked.lines, copy=copy, limit=LIMIT_MB)
    print(page, end="", flush=True)
    for one in found:
        assert isinstance(one, Measured)
        page += one.row(copy) + "\n"
        print(one.row(copy), flush=True)
    if not asked.only:
        PAGE.write_text(page)


if __name__ == "__main__":
    main()
