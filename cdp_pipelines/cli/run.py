"""`cdp-pipelines run`."""

import argparse
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from cdp_pipelines.cli.arguments import Commands
from cdp_pipelines.cli.output import emit, emit_json, emit_rich, say
from cdp_pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from cdp_pipelines.imports.partitions import Partition
    from cdp_pipelines.imports.report import Report
    from cdp_pipelines.imports.spec import ImportSpec

_BADNESS = (1, 3, 0)
_PARTITION = "one partition, like 2026-01-31, 2026-01 or 2026-01-31T05"


def add_commands(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "run",
        help="run an import (with --dry-run first)",
        description="Run an import. Begin with --dry-run: it does everything but storing, and its report is the same.",
        epilog="Exit codes: 0 complete or nothing to do, 1 failed (nothing applied), 2 configuration or usage error, "
        "3 partial (some items rejected, the rest applied); over several partitions the worst of 1, 3, 0.",
    )
    parser.add_argument("name", metavar="NAME_OR_YAML", help="name of an import, or the path of its YAML file")
    parser.add_argument("--partition", metavar="KEY", help=_PARTITION)
    parser.add_argument(
        "--from", dest="first", metavar="KEY", help="first partition of a range, run in ascending order"
    )
    parser.add_argument("--to", dest="last", metavar="KEY", help="last partition of the range, included")
    parser.add_argument("--file", metavar="URI", help="read this file instead of the source's")
    parser.add_argument(
        "--dry-run", action="store_true", help="everything but storing; recommended before the first run"
    )
    parser.add_argument("--force", action="store_true", help="read files again that were already applied")
    parser.add_argument(
        "--allow-partial", action="store_true", help="exit with 0 instead of 3 when items were rejected"
    )
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object, an array for a range")
    parser.set_defaults(execute=_run)


def _run(arguments: argparse.Namespace) -> int:
    from cdp_pipelines.imports.documents import find_import

    loaded = find_import(arguments.name)
    chosen = _partitions(loaded.spec, arguments)

    from cdp_pipelines.cli.dagster import asset_history
    from cdp_pipelines.cli.progress import shown_progress
    from cdp_pipelines.imports.alerting import told_afterwards
    from cdp_pipelines.imports.run import RunOptions, run_import
    from cdp_pipelines.store import open_store

    origin = "backfill" if arguments.first else "manual"
    options = RunOptions(dry_run=arguments.dry_run, force=arguments.force, file=arguments.file, origin=origin)
    store, reports = open_store(), []
    telling = nullcontext() if options.dry_run else told_afterwards(loaded, store)
    with telling, asset_history(loaded, store) as remember:
        for partition in chosen:
            with shown_progress(partition.key if partition else loaded.spec.name) as tell:
                reports.append(run_import(loaded, store, partition, options, tell))
            if not arguments.json:
                _show(reports[-1], brief=len(chosen) > 1)
            remember(partition, reports[-1])
    if arguments.json:
        found = [report.as_dict() for report in reports]
        emit_json(found if arguments.first else found[0])
    _name_failed(reports)
    return exit_code([report.status for report in reports], arguments.allow_partial)


def _show(report: "Report", brief: bool) -> None:
    from cdp_pipelines.imports.render import headline, summary
    from cdp_pipelines.imports.render_terminal import terminal

    if brief:
        emit(f"{headline(report)}. {summary(report)} Run {report.run_id}")
    else:
        emit_rich(terminal(report))


def _name_failed(reports: "Sequence[Report]") -> None:
    """Say why a run failed and, at the end of a range, which of its partitions did: their lines went by long ago."""
    for report in reports:
        if report.error:
            say(f"{report.import_name}{f' {report.partition}' if report.partition else ''}: {report.error}")
    failed = [report.partition or "" for report in reports if report.status not in ("completed", "partial")]
    if failed and len(reports) > 1:
        say(f"{len(failed)} of {len(reports):,} partitions failed, the others are applied: {', '.join(failed)}")


def exit_code(statuses: Sequence[str], allow_partial: bool) -> int:
    """Return the worst of failed (1), partial (3, or 0 if allowed) and completed (0)."""
    partial = 0 if allow_partial else 3
    codes = {{"completed": 0, "partial": partial}.get(status, 1) for status in statuses}
    return next((code for code in _BADNESS if code in codes), 0)


def _partitions(spec: "ImportSpec", arguments: argparse.Namespace) -> "Sequence[Partition | None]":
    from cdp_pipelines.imports.partitions import parse_partition, partition_range

    _check_choice(arguments)
    key, first, last = arguments.partition, arguments.first, arguments.last
    if spec.partitions is None:
        if key or first:
            raise ConfigurationError(
                f"{spec.name} has no partitions: leave out {'--partition' if key else '--from and --to'}"
            )
        return [None]
    if first:
        return partition_range(first, last, spec.partitions)
    if not key:
        raise ConfigurationError(_which_partition(spec))
    return [parse_partition(key, spec.partitions)]


def _check_choice(arguments: argparse.Namespace) -> None:
    if (arguments.first is None) != (arguments.last is None):
        raise ConfigurationError("--from and --to belong together: write both")
    if arguments.partition and arguments.first:
        raise ConfigurationError("write either --partition or --from and --to")
    if arguments.file and arguments.first:
        raise ConfigurationError("--file is one file: name its partition with --partition instead of --from and --to")


def _which_partition(spec: "ImportSpec") -> str:
    from cdp_pipelines.imports.partitions import first_partition, newest_partition

    assert spec.partitions is not None  # noqa: S101 - the caller asked
    newest = newest_partition(spec.partitions)
    hint = newest or first_partition(spec.partitions)
    which = "the newest complete one" if newest else "the first one"
    return (
        f"{spec.name} has a partition per {spec.partitions.every}: write which, like --partition {hint.key} ({which})"
    )
