"""Running the real commands as child processes, timed."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cdp_pipelines_tests.bench import stopwatch
from cdp_pipelines_tests.bench.files import SampleFile

CDP = str(Path(sys.executable).parent / "cdp-pipelines")
IMPORT = """\
type: cdp_pipelines.OrderImport
attributes:
  name: bench/orders
  source: {{kind: local, uri: {uri}}}
  format: {format}
"""
ORDER_CSV = {"kind": "kevel_csv"}


class BenchError(Exception):
    """A command did not do what it was measured for, so its time means nothing."""


@dataclass(frozen=True)
class Cost:
    """What one run of a command took.

    Args:
        seconds: The whole process, from start to exit.
        inside: Seconds from the first byte read to the commit, as the run's report says; for a baseline its own clock.
        cpu_seconds: User and system time of the process, without the database's.
        peak_mb: Largest resident memory of the process, in millions of bytes.
    """

    seconds: float
    inside: float
    cpu_seconds: float
    peak_mb: float


def timed(command: list[str], environment: dict[str, str]) -> tuple[dict[str, float], str]:
    """Run a command and return its measures and what it wrote to stdout.

    Raises:
        BenchError: The command failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        note = Path(folder, "cost.json")
        starter = [sys.executable, "-S", "-E", stopwatch.__file__, str(note), *command]
        done = subprocess.run(starter, env=os.environ | environment, capture_output=True, text=True, check=True)
        cost = json.loads(note.read_text())
    if cost["code"]:
        raise BenchError(f"{' '.join(command)} ended with {cost['code']:.0f}: {done.stderr.strip()[-2000:]}")
    return cost, done.stdout


def write_import(folder: Path, file: Path, form: Mapping[str, Any] = ORDER_CSV) -> Path:
    """Write the YAML of an import of this file in a format and return its path."""
    document = folder / "orders.yaml"
    document.write_text(IMPORT.format(uri=json.dumps(str(file)), format=json.dumps(form)))
    return document


def run_import(file: Path, database: str, form: Mapping[str, Any] = ORDER_CSV, *options: str) -> tuple[Cost, dict]:
    """Run `cdp-pipelines run` on a file and return its cost and its report.

    The landing folder is new each time, so that every run copies and hashes the whole file; it is on the file's disk.
    """
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        environment = {"CDP_DATABASE_URL": database, "CDP_HOME": str(Path(folder, "home"))}
        document = write_import(Path(folder), file, form)
        measures, output = timed([CDP, "run", str(document), "--json", *options], environment)
    report = json.loads(output)
    return Cost(measures["seconds"], inside(report), measures["cpu_seconds"], measures["peak_mb"]), report


def inside(report: dict) -> float:
    """Return the seconds from just before the first byte is read to the commit.

    A run's end is written into its record and so stands before the commit, which is a stage of its own.
    """
    started, finished = (datetime.fromisoformat(report[key]) for key in ("started_at", "finished_at"))
    commit = sum(stage["seconds"] for stage in report["stages"] if stage["name"] == "commit")
    return (finished - started).total_seconds() + commit


def import_sample(sample: SampleFile, database: str) -> Cost:
    """Run the import of a sample file and return its cost.

    Raises:
        BenchError: The report does not say what is true of the file.
    """
    cost, report = run_import(sample.path, database)
    unchanged = sample.orders - sample.new - sample.changed
    expected = {"total": sample.orders, "added": sample.new, "updated": sample.changed, "unchanged": unchanged}
    said = {key: report["items"][key] for key in expected}
    if said != expected or report["rows"]["read"] != sample.rows or report["issues"]:
        raise BenchError(f"{sample.path.name}: expected {expected} of {sample.rows} rows, the report says {report}")
    return cost
