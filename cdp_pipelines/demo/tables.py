"""The demo's reports as tables on a terminal: each night, the totals, the issues, and what to do next."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from cdp_pipelines.imports.report import Issue, Report

_OUTCOMES = ("read", "added", "updated", "unchanged", "stale", "superseded", "rejected", "skipped")


def show(console: Console, reports: Sequence[Report]) -> None:
    """Print everything that the demo has to say about its reports."""
    console.print(_nights(reports))
    if any(report.issues for report in reports):
        console.print(_issues(reports))
    console.print(_closing(reports))


def _nights(reports: Sequence[Report]) -> Table:
    table = Table(title="Rows of each night by what became of them", title_justify="left")
    table.add_column("night")
    for name in (*_OUTCOMES, "orderPlace", "orderUpdate"):
        table.add_column(name, justify="right")
    table.add_column("status")
    for report in reports:
        table.add_row(report.partition, *_figures([report]), report.status)
    table.add_section()
    table.add_row(f"{len(reports)} nights", *_figures(reports), "", style="bold")
    return table


def _figures(reports: Sequence[Report]) -> list[str]:
    rows = [sum(getattr(report.rows, name) for report in reports) for name in _OUTCOMES]
    events = [sum(getattr(report.events, name) for report in reports) for name in ("orderPlace", "orderUpdate")]
    return [f"{count:,}" if count else "·" for count in rows + events]


def _issues(reports: Sequence[Report]) -> Table:
    table = Table(title="Issues, the first lines of each", title_justify="left")
    for name in ("night", "severity", "code", "column", "message", "orders", "lines"):
        table.add_column(name, justify="right" if name == "orders" else "left")
    for report in reports:
        for issue in report.issues:
            table.add_row(report.partition, *_issue(issue))
    return table


def _issue(issue: Issue) -> list[str]:
    lines = ", ".join(map(str, issue.sample_lines[:3]))
    return [issue.severity, issue.code, issue.column or "", issue.message, str(issue.items), lines]


def _closing(reports: Sequence[Report]) -> str:
    events = sum(report.events.orderPlace + report.events.orderUpdate for report in reports)
    states = Counter(report.status for report in reports)
    done = (
        f"{events:,} events were emitted. Run the demo again: nothing will be added."
        if events
        else "Nothing was added: every file had been imported before, and a file imported twice adds nothing."
    )
    failed = f" {states['failed']} nights failed; their reports say why." if states["failed"] else ""
    return (
        f"{done}{failed}\n"
        "See assets, partitions, checks and reports in Dagster's UI: make ui\n"
        "One night's whole report: cdp-pipelines runs, then cdp-pipelines report RUN_ID"
    )
