import re
from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from rich.console import Console

from cdp_pipelines.imports.render import headline, markdown, summary
from cdp_pipelines.imports.render_html import html
from cdp_pipelines.imports.render_terminal import terminal
from cdp_pipelines.imports.report import (
    Budget,
    Enriched,
    Events,
    FileReport,
    Issue,
    ItemCounts,
    Money,
    Report,
    RowCounts,
    Sample,
    SampleItem,
    Skipped,
    Stage,
)

HOSTILE = "<script>alert(1)</script> [red]x[/red] | `a` **b** [c](d) \x1b[31m \u202e\n&amp;"


def report(**changes):
    file = FileReport(
        uri="/in/orders.csv", version="1", bytes=2048, sha256="ab" * 32, encoding="utf-8", compression="gzip",
        completeness="size matches", rows=RowCounts(read=1234),
    )  # fmt: skip
    issue = Issue(
        severity="error", code="UNKNOWN_CURRENCY", column="currency", message="write it like EUR", rows=3, items=2,
        share=0.0125, sample_lines=[7, 9],
    )  # fmt: skip
    values = {
        "run_id": "01ABC",
        "import_name": "de/orders",
        "status": "partial",
        "partition": "2026-01-31",
        "started_at": datetime(2026, 2, 1, 3, 0, tzinfo=UTC),
        "finished_at": datetime(2026, 2, 1, 3, 0, 2, tzinfo=UTC),
        "store": "embedded",
        "files": [file],
        "rows": RowCounts(read=1234, added=1000, rejected=3, skipped=231),
        "items": ItemCounts(total=400, added=398, rejected=2),
        "skipped": Skipped(suppressed=231),
        "events": Events(orderPlace=398),
        "money": {"EUR": Money(orders=398, total=Decimal("12345.60"), refund=Decimal("1.5"))},
        "enriched": Enriched(items=1200, fields=4321, coverage=0.9725),
        "issues": [issue],
        "budget": Budget(share=0.05, used=0.005),
        "sample": Sample(first=[SampleItem(id="00123", line=2, outcome="added")]),
        "stages": [Stage(name="read", seconds=1.5, rows=1234, bytes=2048)],
    }
    return Report.model_validate({**values, **changes})


def on_terminal(value):
    console = Console(width=160)
    with console.capture() as captured:
        for part in terminal(value):
            console.print(part, markup=False)
    return captured.get()


SHOWN = [
    "de/orders 2026-01-31: partial",
    "1,234 rows, 400 orders: 398 added, 2 rejected.",
    "UNKNOWN_CURRENCY",
    "write it like EUR",
    "1.25 %",
    "7, 9, ...",
    "12,345.60",
    "orderPlace",
    "/in/orders.csv",
    "size matches",
    "suppressed",
    "Filled in from product feeds",
    "4,321",
    "97.25 %",
    "0.5 %, 5 % allowed",
    "00123",
    "01ABC",
    "2.0 s",
]


@pytest.mark.parametrize("render", [on_terminal, html, lambda value: re.sub(r"\\(.)", r"\1", markdown(value))])
def test_every_form_shows_the_figures(render):
    text = render(report())
    assert [piece for piece in SHOWN if piece not in text] == []


@pytest.mark.parametrize("render", [on_terminal, html, markdown])
def test_a_failed_report_leads_with_its_error(render):
    text = render(report(status="failed", error="The file is cut in its last line."))
    assert text.index("The file is cut") < text.index("UNKNOWN")


def test_a_dry_run_says_so():
    assert headline(report(dry_run=True)).endswith("partial (dry run)")
    assert "would be 398 added" in summary(report(dry_run=True))
    assert "Would emit" in markdown(report(dry_run=True))


def test_a_run_that_goes_on_says_so():
    assert summary(report(status="running", finished_at=None)) == "The run has not ended."


def test_nothing_to_do_says_so():
    nothing = report(items=ItemCounts(), rows=RowCounts(), status="completed")
    assert summary(nothing) == "0 rows, 0 orders: nothing to do."


def hostile():
    issue = Issue(severity="warning", code="X", column=HOSTILE, message=HOSTILE)
    file = report().files[0].model_copy(update={"uri": HOSTILE})
    return report(issues=[issue], files=[file], error=HOSTILE, status="failed")


def test_html_escapes_everything():
    class Tags(HTMLParser):
        def handle_starttag(self, tag, attrs):
            seen.add(tag)
            assert not {name for name, _ in attrs} & {"src", "href", "onclick"}

    seen = set()
    page = html(hostile())
    Tags().feed(page)
    assert "script" not in seen
    assert "&lt;script&gt;" in page
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page
    assert not re.search(r"https?:", page)


def test_a_terminal_is_not_steered():
    text = on_terminal(hostile())
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[red]x[/red]" in text


def test_markdown_keeps_its_tables():
    lines = [line for line in markdown(hostile()).splitlines() if "alert" in line and line.startswith("|")]
    assert lines
    for line in lines:
        assert "<script" not in re.sub(r"\\<", "", line)
        assert not re.search(r"(?<!\\)\]\(", line)
    widths = {len(re.findall(r"(?<!\\)\|", line)) for line in lines if "warning" in line}
    assert widths == {9}
