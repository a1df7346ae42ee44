"""Parsing whole records: by Arrow or one by one, the same cells."""

import csv

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.formats.records import cells, parse
from cdp_pipelines_tests.formats.reading import table_rows

CELL = st.text(st.sampled_from("\",; \n\r\tx'é"), max_size=6)


@given(st.lists(CELL, min_size=1, max_size=6), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_cells_of_a_record_are_what_was_written(row, quoting):
    if quoting == csv.QUOTE_MINIMAL:
        row = [cell.replace("\r", "") for cell in row]
    line = []
    csv.writer(_Lines(line), quoting=quoting, lineterminator="\r\n").writerow(row)
    assert cells(line[0].encode(), ",") == row


class _Lines:
    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append


@given(st.text(st.sampled_from("\",x '"), max_size=12))
def test_cells_of_anything_that_is_closed_are_those_of_python_csv(text):
    try:
        expected = next(csv.reader([text], strict=False))
    except StopIteration:
        expected = [""]
    assert cells(text.encode(), ",") == (expected or [""])


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (b"", [""]),
        (b",", ["", ""]),
        (b"a,b\r\n", ["a", "b"]),
        (b"a,b\r", ["a", "b"]),
        (b"a,b\r\r\n", ["a", "b\r"]),
        (b'"a""b","c\nd"\n', ['a"b', "c\nd"]),
        (b'"a"b,"c', ["ab", "c"]),
        (b'2"x,"""",""', ['2"x', '"', ""]),
        (b"x\0y,\xc3\xa9", ["x\0y", "é"]),
    ],
)
def test_cells_of_odd_records(record, expected):
    assert cells(record, ",") == expected


def test_empty_cells_are_null_quoted_or_not_and_spaces_are_not():
    table = parse(b'1,,"", \n', ["a", "b", "c", "d"], ",").table
    assert table_rows(table) == [["1", None, None, " "]]
    assert set(table.schema.types) == {pa.string()}


def test_only_what_is_wanted_is_converted_in_the_wanted_order():
    table = parse(b"1,2,3\n4,5,6\n", ["a", "b", "c"], ",", ["c", "a"]).table
    assert table.to_pydict() == {"c": ["3", "6"], "a": ["1", "4"]}


def test_unnamed_columns_are_left_out_unless_there_is_a_name():
    assert parse(b"1,2,3,4\n", ["a", "", "c", ""], ",").table.to_pydict() == {"a": ["1"], "c": ["3"]}


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_buffer_is_parsed(kind):
    assert parse(kind(b'1,"x\ny"\n2,z'), ["a", "b"], ",").table.to_pydict() == {"a": ["1", "2"], "b": ["x\ny", "z"]}


def test_records_with_another_number_of_cells_are_named_and_the_rows_keep_their_records():
    parsed = parse(b"1,2\n3\n4,5\n6,7,8\n9,0\n", ["a", "b"], ",")
    assert parsed.wrong == [(1, 1), (3, 3)]
    assert parsed.rows is not None
    assert parsed.rows.tolist() == [0, 2, 4]
    assert parsed.table.to_pydict() == {"a": ["1", "4", "9"], "b": ["2", "5", "0"]}
    assert parse(b"1,2\n", ["a", "b"], ",").rows is None


def test_nothing_but_wrong_records_gives_an_empty_table():
    parsed = parse(b"1\n2\n", ["a", "b"], ",")
    assert (parsed.table.num_rows, parsed.table.column_names, parsed.wrong) == (0, ["a", "b"], [(0, 1), (1, 1)])


def test_no_record_gives_an_empty_table():
    parsed = parse(b"", ["a", "b"], ",")
    assert (parsed.table.num_rows, parsed.table.column_names, parsed.rows) == (0, ["a", "b"], None)


@pytest.mark.parametrize("starts", [None, np.array([0, 6, 10])])
def test_a_lone_cr_that_arrow_takes_for_a_line_end_is_read_record_by_record(starts):
    parsed = parse(b"1,x\ry\n2,z\n", ["a", "b"], ",", starts=starts)
    assert parsed.table.to_pydict() == {"a": ["1", "2"], "b": ["x\ry", "z"]}
    assert parsed.wrong == []


def test_a_byte_order_mark_that_arrow_would_drop_is_kept():
    assert parse("\ufeff1,2\n".encode(), ["a", "b"], ",").table.to_pydict() == {"a": ["\ufeff1"], "b": ["2"]}


ROW = st.lists(CELL, min_size=2, max_size=4)


@given(st.lists(ROW, max_size=8), st.sampled_from(",;\t"))
def test_arrow_and_the_record_by_record_reader_agree(rows, delimiter):
    records: list[str] = []
    csv.writer(_Lines(records), delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    parsed = parse("".join(records).encode(), ["a", "b", "c"], delimiter)
    whole = [row for row in rows if len(row) == 3]
    assert table_rows(parsed.table) == [[cell or None for cell in row] for row in whole]
    assert parsed.wrong == [(index, len(row)) for index, row in enumerate(rows) if len(row) != 3]
