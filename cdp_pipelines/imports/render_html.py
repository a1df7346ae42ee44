"""A report as one HTML file that needs nothing else: no script, no address, all values escaped."""

from html import escape

from cdp_pipelines.imports.render import Section, headline, sections, summary
from cdp_pipelines.imports.report import Report

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1b1f24; background: #fff; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; margin-bottom: .3rem; }
h2 { font-size: 1.05rem; margin: 1.8rem 0 .4rem; }
table { border-collapse: collapse; }
th, td { text-align: left; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid #d8dee4; }
th, td { vertical-align: top; overflow-wrap: anywhere; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.failed, .cancelled { color: #b3261e; }
.partial { color: #8a5a00; }
.completed { color: #1a6b35; }
"""


def html(report: Report) -> str:
    """Return the page."""
    title = escape(headline(report))
    body = "\n".join(_table(section) for section in sections(report))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1 class="{escape(report.status)}">{title}</h1>
<p>{escape(summary(report))}</p>
{body}
</body>
</html>
"""


def _table(section: Section) -> str:
    named = any(column.strip() for column in section.columns)
    head = f"<thead>{_row(section, section.columns, 'th')}</thead>" if named else ""
    rows = "\n".join(_row(section, row, "td") for row in section.rows)
    return f"<h2>{escape(section.title)}</h2>\n<table>{head}<tbody>\n{rows}\n</tbody></table>"


def _row(section: Section, cells: tuple[str, ...], tag: str) -> str:
    marks = [' class="number"' if column in section.numbers else "" for column in section.columns]
    inside = "".join(f"<{tag}{mark}>{escape(cell)}</{tag}>" for mark, cell in zip(marks, cells, strict=True))
    return f"<tr>{inside}</tr>"
