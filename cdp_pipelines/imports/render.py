"""A report as sections of text, which markdown, terminal and HTML show alike; nothing here knows how a page looks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cdp_pipelines.imports.plots import Plot, embedded
from cdp_pipelines.imports.report import Issue, Report

_ROWS = ("added", "updated", "unchanged", "stale", "superseded", "rejected", "skipped")


@dataclass(frozen=True)
class Section:
    """A table: its columns, those of them that hold numbers, and its rows of texts."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    numbers: frozenset[str] = frozenset()


def headline(report: Report) -> str:
    """Return name, partition and status, like `de/orders 2026-01-31: partial (dry run)`."""
    partition = f" {report.partition}" if report.partition else ""
    return plain(f"{report.import_name}{partition}: {report.status}{' (dry run)' if report.dry_run else ''}")


def summary(report: Report) -> str:
    """Return one sentence: why nothing was applied, or what became of the items."""
    if report.status in {"failed", "cancelled"}:
        return plain(report.error or "The run ended without a reason; run it again.")
    if report.status in {"queued", "running"}:
        return "The run has not ended."
    items = report.items
    counts = [f"{count:,} {name}" for name, count in items.model_dump(exclude={"total"}).items() if count]
    verb = "would be " if report.dry_run else ""
    return f"{report.rows.read:,} rows, {items.total:,} {report.noun}: {verb}{', '.join(counts) or 'nothing to do'}."


def sections(report: Report) -> list[Section]:
    """Return what is to be shown, in reading order; sections without content are left out."""
    made = (_outcomes, _issues, _events, _money, _enriched, _files, _sample, _stages, _run)
    return [section for section in (make(report) for make in made) if section.rows]


def plain(text: object) -> str:
    """Return a text on one line, without characters that would steer a terminal or turn the reading direction."""
    spaced = re.sub(r"\s+", " ", str(text))
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in spaced)


def count(number: float) -> str:
    """Return `12,345`, and a dot for nothing."""
    return f"{number:,}" if number else "·"


def percent(share: float) -> str:
    """Return `1.25 %`."""
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + " %"


def _outcomes(report: Report) -> Section:
    items = report.items.model_dump()
    rows = [("read", count(report.rows.read), count(report.items.total))]
    for name in _ROWS:
        found = count(items[name]) if name in items else ""
        rows.append((name, count(getattr(report.rows, name)), found))
    reasons = [(f"skipped: {name}".replace("_", " "), count(rows), "") for name, rows in report.skipped if rows]
    return Section("Outcome", ("outcome", "rows", report.noun), rows + reasons, frozenset({"rows", report.noun}))


def _issues(report: Report) -> Section:
    several = len(report.files) > 1
    columns = ("severity", "code", "column", "message", "rows", report.noun, "share", "lines")
    rows = [(*_issue(issue), *([plain(issue.file or "")] if several else [])) for issue in report.issues]
    numbers = frozenset({"rows", report.noun, "share"})
    return Section("Issues", (*columns, "file") if several else columns, rows, numbers)


def _issue(issue: Issue) -> tuple[str, ...]:
    lines = ", ".join(map(str, issue.sample_lines)) + (", ..." if issue.rows > len(issue.sample_lines) > 0 else "")
    what = (issue.severity, issue.code, plain(issue.column or ""), plain(issue.message))
    return (*what, count(issue.rows), count(issue.items), percent(issue.share), lines)


def _events(report: Report) -> Section:
    rows = [(name, count(number)) for name, number in report.events if number]
    return Section("Would emit" if report.dry_run else "Emitted", ("event", "events"), rows, frozenset({"events"}))


def _money(report: Report) -> Section:
    columns = ("currency", "orders", "total", "refund")
    rows = [
        (plain(currency), count(money.orders), f"{money.total:,.2f}", f"{money.refund:,.2f}")
        for currency, money in sorted(report.money.items())
    ]
    return Section("Money of added and updated orders", columns, rows, frozenset(columns[1:]))


def _enriched(report: Report) -> Section:
    enriched = report.enriched
    rows = []
    if enriched.coverage is not None:
        rows.append((count(enriched.items), count(enriched.fields), percent(enriched.coverage)))
    columns = ("line items", "fields", "products found")
    return Section("Filled in from product feeds", columns, rows, frozenset(columns))


def _files(report: Report) -> Section:
    columns = ("file", "bytes", "rows", "encoding", "compression", "complete", "sha256")
    rows = [
        (
            plain(file.uri),
            count(file.bytes),
            count(file.rows.read),
            plain(file.encoding),
            plain(file.compression),
            plain(file.completeness),
            file.sha256[:12],
        )
        for file in report.files
    ]
    return Section("Files", columns, rows, frozenset({"bytes", "rows"}))


def _sample(report: Report) -> Section:
    seen = {(item.line, item.id): item for item in [*report.sample.first, *report.sample.last]}
    rows = [(plain(item.id), str(item.line), plain(item.outcome)) for item in seen.values()]
    return Section(
        f"First and last {report.noun}", (report.noun.removesuffix("s"), "line", "outcome"), rows, frozenset({"line"})
    )


def _stages(report: Report) -> Section:
    columns = ("stage", "seconds", "rows", "bytes")
    rows = [
        (plain(stage.name), f"{stage.seconds:.2f}", count(stage.rows), count(stage.bytes)) for stage in report.stages
    ]
    return Section("Stages, which overlap", columns, rows, frozenset(columns[1:]))


def _run(report: Report) -> Section:
    return Section("Run", ("", " "), list(_facts(report)))


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    yield "run", report.run_id
    if report.dagster_run_id:
        yield "Dagster run", report.dagster_run_id
    yield "site", plain(report.site)
    yield "store", plain(report.store)
    yield "started", f"{report.started_at:%Y-%m-%d %H:%M:%S} UTC, by {report.origin}"
    if report.finished_at:
        yield "took", f"{(report.finished_at - report.started_at).total_seconds():.1f} s"
    limit = "no limit" if report.budget.share is None else f"{percent(report.budget.share)} allowed"
    yield f"rejected {report.noun}", f"{percent(report.budget.used)}, {limit}"
    yield "peak memory", f"{report.peak_rss_mb:,.0f} MB"


def markdown(report: Report, plots: Sequence[Plot] = ()) -> str:
    """Return the report and its pictures as markdown, for Dagster's metadata."""
    parts = [f"**{_escaped(headline(report))}**", _escaped(summary(report)), *map(embedded, plots)]
    return "\n\n".join([*parts, *(_markdown_table(section) for section in sections(report))]) + "\n"


def _markdown_table(section: Section) -> str:
    rule = ["---:" if column in section.numbers else "---" for column in section.columns]
    rows = [list(section.columns), rule, *([_escaped(cell) for cell in row] for row in section.rows)]
    lines = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"### {section.title}\n\n{lines}"


def _escaped(text: str) -> str:
    """Keep markdown and HTML of file names and messages from being taken for ours."""
    return re.sub(r"([\\`*_{}\[\]<>#|!~&])", r"\\\1", text)
