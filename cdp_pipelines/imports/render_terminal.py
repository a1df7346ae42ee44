"""A report on a terminal."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from cdp_pipelines.imports.render import Section, headline, sections, summary
from cdp_pipelines.imports.report import Report

_COLOURS = {"completed": "green", "partial": "yellow", "failed": "red", "cancelled": "red"}


def terminal(report: Report) -> Iterator[RenderableType]:
    """Yield the parts of a report for a rich console; texts are never read as markup."""
    yield Text(headline(report), style=f"bold {_COLOURS.get(report.status, '')}".strip())
    yield Text(summary(report))
    for section in sections(report):
        yield Text()
        yield _table(section)


def _table(section: Section) -> Table:
    named = any(column.strip() for column in section.columns)
    table = Table(title=Text(section.title, style="bold"), title_justify="left", box=None, show_header=named)
    for column in section.columns:
        number = column in section.numbers
        table.add_column(column, justify="right" if number else "left", no_wrap=number, overflow="fold")
    for row in section.rows:
        table.add_row(*map(Text, row))
    return table
