"""Where records begin: the fast reading of quotes and the exact one say the same where both may speak."""

import csv
import io

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from cdp_pipelines.formats.borders import exact_marks, find_borders, quote_marks

SOUP = st.lists(
    st.sampled_from(['"', '""', ",", "\n", "\r\n", "x", "é", '="', '="1"', "="]), max_size=30
).map("".join)  # fmt: skip


def outside(marks: np.ndarray, places: np.ndarray) -> list[bool]:
    return (np.searchsorted(marks, places) % 2 == 0).tolist()


@given(SOUP)
def test_the_marks_that_are_used_part_the_line_ends_as_the_exact_ones_do(text):
    data = text.encode()
    breaks = np.flatnonzero(np.frombuffer(data, np.uint8) == 10)
    assert outside(quote_marks(data, ",")[0], breaks) == outside(exact_marks(data, ","), breaks)


@given(SOUP)
def test_records_and_their_lines_are_those_of_python_csv(text):
    data = text.encode()
    assume(len(exact_marks(data, ",")) % 2 == 0)
    borders = find_borders(data, ",", line=7)
    records = csv.reader(io.StringIO(text, newline=""))
    ends = [7 + records.line_num for _ in records]
    assert borders.lines[:-1].tolist() == [7, *ends][: len(ends)]


def test_quotes_well_placed_are_used_as_they_are_and_others_are_read_exactly():
    placed, stray = b'"a""b",""\n"c"\n', b'a"b,"c"\n"d"e\n'
    assert quote_marks(placed, ",")[0].tolist() == [0, 2, 3, 5, 7, 8, 10, 12]
    marks, malformed = quote_marks(stray, ",")
    assert marks.tolist() == [4, 6, 8, 10]
    assert malformed.tolist() == [10]


def test_quotes_of_cells_that_keep_numbers_as_text_are_text():
    data = b'="001","b","c,d"\n="2",d,="3'
    marks, malformed = quote_marks(data, ",")
    assert marks.tolist() == exact_marks(data, ",").tolist() == [7, 9, 11, 15]
    assert malformed.tolist() == []
    assert quote_marks(b'="1",2\n', ",")[0].tolist() == []
    inside = b'="1","b,=""c"""\n'
    assert quote_marks(inside, ",")[0].tolist() == exact_marks(inside, ",").tolist()


def test_a_piece_without_its_end_gives_whole_records_only():
    borders = find_borders(b'1,2\n3,"4\n', ",", line=5, last=False)
    assert borders.starts.tolist() == [0, 4]
    assert borders.lines.tolist() == [5, 6]
