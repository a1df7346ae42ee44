"""Imports data that nobody here wrote: TPC-H orders, and compares the store's totals with the generator's.

    python -m cdp_pipelines_tests.bench.tpch [--scale 0.2]

Scale 0.2 is 300,000 orders with 1.2 million lines.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import psycopg

from cdp_pipelines_tests.bench.commands import BenchError, Cost, run_import
from cdp_pipelines_tests.bench.databases import EMPTY, workplace
from cdp_pipelines_tests.bench.tpch_file import convert, generate
from cdp_pipelines_tests.bench.tpch_totals import Totals, generated, stored

SCALE = 0.2


@dataclass(frozen=True)
class Outcome:
    """An import of TPC-H data: how much it was, what it cost, and the totals that agree."""

    scale: float
    lines: int
    cost: Cost
    totals: Totals


def check(folder: Path, scale: float, database: str) -> Outcome:
    """Generate, convert and import TPC-H data into an empty store, and import it once more.

    Raises:
        BenchError: A total of the store is not the generator's, a row has an issue, or the second run added something.
    """
    generate(folder, scale)
    lines = convert(folder, folder / "orders.csv")
    cost, report = run_import(folder / "orders.csv", database)
    if report["issues"] or report["rows"]["added"] != lines:
        raise BenchError(f"not every line was added without an issue: {report['rows']}, {report['issues']}")
    expected = generated(folder)
    _, again = run_import(folder / "orders.csv", database)
    with psycopg.connect(database) as connection:
        found = stored(connection)
    differences = {name: (expected.get(name), found.get(name)) for name in expected | found}
    if wrong := {name: pair for name, pair in differences.items() if pair[0] != pair[1]}:
        raise BenchError(f"generator and store differ: {wrong}")
    if again["events"] != {"orderPlace": 0, "orderUpdate": 0}:
        raise BenchError(f"the second import of the same file added events: {again['events']}")
    return Outcome(scale, lines, cost, expected)


def main() -> None:
    """Check at the scale given and print what agrees."""
    parser = argparse.ArgumentParser(prog="python -m cdp_pipelines_tests.bench.tpch", description=__doc__)
    parser.add_argument("--scale", type=float, default=SCALE, help="size of the data; 1 is 1.5 million orders")
    scale = parser.parse_args().scale
    with workplace() as (folder, server):
        outcome = check(folder, scale, server.create("bench", template=EMPTY))
    print(f"{outcome.lines:,} lines imported in {outcome.cost.seconds:.1f} s, {outcome.cost.peak_mb:.0f} MB")
    for total, value in outcome.totals.items():
        print(f"{total:20} {value:>20,}  generator = store")


if __name__ == "__main__":
    main()
