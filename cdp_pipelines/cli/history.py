"""`cdp-pipelines runs` and `cdp-pipelines report`."""

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from cdp_pipelines.cli.arguments import Commands, whole_number
from cdp_pipelines.cli.output import emit, emit_json, emit_rich, say
from cdp_pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from cdp_pipelines.imports.report import Report
    from cdp_pipelines.store import Store


def add_commands(commands: Commands) -> None:
    """Add both commands."""
    runs = commands.add_parser("runs", help="list past runs", description="List past runs, the newest first.")
    runs.add_argument("--import", dest="import_name", metavar="NAME", help="only runs of this import")
    runs.add_argument("--limit", type=whole_number, default=20, metavar="N", help="at most so many (default: 20)")
    runs.add_argument("--json", action="store_true", help="print one JSON array")
    runs.set_defaults(execute=_runs)

    text = "Show what came in with a run, what became of every row, and why."
    report = commands.add_parser("report", help="show the report of a run", description=text)
    report.add_argument(
        "run_id", metavar="RUN_ID", help="id of a run, see `cdp-pipelines runs`; its beginning is enough"
    )
    report.add_argument("--json", action="store_true", help="print the report as one JSON object")
    report.add_argument("--html", type=Path, metavar="FILE", help="write the report as one HTML file")
    report.add_argument("--rejects", type=Path, metavar="FILE", help="write the rejected rows as CSV (personal data)")
    report.set_defaults(execute=_report)


def _runs(arguments: argparse.Namespace) -> int:
    from cdp_pipelines.imports.history import list_runs, untold_alerts
    from cdp_pipelines.store import open_store

    store = open_store()
    found = list_runs(store, arguments.import_name, arguments.limit)
    if arguments.json:
        emit_json(found)
    elif found:
        emit_rich([_table(found)])
    else:
        emit("No run yet; begin with cdp-pipelines run NAME --dry-run")
    for sentence in untold_alerts(store):
        say(sentence)
    return 0


def _table(found: Sequence[Mapping[str, Any]]) -> Any:
    from rich.table import Table

    table = Table(box=None)
    for name in ("run", "import", "partition", "status", "started (UTC)"):
        table.add_column(name, overflow="fold")
    for name in ("seconds", "rows", "rejected"):
        table.add_column(name, justify="right")
    for run in found:
        table.add_row(*_row(run))
    return table


def _row(run: Mapping[str, Any]) -> tuple[str, ...]:
    ended = run["finished_at"]
    seconds = f"{(ended - run['started_at']).total_seconds():.1f}" if ended else ""
    status = run["status"] + (" (dry run)" if run["dry_run"] else "")
    started = f"{run['started_at']:%Y-%m-%d %H:%M:%S}"
    rows = run["rows"] or {}
    counts = (f"{rows[name]:,}" if name in rows else "" for name in ("read", "rejected"))
    return run["run_id"], run["import_name"], run["partition"] or "", status, started, seconds, *counts


def _report(arguments: argparse.Namespace) -> int:
    from cdp_pipelines.imports.history import load_report
    from cdp_pipelines.store import open_store

    store = open_store()
    report = load_report(store, arguments.run_id)
    if arguments.html:
        _write_html(report, arguments.html)
    if arguments.rejects:
        _write_rejects(store, report, arguments.rejects)
    if arguments.json:
        emit_json(report.as_dict())
    elif not arguments.html and not arguments.rejects:
        from cdp_pipelines.imports.render_terminal import terminal

        emit_rich(terminal(report))
    return 0


def _write_html(report: "Report", path: Path) -> None:
    from cdp_pipelines.imports.render_html import html

    with _opened(path) as file:
        file.write(html(report))
    say(f"The report is in {path}")


def _write_rejects(store: "Store", report: "Report", path: Path) -> None:
    from cdp_pipelines.imports.history import load_rejects
    from cdp_pipelines.imports.rejects_file import write_rejects
    from cdp_pipelines.schemas.columns import COLUMNS

    known = [column.name for column in COLUMNS]
    with _opened(path) as file:
        written = write_rejects(lambda: load_rejects(store, report.run_id), file, known)
    say(f"{written:,} rejected rows are in {path}")


def _opened(path: Path) -> TextIO:
    """Open a file for writing that only its owner can read, since it may hold personal data."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written ({error.strerror}): name another file") from error
    return os.fdopen(handle, "w", encoding="utf-8", newline="")
