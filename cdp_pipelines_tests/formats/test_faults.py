"""What can be wrong with a file of orders, one test per fault: each has a code, a sentence and where known a line."""

import gzip
from pathlib import Path

import pytest

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.records import LONGEST_RECORD, CsvReader
from cdp_pipelines_tests.formats.reading import BLOCK_SIZES, read, spec

ROWS = b"id,total\n1,10.00\n2,99998\n"


@pytest.fixture(params=BLOCK_SIZES)
def size(request) -> int:
    return request.param


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "orders.csv"


def refusal(file: Path, data: bytes, size: int = 2 << 20, **attributes: str) -> FileError:
    file.write_bytes(data)
    with pytest.raises(FileError) as refused:
        read(file, size, **attributes)
    assert str(refused.value) == refused.value.message
    return refused.value


@pytest.mark.parametrize(
    "data", [b"", b"\n\r\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n", b"\r", gzip.compress(b"", mtime=0)]
)
def test_an_empty_file(file, size, data):
    assert refusal(file, data, size).code == "EMPTY_FILE"


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_header_alone_gives_no_block(file, size, end):
    file.write_bytes(b'id,"to\ntal"' + end)
    found = read(file, size)
    assert (found.header.columns, found.header.raw, found.header.lines) == (("id", "to\ntal"), b'id,"to\ntal"', 2)
    assert (found.rows, found.warnings) == ({}, [])


def test_a_header_alone_without_line_end_may_be_cut(file, size):
    file.write_bytes(b"id,total")
    assert read(file, size).codes == {"NO_FINAL_LINE_END"}


@pytest.mark.parametrize(("delimiter", "name"), [(";", "a semicolon"), ("\t", "a tab"), ("|", "a vertical bar")])
def test_the_wrong_delimiter_is_named(file, size, delimiter, name):
    error = refusal(file, ROWS.replace(b",", delimiter.encode()), size)
    assert error.code == "WRONG_DELIMITER"
    assert name in error.message
    assert repr(delimiter) in error.message


def test_a_comma_where_a_semicolon_was_declared(file):
    assert "separated by a comma, not a semicolon" in refusal(file, ROWS, delimiter=";").message


def test_a_single_column_is_no_wrong_delimiter(file):
    file.write_bytes(b'"a;b"\n1\n')
    assert read(file).rows == {2: ["1"]}


def test_missing_and_extra_fields_are_counted_per_record_and_the_file_goes_on(file, size):
    file.write_bytes(b'id,total\n1\n2,"x\ny",3\n4,5\n,,,\n6,7\n')
    found = read(file, size)
    assert found.wrong == {2: 1, 3: 3, 6: 4}
    assert found.rows == {5: ["4", "5"], 7: ["6", "7"]}


def test_an_unclosed_quote_is_found_where_its_cell_opens(file, size):
    error = refusal(file, b'id,total\n1,"a\nb"\n2,27" x\n3,"never\nends\n4,5\n', size)
    assert (error.code, error.line) == ("UNCLOSED_QUOTE", 5)
    assert "line 5" in error.message


def test_a_quote_that_opens_on_a_later_line_of_its_record(file, size):
    error = refusal(file, b'id,total\n"1\n2\n3","never\nends', size)
    assert (error.code, error.line) == ("UNCLOSED_QUOTE", 4)


def test_an_unclosed_quote_at_the_start_of_a_large_file_is_found_without_reading_it_all(file):
    file.write_bytes(b'id,total\n1,2\n3,"4\n' + b"5,6\n" * 6_000_000)
    with pytest.raises(FileError) as refused, CsvReader(file, spec()) as reader:
        list(reader.blocks())
    assert (refused.value.code, refused.value.line) == ("UNCLOSED_QUOTE", 3)
    assert reader.bytes_read < 23_000_000


def test_text_behind_a_closing_quote_damages_its_record(file, size):
    file.write_bytes(b'id,total\n1,"a"b\n2,3\n4,"c" \n5,"d""e"\n')
    assert read(file, size).damaged == {2: "MALFORMED_QUOTE", 4: "MALFORMED_QUOTE"}


def test_a_stray_quote_that_swallows_line_ends_damages_the_record_it_made(file, size):
    file.write_bytes(b'id,total\n1,"10\n2,"20"\n3,30\n')
    found = read(file, size)
    assert found.damaged == {2: "MALFORMED_QUOTE"}
    assert found.rows[4] == ["3", "30"]


def test_a_nul_byte_damages_its_record(file, size):
    file.write_bytes(b'id,total\n1,2\n3,x\x00y\n4,"\x00"\n5,6\n')
    found = read(file, size)
    assert found.damaged == {3: "NUL_BYTE", 4: "NUL_BYTE"}
    assert found.rows[5] == ["5", "6"]


def test_a_byte_order_mark_is_dropped(file, size):
    file.write_bytes(b'\xef\xbb\xbf"id",total\n1,2\n')
    found = read(file, size)
    assert found.header.columns == ("id", "total")
    assert found.header.raw == b'"id",total'
    assert found.warnings == []


def test_a_double_byte_order_mark_is_dropped_with_a_warning(file, size):
    file.write_bytes(b"\xef\xbb\xbf" * 2 + ROWS)
    found = read(file, size)
    assert (found.header.columns, found.codes) == (("id", "total"), {"DOUBLE_BOM"})


def test_a_byte_order_mark_further_down_is_text(file, size):
    file.write_bytes(b"id,total\n\xef\xbb\xbf1,\xef\xbb\xbf\n")
    assert read(file, size).rows == {2: ["\ufeff1", "\ufeff"]}


def test_lines_that_end_in_cr_alone(file, size):
    for data in (ROWS.replace(b"\n", b"\r"), b'id,total\r1,"x"\r"2","y"\r', b"id,total\r1,2\r\n3,4\r\n"):
        error = refusal(file, data, size)
        assert error.code == "CR_LINE_ENDS"
        assert "LF or CRLF" in error.message


def test_a_header_with_lf_above_a_large_body_with_cr(file):
    error = refusal(file, b"id,total\n" + b"1,2\r" * (LONGEST_RECORD // 3))
    assert (error.code, error.line) == ("CR_LINE_ENDS", 2)


def test_a_lone_cr_in_an_unquoted_cell_damages_its_record(file, size):
    file.write_bytes(b'id,total\n1,a\rb\n2,"c\rd"\n"3"\r,4\n5,6\r\r\n7,8\n')
    found = read(file, size)
    assert found.damaged == {2: "LONE_CR", 6: "LONE_CR", 8: "LONE_CR"}
    assert found.rows[4] == ["2", "c\rd"]
    assert found.rows[10] == ["7", "8"]


@pytest.mark.parametrize(
    ("encoding", "bad"), [("utf-8", b"\xe9"), ("ascii", b"\xe9"), ("gb18030", b"\xff"), ("gb18030", b"\x81 ")]
)
@pytest.mark.parametrize("before", [0, 50])
def test_a_byte_outside_of_the_encoding_is_found(file, size, encoding, bad, before):
    data = b"id,total\n" + b"1,2\r\n" * before + b'1,"a\nb"\n\n2,"x\ny' + bad + b'z"\n3,4\n'
    error = refusal(file, data, size, encoding=encoding)
    assert (error.code, error.line) == ("NOT_DECODABLE", 6 + before)
    assert f"byte {data.index(bad)} " in error.message
    assert encoding in error.message


def test_latin_1_read_as_utf_8_far_into_a_large_file(file):
    lines = b"1,\xc3\xa9\r\n" * 400_000
    error = refusal(file, b"id,name\r\n" + lines + b"2,\xe9t\xe9\r\n" + lines)
    assert (error.code, error.line) == ("NOT_DECODABLE", 400_002)
    assert f"byte {9 + len(lines) + 2:,} " in error.message


@pytest.mark.parametrize(
    ("written", "named"),
    [("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"), ("utf-32", "utf-32")],
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_utf_16_and_32_are_recognised(file, size, written, named, encoding):
    error = refusal(file, ROWS.decode().encode(written), size, encoding=encoding)
    assert error.code == "NOT_DECODABLE"
    assert f"looks like {named.upper()}" in error.message
    assert f"set format.encoding to {named}" in error.message


def test_utf_16_without_its_mark_needs_its_byte_order(file, size):
    error = refusal(file, ROWS.decode().encode("utf-16-be"), size, encoding="utf-16")
    assert "set format.encoding to utf-16-be" in error.message


def test_utf_8_with_its_mark_read_as_something_else_is_not_garbled(file):
    error = refusal(file, b"\xef\xbb\xbf" + ROWS, encoding="cp1252")
    assert "looks like UTF-8" in error.message


def test_a_file_that_ends_inside_a_character(file, size):
    for encoding, data in (("utf-8", b"id,total\n1,\xc3"), ("utf-16-le", ROWS.decode().encode("utf-16-le")[:-1])):
        error = refusal(file, data, size, encoding=encoding)
        assert error.code == "NOT_DECODABLE"
        assert "ends inside a character" in error.message


@pytest.mark.parametrize("magic", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x28\xb5\x2f\xfd"])
def test_an_archive_or_a_workbook(file, size, magic):
    error = refusal(file, magic + b"\0" * 60, size, encoding="latin-1", compression="none")
    assert error.code == "NOT_TEXT"


def test_gzip_inside_gzip_and_gzip_declared_as_plain(file):
    packed = gzip.compress(ROWS)
    assert refusal(file, gzip.compress(packed)).code == "NOT_TEXT"
    error = refusal(file, packed, compression="none")
    assert error.code == "NOT_TEXT"
    assert "auto" in error.message


# The nine bodies of faults.md section 5, gzip.
def test_a_truncated_gzip(file, size):
    packed = gzip.compress(ROWS * 30)
    for cut in (len(packed) // 2, -8, -1, 1):
        error = refusal(file, packed[:cut], size)
        assert error.code == "GZIP_TRUNCATED"
        assert "transfer it again" in error.message


def test_a_damaged_gzip(file, size):
    packed = bytearray(gzip.compress(ROWS * 30))
    for place in (len(packed) // 2, -6):
        damaged = packed.copy()
        damaged[place] ^= 0xFF
        assert refusal(file, bytes(damaged), size).code == "GZIP_DAMAGED"
    error = refusal(file, bytes(packed) + b"hello", size)
    assert error.code == "GZIP_DAMAGED"
    assert "not gzip follows" in error.message


def test_a_gzip_of_two_members_or_padded_with_nul_bytes_is_whole(file, size):
    file.write_bytes(gzip.compress(ROWS) + gzip.compress(b"3,4\n", mtime=0) + b"\0" * 512)
    assert list(read(file, size).rows) == [2, 3, 4]


def test_a_plain_file_named_gz_is_read_with_a_warning(tmp_path, size):
    file = tmp_path / "orders.csv.gz"
    file.write_bytes(ROWS)
    found = read(file, size)
    assert found.codes == {"NOT_GZIP"}
    assert found.rows == {2: ["1", "10.00"], 3: ["2", "99998"]}


def test_a_plain_file_declared_as_gzip(file):
    error = refusal(file, ROWS, compression="gzip")
    assert error.code == "GZIP_DAMAGED"
    assert "format.compression" in error.message


def test_gzip_without_the_name_is_found(file):
    file.write_bytes(gzip.compress(ROWS))
    with CsvReader(file, spec()) as reader:
        assert (reader.compression, reader.encoding) == ("gzip", "utf-8")


def test_a_file_cut_in_its_last_line(file, size):
    error = refusal(file, b"id,total,name\n1,2,3\n4,9999", size)
    assert (error.code, error.line) == ("TRUNCATED_FILE", 3)


def test_a_file_cut_in_a_last_line_that_follows_blank_lines(file, size):
    assert refusal(file, b"id,total\n\n1,2\n\n4", size).line == 5


@pytest.mark.parametrize("rest", [b"4,5", b'4,"5"', b"4,5\r", b"4,5,6"])
def test_a_whole_last_line_without_line_end_is_a_warning(file, size, rest):
    file.write_bytes(b"id,total\r\n1,2\r\n" + rest)
    found = read(file, size)
    assert [(notice.code, notice.lines) for notice in found.warnings] == [("NO_FINAL_LINE_END", (3,))]
    assert (found.rows.get(3), found.wrong) in [(["4", "5"], {}), (None, {3: 3})]


def test_a_file_cut_between_the_cr_and_the_lf_of_a_blank_line(file, size):
    file.write_bytes(b"id,total\r\n1,2\r\n\r")
    found = read(file, size)
    assert (found.rows, found.codes) == ({2: ["1", "2"]}, {"BLANK_LINES", "NO_FINAL_LINE_END"})


def test_a_record_longer_than_any(file, size):
    if size < 60:
        size = 1000  # the first read of a tiny block; the doubling behind it is the same
    error = refusal(file, b"id,total\n1,2\n3," + b"x" * LONGEST_RECORD + b"\n4,5\n", size)
    assert (error.code, error.line) == ("RECORD_TOO_LONG", 3)
    assert "10 MB" in error.message


def test_more_columns_than_any(file, size):
    error = refusal(file, ",".join(f"c{number}" for number in range(2001)).encode() + b"\n", size)
    assert error.code == "TOO_MANY_COLUMNS"


def test_a_column_named_twice(file, size):
    error = refusal(file, b"id,total,id\n", size)
    assert (error.code, error.column) == ("DUPLICATE_COLUMN", "id")


def test_columns_without_a_name_are_ignored_with_a_warning(file, size):
    file.write_bytes(b"id,,total,\n1,x,2,y\n")
    found = read(file, size)
    assert found.header.columns == ("id", "", "total", "")
    assert found.codes == {"UNNAMED_COLUMN"}
    assert "2, 4" in found.warnings[0].message


@pytest.mark.parametrize("data", [b'"id"x,total\n', b"id,to\0tal\n", b",\n1,2\n"])
def test_a_damaged_header(file, size, data):
    assert refusal(file, data, size).code == "MALFORMED_HEADER"


def test_no_message_holds_a_cell(file):
    secret = b"canary@example.com"
    for data in (
        b"id,total,name\n1," + secret,
        b'id,total\n1,"' + secret + b"\n",
        b"id,total\n1," + secret + b"\xe9\n",
        b"id,total\n1," + secret * 600_000 + b"\n",
    ):
        assert secret.decode() not in refusal(file, data).message
