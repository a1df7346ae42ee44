"""The demo's reports as tables that fit a terminal: imports, issues, segments, and what to do next."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cdp_pipelines.imports.report import Issue, Report
from cdp_pipelines.segments.spec import SegmentSpec

_GROUP = "demo/"
_OUTCOMES = ("added", "updated", "unchanged", "stale", "superseded", "rejected", "skipped")


def show(
    console: Console,
    reports: Sequence[Report],
    segments: Sequence[tuple[SegmentSpec, int]],
    alerts: Sequence[str],
) -> None:
    """Print everything that the demo has to say: reports, headlines of alerts, and the segments with their sizes."""
    console.print(_imports(reports))
    if any(report.issues for report in reports):
        console.print(_issues(reports))
    for report in reports:
        if report.status == "failed":
            end = "" if report in unmended(reports) else " Its file came once more, and was imported."
            said = f"{_place(report)} failed: {report.error}{end}"
            console.print(said, style="red" if not end else None, markup=False, soft_wrap=True)
    for headline in alerts:
        console.print(f"Alert: {headline}", markup=False, soft_wrap=True)
    if alerts:
        console.print("The alerts stand in demo/alerts.jsonl in CDP_HOME; docs/alerts.md tells of other ways.")
    console.print(_segments(segments))
    console.print(_closing(reports), soft_wrap=True)


def unmended(reports: Sequence[Report]) -> list[Report]:
    """Return the failed reports that no later report of the same import and partition took the place of."""
    last = {(report.import_name, report.partition): report for report in reports}
    return [report for report in last.values() if report.status == "failed"]


def _place(report: Report) -> str:
    """Name a report by its import and partition."""
    return f"{report.import_name} {report.partition or ''}".strip()


def _table(title: str) -> Table:
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        show_edge=False,
    )


def _imports(reports: Sequence[Report]) -> Table:
    """Return one line per import and their sum; outcomes that no row had are left out."""
    table = _table("What became of the rows of each import")
    table.add_column("import", no_wrap=True)
    seen = [name for name in _OUTCOMES if _rows(reports, name)]
    for name in ("rows", *seen, "events"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in dict.fromkeys(report.import_name for report in reports):
        own = [report for report in reports if report.import_name == name]
        table.add_row(name.removeprefix(_GROUP), *_figures(own, seen))
    table.add_section()
    table.add_row("all", *_figures(reports, seen), style="bold")
    return table


def _figures(reports: Sequence[Report], outcomes: Sequence[str]) -> list[str]:
    counts = [_rows(reports, name) for name in ("read", *outcomes)]
    return [f"{count:,}" if count else "·" for count in (*counts, _events(reports))]


def _rows(reports: Sequence[Report], outcome: str) -> int:
    return sum(getattr(report.rows, outcome) for report in reports)


def _events(reports: Sequence[Report]) -> int:
    return sum(report.events.orderPlace + report.events.orderUpdate for report in reports)


def _issues(reports: Sequence[Report]) -> Table:
    """Return one line per issue, with one place where it was found."""
    table = _table("Issues found, and where to see one")
    for name in ("severity", "issue"):
        table.add_column(name)
    table.add_column("rows", justify="right")
    table.add_column("for example")
    found: dict[tuple[str, str], list[tuple[Report, Issue]]] = {}
    for report in reports:
        for issue in report.issues:
            found.setdefault((issue.severity, issue.message), []).append((report, issue))
    for (severity, message), places in found.items():
        report, issue = places[0]
        line = f" line {issue.sample_lines[0]}" if issue.sample_lines else ""
        rows = sum(one.rows for _, one in places)
        table.add_row(severity, escape(message), f"{rows:,}", f"{_place(report).removeprefix(_GROUP)}{line}")
    return table


def _enriched(reports: Sequence[Report]) -> str:
    items = sum(report.enriched.items for report in reports)
    return f"{items:,} line items were completed from the product feed.\n" if items else ""


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
        f"{_enriched(reports)}"
        "Assets, partitions, checks and reports in Dagster's UI:  make ui\n"
        "The whole report of one night:  cdp-pipelines runs, then  cdp-pipelines report RUN_ID"
    )
