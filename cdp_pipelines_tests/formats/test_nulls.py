"""Synerise's CSV: a cell that says `null` and nothing else is empty, at any block size and beside any other cell."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cdp_pipelines_tests.formats.reading import BLOCK_SIZES, Reading, read_bytes

WORDS = st.sampled_from(["null", "NULL", "null ", ",null,", "\nnull\n"])
CELL = st.text(st.sampled_from('nul"\\,;\n a'), max_size=4) | WORDS


def found(text: str, size: int = 2 << 20, **dialect) -> Reading:
    reading = read_bytes(text.encode(), size, kind="synerise_csv", **dialect)
    assert isinstance(reading, Reading), reading
    assert not reading.damaged
    return reading


@pytest.mark.parametrize("size", BLOCK_SIZES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_null_is_an_empty_cell(size, end):
    lines = ["code,name,type", 'null,"null",a', 'a,"b,null,c",null', '"a""null",null b,nullnull', r"a\",\null,null"]
    rows = found(end.join(lines) + end, size).rows
    assert list(rows.values()) == [
        [None, None, "a"],
        ["a", "b,null,c", None],
        ['a"null', "null b", "nullnull"],
        ['a"', None, None],
    ]


@pytest.mark.parametrize("size", BLOCK_SIZES)
def test_a_row_of_nothing_but_null_is_a_row(size):
    reading = found("code\nnull\nA\n", size)
    assert reading.rows == {2: [None], 3: ["A"]}
    assert reading.warnings == []


def test_the_last_cell_of_a_file_without_a_line_end_may_be_null():
    assert found("code,name\nA,null").rows == {2: ["A", None]}


@given(
    st.lists(st.tuples(CELL, CELL, CELL), max_size=5),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\\", "none"]),
    st.booleans(),
)
@example([("\nnull\n", "null", '"')], ",", "none", True)
def test_all_cells_but_null_are_those_that_python_csv_wrote(rows, delimiter, escape, quote_all):
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=delimiter, escapechar=None if escape == "none" else escape, doublequote=escape == "none",
        quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL, lineterminator="\n",
    )  # fmt: skip
    writer.writerows([("id", "name", "total"), *rows])
    expected = [[None if cell in ("", "null") else cell for cell in row] for row in rows]
    for size in (1, 7, 2 << 20):
        reading = found(out.getvalue(), size, delimiter=delimiter, escape=escape)
        assert list(reading.rows.values()) == expected
