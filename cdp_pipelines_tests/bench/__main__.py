"""The bench: imports of sample files, timed beside raw COPY and dlt; writes docs/benchmarks.md.

python -m cdp_pipelines_tests.bench [--lines 100000 --lines 1000000] [--runs 3] [--with-5m] [--tpch]
"""

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from cdp_pipelines_tests.bench import tpch
from cdp_pipelines_tests.bench.baselines import dlt_load, raw_copy
from cdp_pipelines_tests.bench.commands import CDP, Cost, import_sample, timed, write_import
from cdp_pipelines_tests.bench.databases import EMPTY, Server, workplace
from cdp_pipelines_tests.bench.files import SampleFile, make_first, make_nightly, make_same
from cdp_pipelines_tests.bench.markdown import page
from cdp_pipelines_tests.bench.results import AMONG_MANY, COPY_OF, DLT, IMPORTS, Results, targets

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
MAKERS = dict(zip(IMPORTS, (make_first, make_nightly, make_same), strict=True))
SIZES = [100_000, 1_000_000]
LONG_SIZES = [500_000, 5_000_000]
"""For memory and growth at five million lines, and a file that is a tenth of what is known."""
LONG_RUNS = 1
STARTS = 5


def known(size: int) -> str:
    """Return the name of the template with the state after a first load of this size."""
    return f"bench_known_{size}"


def measure(results: Results, server: Server, folder: Path, size: int, runs: int) -> None:
    """Run the imports and baselines of one size in turn, `runs` times."""
    files = {work: make(folder / f"{work.replace(' ', '_')}.csv", size) for work, make in MAKERS.items()}
    for turn in range(runs):
        for work, file in files.items():
            note(results, server, size, COPY_OF[work], EMPTY, file, lambda sample, at: raw_copy(sample.path, at))
            note(results, server, size, work, EMPTY if work == "first load" else known(size), file, import_sample)
            if turn == 0 and work == "first load":
                server.keep(known(size), of="bench")
        note(results, server, size, DLT, EMPTY, files["first load"], lambda sample, at: dlt_load(sample.path, at))
    if size // 10 in results.series:
        nightly_among_many(results, server, folder, size // 10, known(size), runs)


def nightly_among_many(results: Results, server: Server, folder: Path, size: int, state: str, runs: int) -> None:
    """Run the nightly import of a small file on a store that knows ten times as many orders."""
    file = make_nightly(folder / "few.csv", size)
    for _ in range(runs):
        note(results, server, size, AMONG_MANY, state, file, import_sample)


def note(
    results: Results,
    server: Server,
    size: int,
    what: str,
    state: str,
    file: SampleFile,
    run: Callable[[SampleFile, str], Cost],
) -> None:
    """Run one thing on a fresh copy of a state of the database, and note and print its cost."""
    cost = run(file, server.create("bench", template=state))
    results.add(size, what, file.rows, file.bytes, cost)
    print(f"{size:>9,}  {what:30} {cost.seconds:7.2f} s {cost.inside:7.2f} s inside {cost.peak_mb:6.0f} MB", flush=True)


def measure_startup(results: Results, server: Server, folder: Path) -> None:
    """Time commands that find nothing to do: no work at all, and a file that is applied already."""
    file = make_first(folder / "tiny.csv", 10)
    environment = {"CDP_DATABASE_URL": server.create("bench", template=EMPTY), "CDP_HOME": str(folder / "tiny_home")}
    idle = [CDP, "run", str(write_import(folder, file.path)), "--json"]
    timed(idle, environment)
    for _ in range(STARTS):
        for name, command in {"--version": [CDP, "--version"], "run without work": idle}.items():
            cost, _ = timed(command, environment)
            results.startup[name].append(Cost(cost["seconds"], cost["seconds"], cost["cpu_seconds"], cost["peak_mb"]))


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m cdp_pipelines_tests.bench", description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, action="append", help=f"lines of a file, repeatable; default {SIZES}")
    parser.add_argument("--runs", type=int, default=3, help="rounds; figures are medians of them")
    parser.add_argument(
        "--with-5m", action="store_true", help=f"also {LONG_SIZES} lines, {LONG_RUNS} round: memory, growth"
    )
    parser.add_argument(
        "--tpch", action="store_true", help=f"also import TPC-H at scale {tpch.SCALE} and compare totals"
    )
    return parser.parse_args()


def main() -> None:
    """Measure what was asked for, write the page and print it."""
    asked, results, load = arguments(), Results(), os.getloadavg()[0]
    with workplace() as (folder, server):
        for size in sorted(asked.lines or SIZES):
            measure(results, server, folder, size, asked.runs)
        for size in LONG_SIZES if asked.with_5m else []:
            measure(results, server, folder, size, LONG_RUNS)
        measure_startup(results, server, folder)
        outcome = tpch.check(folder, tpch.SCALE, server.create("bench", template=EMPTY)) if asked.tpch else None
        PAGE.write_text(page(results, asked.runs, load, server.version(), outcome))
    for target in targets(results):
        judged = "holds" if target.holds else "FAILS"
        print(f"{judged} {target.measured:8.2f} of {target.limit:g} {target.unit}: {target.name}")
    print(f"written: {PAGE.relative_to(PAGE.parents[1])}")


if __name__ == "__main__":
    main()
