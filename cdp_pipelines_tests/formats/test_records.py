"""Any table of text comes back as it was written, whatever the dialect, the encoding and the block size."""

import csv
import gzip
import io
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cdp_pipelines.formats.records import CsvReader
from cdp_pipelines_tests.formats.reading import BLOCK_SIZES, Reading, python_csv, read, read_bytes, spec

AWKWARD = st.text(st.sampled_from("\",;\t|\n\r'\\ aé€😀0\ufeff\x0b\x85\u2028"), max_size=8)
ODD = st.sampled_from(["00123", "1E5", "NA", "null", "nan", "", " ", "  x ", "9007199254740993", '""', '"', "x" * 300])
ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
CELLS = st.one_of(AWKWARD, ODD, ANY)
LINE_ENDS = st.sampled_from(["\n", "\r\n"])


@st.composite
def tables(draw, cell=CELLS):
    """A header of distinct names and rows of as many cells; at least two columns, so that no row is a blank line."""
    width = draw(st.integers(2, 5))
    names = st.text(st.sampled_from('abc" \n_'), min_size=1, max_size=6)
    header = draw(st.lists(names, min_size=width, max_size=width, unique=True))
    return header, draw(st.lists(st.lists(cell, min_size=width, max_size=width), max_size=6))


def written(table, delimiter=",", line_end="\n", quoting=csv.QUOTE_MINIMAL) -> str:
    """Write a table with Python's `csv`, which quoted a lone CR only when told to before 3.13."""
    header, rows = table
    quoting = csv.QUOTE_ALL if any("\r" in cell for row in rows for cell in row) else quoting
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerows([header, *rows])
    return out.getvalue()


def assert_same(found: Reading, text: str, delimiter: str = ",") -> None:
    expected = python_csv(text, delimiter)
    assert list(found.header.columns) == expected.pop(1)
    assert found.rows == expected
    assert not found.damaged
    assert not found.wrong


@given(tables(), st.sampled_from(",;\t|"), LINE_ENDS, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
@example((["größe", "名,前"], [["ß", "\U0001f600"]]), ",", "\r\n", csv.QUOTE_MINIMAL)
@example((["a", "b"], [["\ufeffx", "\ufeff"]]), ",", "\n", csv.QUOTE_MINIMAL)
@example((["a", "b"], [["x\ry", "1"], ["2", "\r\r\n\n\r"], ["3", ""]]), ",", "\n", csv.QUOTE_ALL)
def test_cells_and_lines_are_those_of_python_csv_at_any_block_size(table, delimiter, line_end, quoting):
    text = written(table, delimiter, line_end, quoting)
    for size in BLOCK_SIZES:
        found = read_bytes(text.encode(), size, delimiter=delimiter)
        assert isinstance(found, Reading), found
        assert_same(found, text, delimiter)
        assert list(found.rows.values()) == [[cell or None for cell in row] for row in table[1]]


def test_values_that_look_like_something_else_stay_text(tmp_path):
    values = ["00123", "1E5", "NA", "null", "NaN", "true", "9007199254740993", " x ", "-", "2026-01-31", "#N/A", "=1+1"]
    file = tmp_path / "o.csv"
    file.write_text("a,b\n" + "".join(f"{value},\n" for value in values))
    assert [row[0] for row in read(file).rows.values()] == values


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "gb18030", "shift_jis"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(table=tables(st.text(st.sampled_from('ab,"\n\r 0é日'), max_size=8)), line_end=LINE_ENDS)
def test_any_encoding_gives_the_same_text(encoding, table, line_end):
    data = written(table, line_end=line_end).encode(encoding, "ignore")
    text = data.decode(encoding)
    for size in (1, 7, 2 << 20):
        found = read_bytes(data, size, encoding=encoding)
        assert isinstance(found, Reading), found
        assert_same(found, text)


@given(tables(), st.lists(st.integers(0, 400), max_size=3), st.integers(0, 40), st.booleans())
def test_any_layout_of_gzip_gives_the_same_text(table, cuts, padding, empty_member):
    text = written(table)
    data = text.encode()
    places = sorted({0, len(data), *(min(cut, len(data)) for cut in cuts)})
    members = [gzip.compress(data[start:end]) for start, end in pairwise(places)]
    packed = b"".join([*members, gzip.compress(b"") if empty_member else b"", b"\0" * padding])
    for size in (1, 7, 2 << 20):
        found = read_bytes(packed, size, name="o.csv.gz")
        assert isinstance(found, Reading), found
        assert_same(found, text)


def test_padding_between_members_and_over_a_chunk_is_skipped(tmp_path):
    file = tmp_path / "o.csv.gz"
    file.write_bytes(gzip.compress(b"a,b\n") + b"\0" * 600_000 + gzip.compress(b"1,2\n") + b"\0" * 512)
    assert read(file).rows == {2: ["1", "2"]}


def test_a_highly_packed_file_is_unpacked_block_by_block(tmp_path):
    file = tmp_path / "o.csv.gz"
    file.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 2_000_000))
    with CsvReader(file, spec()) as reader:
        sizes = [(len(block.data), len(block.lines)) for block in reader.blocks()]
    assert sum(lines for _, lines in sizes) == 2_000_000
    assert max(size for size, _ in sizes) < 3 << 20


def test_a_record_longer_than_the_block_is_read_whole(tmp_path):
    file = tmp_path / "o.csv"
    file.write_text('a,b\n1,"' + "x\n" * 50_000 + '"\n2,y\n')
    found = read(file, block_size=100)
    assert found.rows == {2: ["1", "x\n" * 50_000], 50_003: ["2", "y"]}


def test_a_cell_longer_than_python_csv_allows_is_read(tmp_path):
    file = tmp_path / "o.csv"
    file.write_text('a,b\n1,"' + "x" * 200_000 + '"\n')
    assert read(file).rows == {2: ["1", "x" * 200_000]}


@pytest.mark.parametrize("size", BLOCK_SIZES)
def test_blank_lines_are_no_records_but_keep_their_numbers(tmp_path, size):
    file = tmp_path / "o.csv"
    file.write_bytes(b'\n\r\na,b\n1,"x\n\ny"\n\n\r\n2,y\n\n')
    found = read(file, size)
    assert found.rows == {4: ["1", "x\n\ny"], 9: ["2", "y"]}
    assert [(notice.code, notice.lines, notice.rows) for notice in found.warnings] == [
        ("BLANK_LINES", (1, 2, 7, 8, 10), 5)
    ]


def test_blank_lines_beyond_the_first_ten_are_counted_only(tmp_path):
    file = tmp_path / "o.csv"
    file.write_bytes(b"a,b\n" + b"\n" * 25 + b"1,2\n")
    (notice,) = read(file, 7).warnings
    assert (notice.lines, notice.rows) == (tuple(range(2, 12)), 25)


def test_a_damaged_record_behind_blank_lines_keeps_its_place(tmp_path):
    file = tmp_path / "o.csv"
    file.write_bytes(b'a,b\n\n1,2\n\n3,"x"y\n5,6\n')
    found = read(file)
    assert found.damaged == {5: "MALFORMED_QUOTE"}
    assert list(found.rows) == [3, 5, 6]


@pytest.mark.parametrize("size", BLOCK_SIZES)
def test_quotes_inside_unquoted_cells_are_text(tmp_path, size):
    file = tmp_path / "o.csv"
    file.write_text('a,b\n27" screen,2"x\n3 "","4\n5"\n ",6\n"x\n,""",7\n')
    found = read(file, size)
    assert found.rows == {
        2: ['27" screen', '2"x'],
        3: ['3 ""', "4\n5"],
        5: [' "', "6"],
        6: ['x\n,"', "7"],
    }
    assert not found.damaged
