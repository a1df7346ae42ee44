"""How long years of history take: `python -m cdp_pipelines_tests.bench.history --shops 5 --days 1095`.

Each shop is loaded by one `cdp-pipelines run SHOP --from FIRST --to LAST`, all into one new embedded store.
The files are those of the demo, ten new orders a day and the changes of earlier ones.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import yaml

from cdp_pipelines.demo import nights
from cdp_pipelines.store import open_store
from cdp_pipelines.store.embedded import EmbeddedPostgres

FIRST = date(2023, 1, 1)
_DURATIONS = (
    "select extract(epoch from finished_at - started_at)::float from cdp.import_runs"
    " where import_name = %s and status in ('completed', 'partial') order by epoch"
)


def main() -> None:
    """Load the shops one after the other and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shops", type=int, default=5)
    parser.add_argument("--days", type=int, default=1095)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cdp-history-") as folder:
        os.environ |= {"CDP_HOME": f"{folder}/home", "CDP_DEFS": folder}
        os.environ.pop("CDP_DATABASE_URL", None)
        try:
            for line in _measured(Path(folder), chosen.shops, chosen.days):
                print(line, flush=True)
        finally:
            EmbeddedPostgres(Path(folder) / "home").stop()


def _measured(folder: Path, shops: int, days: int) -> Iterator[str]:
    took = 0.0
    for number in range(1, shops + 1):
        shop = f"shop-{number}"
        _deliver(folder / shop, shop, days, seed=number)
        begin = time.perf_counter()
        code = _load(shop, days)
        took += time.perf_counter() - begin
        yield f"{shop}: exit code {code}; {_pace(shop)}"
    files = shops * days
    yield f"{files:,} files in {took / 60:,.1f} minutes, {took / files * 1000:,.0f} ms each"


def _deliver(folder: Path, shop: str, days: int, seed: int) -> None:
    """Write a shop's files and its YAML; orders of long ago are known to the receiving system (D31)."""
    folder.mkdir()
    for night in nights(orders=10 * days, count=days, first=FIRST, seed=seed):
        (folder / night.name).write_bytes(night.content)
    attributes = {
        "name": shop,
        "site": shop,
        "source": {"kind": "local", "uri": "orders-{partition}.csv.gz"},
        "format": {"kind": "kevel_csv"},
        "partitions": {"every": "day", "start": FIRST.isoformat()},
        "emit_events": False,
    }
    (folder / "defs.yaml").write_text(yaml.safe_dump({"type": "cdp_pipelines.OrderImport", "attributes": attributes}))


def _load(shop: str, days: int) -> int:
    last = FIRST + timedelta(days=days - 1)
    command = [sys.executable, "-m", "cdp_pipelines.cli", "run", shop, "--from", f"{FIRST}", "--to", f"{last}"]
    return subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode


def _pace(shop: str) -> str:
    """Say how long a run took at the beginning, at the end, and in between: it must not grow with the history."""
    with open_store().connect(autocommit=True) as connection:
        seconds = [took for (took,) in connection.execute(_DURATIONS, (shop,))]
    tenth = max(1, len(seconds) // 10)
    parts = {"first tenth": seconds[:tenth], "last tenth": seconds[-tenth:], "all": seconds}
    told = ", ".join(f"{name} {_mean(some) * 1000:,.0f} ms" for name, some in parts.items())
    return f"{len(seconds):,} files applied, a run takes {told}"


def _mean(seconds: Sequence[float]) -> float:
    return sum(seconds) / len(seconds)


if __name__ == "__main__":
    main()
