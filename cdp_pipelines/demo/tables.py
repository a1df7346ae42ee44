"""The demo's reports as tables that fit a terminal of 80 columns: nights, issues, segments, and what to do next."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cdp_pipelines.imports.report import Report
from cdp_pipelines.segments.spec import SegmentSpec

_OUTCOMES = ("added", "updated", "unchanged", "stale", "superseded", "rejected", "skipped")


def show(console: Console, reports: Sequence[Report], segments: Sequence[tuple[SegmentSpec, int]]) -> None:
    """Print everything that the demo has to say about its reports, and the segments with their sizes."""
    console.print(_nights(reports))
    if any(report.issues for report in reports):
        console.print(_issues(reports))
    for report in reports:
        if report.status == "failed":
            console.print(f"{report.partition} failed: {report.error}", style="red", markup=False, soft_wrap=True)
    console.print(_segments(segments))
    console.print(_closing(reports), soft_wrap=True)


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))


def _nights(reports: Sequence[Report]) -> Table:
    """Return one line per night and their sum; outcomes that no row had are left out."""
    table = _table("What became of the rows of each night")
    table.add_column("night", no_wrap=True)
    seen = [name for name in _OUTCOMES if _rows(reports, name)]
    for name in ("rows", *seen, "events"):
        table.add_column(name, justify="right", no_wrap=True)
    for report in reports:
        table.add_row(report.partition, *_figures([report], seen), style="red" if report.status == "failed" else None)
    table.add_section()
    table.add_row(f"{len(reports)} nights", *_figures(reports, seen), style="bold")
    return table


def _figures(reports: Sequence[Report], outcomes: Sequence[str]) -> list[str]:
    counts = [_rows(reports, name) for name in ("read", *outcomes)]
    return [f"{count:,}" if count else "·" for count in (*counts, _events(reports))]


def _rows(reports: Sequence[Report], outcome: str) -> int:
    return sum(getattr(report.rows, outcome) for report in reports)


def _events(reports: Sequence[Report]) -> int:
    return sum(report.events.orderPlace + report.events.orderUpdate for report in reports)


def _issues(reports: Sequence[Report]) -> Table:
    table = _table("Issues found, with their lines in the night's file")
    table.add_column("night", no_wrap=True)
    for name in ("severity", "issue", "lines"):
        table.add_column(name)
    for report in reports:
        for issue in report.issues:
            lines = ", ".join(map(str, issue.sample_lines[:3]))
            table.add_row(report.partition, issue.severity, escape(issue.message), lines)
    return table


def _segments(segments: Sequence[tuple[SegmentSpec, int]]) -> Table:
    table = _table("Who is in which segment now")
    table.add_column("segment", no_wrap=True)
    table.add_column("members", justify="right", no_wrap=True)
    table.add_column("who is meant")
    for spec, members in segments:
        table.add_row(spec.name, f"{members:,}", escape(spec.description))
    return table


def _closing(reports: Sequence[Report]) -> str:
    placed = sum(report.events.orderPlace for report in reports)
    updated = sum(report.events.orderUpdate for report in reports)
    done = (
        f"{placed:,} orderPlace and {updated:,} orderUpdate events were emitted; a second demo adds nothing."
        if placed or updated
        else "Nothing was added: every file had been imported before, and a file imported twice adds nothing."
    )
    return (
        f"{done}\n"
        "Assets, partitions, checks and reports in Dagster's UI:  make ui\n"
        "The whole report of one night:  cdp-pipelines runs, then  cdp-pipelines report RUN_ID"
    )
