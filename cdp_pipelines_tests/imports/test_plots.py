"""Pictures in a report: what their bars say, and that nothing in a label can become markup."""

import base64
import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from cdp_pipelines.imports.plots import Bar, Plot, embedded, svg
from cdp_pipelines.imports.trends import BARS, orders_by_day
from cdp_pipelines_tests.imports.test_render import report

COLOURS = {"added": "#00aa00", "rejected": "#aa0000"}
BLUE = "#0969da"


def heights(picture: str, colour: str) -> list[float]:
    """The heights of the bars of a colour, squares of the legend left out."""
    found = etree.fromstring(picture).iter("{http://www.w3.org/2000/svg}rect")
    return [float(one.get("height")) for one in found if one.get("fill") == colour and one.get("width") != "9.0"]


def texts(picture: str) -> list[str]:
    return [one.text for one in etree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]


def test_parts_are_as_high_as_their_share_of_the_highest_bar() -> None:
    picture = svg(Plot("Rows", [Bar("1", {"added": 50, "rejected": 50}), Bar("2", {"added": 25})], COLOURS))
    assert heights(picture, COLOURS["added"]) == [71.0, 35.5]
    assert heights(picture, COLOURS["rejected"]) == [71.0]
    assert texts(picture) == ["Rows", "rejected", "added", "100", "0", "1", "2"]


def test_a_failed_run_is_a_cross() -> None:
    picture = svg(Plot("Rows", [Bar("1", {"added": 5}), Bar("2", {"added": 5}, failed=True)], COLOURS))
    assert len(heights(picture, COLOURS["added"])) == 1
    assert "\N{MULTIPLICATION SIGN}" in texts(picture)


@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8", exclude_categories=["C"])), st.integers(0, 10**12))))
def test_any_label_and_number_is_a_picture_within_its_frame(bars: list[tuple[str, int]]) -> None:
    picture = svg(Plot("<&>", [Bar(label, {"added": number}) for label, number in bars], COLOURS))
    assert all(0 <= height <= 142 for height in heights(picture, COLOURS["added"]))
    assert texts(picture)[0] == "<&>"


def test_markdown_holds_the_whole_picture() -> None:
    plot = Plot("Rows", [Bar("1", {"added": 5})], COLOURS)
    found = re.fullmatch(r"!\[Rows\]\(data:image/svg\+xml;base64,([\w+/=]+)\)", embedded(plot))
    assert found
    assert base64.b64decode(found[1]).decode() == svg(plot)


@pytest.mark.parametrize(
    ("days", "unit", "bars", "first"),
    [
        (1, "day", 1, "2024-02-28"),
        (BARS, "day", BARS, "2024-02-28"),
        (BARS + 1, "month", 5, "2024-02"),
        (BARS * 40, "year", 12, "2024"),
        (BARS * 400, "year", BARS, "2034"),
    ],
)
def test_orders_by_day_month_or_year_leave_no_time_out(days: int, unit: str, bars: int, first: str) -> None:
    begin = date(2024, 2, 28)
    created = {begin: 3, begin + timedelta(days - 1): 4}
    plot = orders_by_day(report(created=created))
    assert plot.title == f"Orders read, by {unit} of creation"
    assert (len(plot.bars), plot.bars[0].label) == (bars, first)
    assert sum(bar.height for bar in plot.bars) == (4 if first == "2034" else sum(created.values()))
