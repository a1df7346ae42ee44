"""Whole imports of files in any state: a run ends with a report whose rows add up, and stores what the file says."""

import random
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cdp_pipelines.imports.report import Report
from cdp_pipelines_tests.corpora.writing import BREAKS, SPOILS, Writing, cells, writings
from cdp_pipelines_tests.scenarios.shop import Shop, line, order

SOME = settings(max_examples=10)
NUMBERS = count(1)
Notes = dict[str, tuple[str, str]]


def run(shop: Shop, writing: Writing, content: bytes) -> tuple[Report, Notes]:
    """Import a file into a site of its own; return the report, and name and note of each order that was stored."""
    site = f"site-{next(NUMBERS)}"
    report = shop.imports("any", site=site, format=writing.format).reads(content, day=1)
    rows = shop.ask("select order_id, line_items, custom_fields from orders where site = %s", site)
    notes = {
        row["order_id"]: (row["line_items"][0].get("name", ""), (row["custom_fields"] or {}).get("note", ""))
        for row in rows
    }
    return report, notes


@st.composite
def exports(draw: st.DrawFn, **choices: Any) -> tuple[Writing, list[list[str]], Notes]:
    """Draw a way to write a file, the cells of its header and rows, and what they say of each order."""
    writing = draw(writings(**choices))
    cell = cells(writing.encoding)
    notes = {f"A-{number}": (draw(cell), draw(cell)) for number in range(1, draw(st.integers(2, 6)))}
    (rows,) = zip(*(order(key, line(name=name), custom_note=note) for key, (name, note) in notes.items()), strict=True)
    return writing, [list(rows[0]), *(list(row.values()) for row in rows)], notes


@SOME
@given(exports())
def test_an_import_stores_what_was_written(shop: Shop, export: tuple[Writing, list[list[str]], Notes]) -> None:
    writing, rows, notes = export
    report, stored = run(shop, writing, writing.data(writing.text(rows)))
    assert (report.status, report.rows.added) == ("completed", len(notes))
    assert stored == notes


@SOME
@given(exports(), st.integers(0, 1 << 30))
def test_a_cut_file_stores_nothing_that_was_not_written(
    shop: Shop, export: tuple[Writing, list[list[str]], Notes], seed: int
) -> None:
    writing, rows, notes = export
    content = BREAKS["cut"](writing.data(writing.text(rows)), random.Random(seed))  # noqa: S311 - no secret
    report, stored = run(shop, writing, content)
    assert report.status in ("completed", "partial", "failed")
    assert stored.items() <= notes.items() or "NO_FINAL_LINE_END" in {issue.code for issue in report.issues}
    assert report.status != "failed" or not stored


@SOME
@given(exports(packings=["gzip", "zip"]), st.sampled_from(sorted(BREAKS)), st.integers(0, 1 << 30))
def test_a_broken_archive_stores_all_or_nothing(
    shop: Shop, export: tuple[Writing, list[list[str]], Notes], how: str, seed: int
) -> None:
    writing, rows, notes = export
    content = BREAKS[how](writing.data(writing.text(rows)), random.Random(seed))  # noqa: S311 - no secret
    _, stored = run(shop, writing, content)
    assert stored in ({}, notes)


@SOME
@given(exports(), st.sampled_from([*SPOILS, "repeated header"]), st.data())
def test_a_spoilt_file_ends_with_a_report(
    shop: Shop, export: tuple[Writing, list[list[str]], Notes], spoil: str, data: st.DataObject
) -> None:
    writing, rows, notes = export
    place = data.draw(st.integers(1, len(rows)))
    if spoil == "repeated header":
        report, stored = run(shop, writing, writing.data(writing.text([*rows[:place], rows[0], *rows[place:]])))
        assert (report.status, report.rows.rejected, stored) == ("partial", 1, notes)
        return
    whole = writing.text(rows)
    place = data.draw(st.integers(0, len(whole)))
    spoilt = (whole[:place] + spoil + whole[place:]).encode(writing.encoding, "replace").decode(writing.encoding)
    report, _ = run(shop, writing, writing.data(spoilt))
    assert report.status in ("completed", "partial", "failed")


@SOME
@given(exports(), st.sampled_from(["utf-8", "utf-16", "cp1252", "latin-1", "cp932", "gb18030", "auto"]))
def test_a_wrong_encoding_ends_with_a_report(
    shop: Shop, export: tuple[Writing, list[list[str]], Notes], declared: str
) -> None:
    # That `auto` gives the right text or none holds of words, not of letters drawn at random: see test_encoding.
    writing, rows, _ = export
    wrong = Writing(**(vars(writing) | {"declared": declared}))
    report, stored = run(shop, wrong, writing.data(writing.text(rows)))
    assert report.status in ("completed", "partial", "failed")
    assert (report.status == "failed") == (not stored)
