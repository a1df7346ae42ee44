"""Dialects: the same cells on the same physical lines as Python's `csv` finds, at any block size."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cdp_pipelines.errors import FileError
from cdp_pipelines_tests.formats.reading import BLOCK_SIZES, Cells, Reading, read_bytes

CELL = st.text(st.sampled_from("'\"\\|;,# a\n€"), max_size=6)
DIALECTS = st.fixed_dictionaries(
    {"delimiter": st.sampled_from(",;\t|"), "quote": st.sampled_from("'\"")},
    optional={"escape": st.sampled_from("\\^"), "comment": st.just("#")},
)


def found(text: str, size: int = 2 << 20, **dialect) -> Reading:
    reading = read_bytes(text.encode(), size, **dialect)
    assert isinstance(reading, Reading), reading
    return reading


def by_python(text: str, delimiter: str = ",", quote: str = '"', escape: str | None = None) -> dict[int, Cells]:
    quoting = csv.QUOTE_NONE if quote == "none" else csv.QUOTE_MINIMAL
    character = None if quote == "none" else quote
    records = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, quotechar=character, escapechar=escape, quoting=quoting
    )
    rows, line = {}, 1
    for record in records:
        if record:
            rows[line] = [cell or None for cell in record]
        line = records.line_num + 1
    return rows


@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=5), DIALECTS, st.booleans())
@example([("#a", "b", "c")], {"delimiter": ";", "quote": "'", "comment": "#"}, False)
@example([("\\", "'", "\n")], {"delimiter": "|", "quote": "'", "escape": "\\"}, True)
def test_cells_are_those_that_python_csv_wrote(rows, dialect, doubled):
    out = io.StringIO()
    doubled = doubled or "escape" not in dialect
    writer = csv.writer(
        out, delimiter=dialect["delimiter"], quotechar=dialect["quote"], escapechar=dialect.get("escape"),
        doublequote=doubled, quoting=csv.QUOTE_ALL, lineterminator="\n",
    )  # fmt: skip
    writer.writerows([("id", "name", "total"), *rows])
    text = out.getvalue()
    expected = by_python(text, dialect["delimiter"], dialect["quote"], dialect.get("escape"))
    for size in (1, 7, 2 << 20):
        reading = found(text, size, **dialect)
        assert list(reading.header.columns) == expected[1]
        assert reading.rows == {line: row for line, row in expected.items() if line > 1}
        assert not reading.damaged
        assert reading.warnings == []


UNQUOTED = st.text(st.sampled_from("'\"\\| a€"), max_size=6)


@given(st.lists(st.tuples(UNQUOTED, UNQUOTED), max_size=5), st.sampled_from(["none", '"', "'"]))
def test_cells_without_quotes_mean_what_python_csv_takes_them_for(rows, quote):
    text = "id;name\n" + "".join(f"x{one};y{two}\n" for one, two in rows) + "1;2\n"  # its line end is not escaped
    for escape in (None, "\\"):
        expected = by_python(text, ";", quote, escape)
        del expected[1]
        for size in BLOCK_SIZES:
            reading = found(text, size, delimiter=";", quote=quote, escape=escape or "none")
            assert reading.rows | dict.fromkeys(reading.wrong) == {
                line: row if len(row) == 2 else None for line, row in expected.items()
            }


PREAMBLE = 'Report "of the day\nmade, by; "us\n\nid,total\n1,2\n'


@pytest.mark.parametrize("size", BLOCK_SIZES)
def test_lines_above_the_header_are_skipped_whatever_is_in_them(size):
    reading = found(PREAMBLE, size, header_line=4)
    assert (reading.header.columns, reading.header.line) == (("id", "total"), 4)
    assert (reading.rows, reading.warnings) == ({5: ["1", "2"]}, [])


@pytest.mark.parametrize("size", BLOCK_SIZES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_comments_are_skipped_and_counted_as_lines(size, end):
    lines = ['# made, by "us', "id,total", '1,"a', "# no comment", 'b"', "#", "2,3 # no comment", "#4,5"]
    reading = found(end.join(lines) + end, size, comment="#")
    assert reading.rows == {3: ["1", end.join(["a", "# no comment", "b"])], 7: ["2", "3 # no comment"]}
    assert reading.warnings == []


def test_blank_lines_among_comments_are_still_mentioned():
    reading = found("id,total\n# one\n\n1,2\n", comment="#")
    assert [(notice.code, notice.lines) for notice in reading.warnings] == [("BLANK_LINES", (3,))]


@pytest.mark.parametrize("size", BLOCK_SIZES)
def test_damage_is_found_in_its_line(size):
    reading = found("id|name\n1|'a'b\n2|'c'\n3|\0\n", size, delimiter="|", quote="'")
    assert reading.damaged == {2: "MALFORMED_QUOTE", 4: "NUL_BYTE"}
    error = read_bytes(b"id|name\n1|'a\nb'\n2|'c\nd", size, delimiter="|", quote="'")
    assert isinstance(error, FileError)
    assert (error.code, error.line) == ("UNCLOSED_QUOTE", 4)


@pytest.mark.parametrize("size", BLOCK_SIZES)
def test_a_byte_that_does_not_decode_is_found_in_its_line(size):
    data = b"about\n# \nid;name\n1;'a\nb'\n2;'\xe9'\n"
    error = read_bytes(data, size, delimiter=";", quote="'", comment="#", header_line=3)
    assert isinstance(error, FileError)
    assert (error.code, error.line) == ("NOT_DECODABLE", 6)
    assert f"byte {data.index(0xE9)} " in error.message


def test_an_escape_at_the_end_of_the_file_is_text():
    assert found("id;name\n1;a\\", delimiter=";", escape="\\").rows == {2: ["1", "a\\"]}


def test_a_quote_that_never_ends_is_stopped():
    error = read_bytes(b"id;name\n1;'" + b"x" * 11_000_000, delimiter=";", quote="'")
    assert isinstance(error, FileError)
    assert (error.code, error.line) == ("RECORD_TOO_LONG", 2)


@pytest.mark.parametrize("size", BLOCK_SIZES)
def test_an_escape_before_crlf_stands_for_itself(size):
    assert found("id;name\r\n1;C:\\\r\n2;b\r\n", size, delimiter=";", escape="\\").rows == {
        2: ["1", "C:\\"],
        3: ["2", "b"],
    }


@pytest.mark.parametrize("size", BLOCK_SIZES)
def test_a_lone_return_outside_of_quotes_is_found_beside_quotes_and_escapes(size):
    text = 'id;name\n1;a"\rb\n2;\\;c\rd\n3;e\n'
    reading = found(text, size, delimiter=";", quote="'", escape="\\")
    assert set(reading.damaged.values()) == {"LONE_CR"}
    assert len(reading.damaged) == 2
    assert list(reading.rows.values())[-1] == ["3", "e"]
