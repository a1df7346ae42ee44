"""`python -m cdp_pipelines_tests.scenarios.nights`: nights pass, and what became of each file is printed."""

import argparse
import logging
import os
import sys
import tempfile
import time
from pathlib import Path

from cdp_pipelines.store import open_store
from cdp_pipelines.store.embedded import EmbeddedPostgres
from cdp_pipelines_tests.scenarios.nights.simulation import Simulation


def main() -> int:
    """Run the nights on a server of their own; return 1 if a file is neither applied once nor explained."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nights", type=int, default=1000, help="nights of which each of three shops has a file")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same nights")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cdp-nights-") as folder:
        return _nights(Path(folder), chosen.nights, chosen.seed)


def _nights(folder: Path, nights: int, seed: int) -> int:
    os.environ["CDP_HOME"] = str(folder / "home")
    os.environ.pop("CDP_DATABASE_URL", None)
    server = EmbeddedPostgres(folder / "home", durable=False)
    logging.disable(logging.CRITICAL)  # what Dagster tells of its runs
    begin = time.perf_counter()
    try:
        server.start()
        found = Simulation(folder, open_store(), nights, seed).run()
    finally:
        server.stop()
    print(f"{found}\n{time.perf_counter() - begin:,.0f} seconds")
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main())
