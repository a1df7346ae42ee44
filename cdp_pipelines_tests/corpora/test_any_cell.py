"""Whatever stands in a cell of whatever column: a run ends with rows that add up, and tells nobody what it was."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp_pipelines.imports.render import markdown
from cdp_pipelines.imports.report import Report
from cdp_pipelines_tests.scenarios.shop import KNOWN, Row, Shop, order, text

COLUMNS = [*KNOWN, "custom_note"]
TELLING = [name for name in COLUMNS if name != "orderId"]
"""All columns but the one that orders are told by."""

NUMBERS = ["1e999", "-0", "NaN", "inf", "0x1F", "1_000", "\uff11", "1,5", "9" * 400, "1e-999", ".", "--1", "1e", "²"]
TIMES = ["0000-00-00", "9999-12-31T23:59:59.9999999+23:59", "2024-02-30", "-0001-01-01", "2016-12-31T23:59:60Z"]
TIMES += ["9" * 30, "2024-W01", "2024-01-01T00:00:00+99:99", "0001-01-01T00:00:00-23:59", "1e3"]
USERS = ["@", "a@b", "x" * 600 + "@example.com", "+", "+0", "\u202ejane@example.com", "İ@example.com", "' or 1=1 --"]
TEXTS = ["", " ", "\x1f", "\u200b", ";" * 500, "x" * 2000, "\\N", "{}", '"', "\r\n", "\x7f", "\ud7ff", "\U0010ffff"]
LETTERS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
CELL = st.sampled_from([*NUMBERS, *TIMES, *USERS, *TEXTS]) | LETTERS
PERSON = {"mail": "canary.jane@example.com", "phone": "+351912345678", "name": "Canaria Exemplaria"}


def rows_of(spoilt: list[tuple[str, str]]) -> list[Row]:
    """Return an order for each column and cell, which stands there."""
    rows = []
    for number, (column, cell) in enumerate(spoilt):
        (row,) = order(f"A-{number}")
        rows.append(row | {column: cell})
    return rows


def told(shop: Shop, report: Report) -> str:
    """Return everything that is told about a run: its report as it is kept and shown, and why rows were rejected."""
    kept = shop.ask("select report from import_runs where run_id = %s", report.run_id)
    reasons = shop.ask("select code, column_name, message from rejects where run_id = %s", report.run_id)
    return json.dumps([kept, reasons, report.as_dict()], ensure_ascii=False) + markdown(report)


@settings(max_examples=6)
@given(st.lists(st.tuples(st.sampled_from(COLUMNS), CELL), min_size=20, max_size=60), st.sampled_from(["csv", "jsonl"]))
def test_any_cells_end_with_a_report(shop: Shop, spoilt: list[tuple[str, str]], kind: str) -> None:
    rows = rows_of(spoilt)
    content = text([[row] for row in rows]) if kind == "csv" else "".join(json.dumps(row) + "\n" for row in rows)
    report = shop.imports("cells", format={"kind": kind}).reads(content, day=1)
    assert report.status in ("completed", "partial", "failed")
    assert report.rows.read == len(rows)


@pytest.mark.rows("S2")
@pytest.mark.parametrize("who", PERSON)
def test_no_column_s_value_is_told(shop: Shop, who: str) -> None:
    rows = rows_of([(column, PERSON[who]) for column in TELLING])
    report = shop.imports(who, site=who).reads(text([[row] for row in rows]))
    assert report.status == "partial"
    assert report.rows.rejected > 5
    assert PERSON[who] not in told(shop, report)
