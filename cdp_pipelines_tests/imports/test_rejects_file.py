import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.imports.rejects_file import guarded, write_rejects


def row(line=2, raw=None, **changes):
    return {
        "line": line, "item_id": "o1", "code": "X", "column": "total", "message": "total: bad", "raw": raw, **changes,
    }  # fmt: skip


def written(rows, known=()):
    target = io.StringIO(newline="")
    count = write_rejects(lambda: iter(rows), target, known)
    return count, list(csv.reader(io.StringIO(target.getvalue())))


def test_each_row_has_what_is_wrong_and_its_cells():
    count, lines = written([row(raw={"b": "1", "a": 'x,\n"y"'}), row(3, {"c": "é"}, item_id=None, column=None)], ["b"])
    assert count == 2
    assert lines == [
        ["line", "item_id", "code", "column", "message", "b", "a", "c"],
        ["2", "o1", "X", "total", "total: bad", "1", 'x,\n"y"', ""],
        ["3", "", "X", "", "total: bad", "", "", "é"],
    ]


def test_no_rejects_give_a_header():
    assert written([]) == (0, [["line", "item_id", "code", "column", "message"]])


def test_columns_named_like_ours_and_cells_beyond_the_header_are_kept():
    _, [header, cells] = written([row(raw={"line": "9", "": ["p", "q"], "=1+1": "x"})])
    assert header[5:] == ["raw cells beyond the header", "'=1+1", "raw line"]
    assert cells[5:] == ['["p", "q"]', "x", "9"]


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "-", "+4 9"])
def test_formulas_are_disarmed(cell):
    assert guarded(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["-5.00", "+3", "-.5", "-1e5", "", "a=b", "5-3", "'=1", "2026-01-01"])
def test_numbers_and_texts_stay(cell):
    assert guarded(cell) == cell


@given(st.text())
def test_no_cell_begins_like_a_formula_unless_it_is_a_number(cell):
    safe = guarded(cell)
    assert safe.removeprefix("'") == cell.removeprefix("'")
    if safe[:1] in ("=", "+", "-", "@", "\t", "\r"):
        float(safe)
