"""Damaged files never crash or hang the reader and never change a value in silence.

Whatever happened to a file, it is refused, or the records in doubt are flagged, or it reads as Python's `csv` reads it.
"""

import gzip
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cdp_pipelines.errors import FileError
from cdp_pipelines.issues import CODES
from cdp_pipelines_tests.formats.reading import Reading, python_csv, read_bytes

PLAIN = b'id,name,total\n1,Mug,99998\n2,"Tea ""Earl"", 2\n boxes",1.50\n3,27 in,\n4,\xc3\xa9t\xc3\xa9,"7"\n'
SIZES = (1, 5, 2 << 20)
SPOIL = (b'"', b"\0", b"\r", b"\n", b",", b'""', b'","', b'x"\n"', b"\r\n", b"\xff", b"\xc3", b"\xef\xbb\xbf")


def assert_honest(data: bytes, found: Reading | FileError) -> None:
    """The promise of this module's first paragraph, for a file that is UTF-8 and not packed."""
    if isinstance(found, FileError):
        assert CODES[found.code].severity == "error"
        return
    text = data.decode("utf-8-sig")
    lone_cr = "LONE_CR" in found.damaged.values()
    expected = python_csv(text) if not lone_cr else {}
    for line, row in found.rows.items():
        if line in found.damaged:
            continue
        assert "\0" not in "".join(filter(None, row))
        if not lone_cr:
            assert expected[line] == row
    if not lone_cr:
        places = {line: len(row) for line, row in expected.items() if line > min(expected)}
        ours = {line: len(row) for line, row in found.rows.items()} | found.wrong
        assert ours == places


def same_at_every_size(data: bytes, **attributes: str) -> Reading | FileError:
    results = [read_bytes(data, size, **attributes) for size in SIZES]
    assert len({repr(outcome(found)) for found in results}) == 1, results
    return results[0]


def outcome(found: Reading | FileError) -> object:
    """What must not depend on the block size."""
    return (found.code, found.line, found.message) if isinstance(found, FileError) else found


@pytest.mark.parametrize("size", SIZES)
def test_a_plain_file_cut_anywhere_is_refused_warned_of_or_cut_between_records(size):
    whole = read_bytes(PLAIN)
    assert isinstance(whole, Reading)
    for cut in range(len(PLAIN)):
        found = read_bytes(PLAIN[:cut], size)
        if isinstance(found, FileError):
            continue
        assert "NO_FINAL_LINE_END" in found.codes or PLAIN[:cut].endswith(b"\n")
        last = max(found.rows, default=0)
        for line, row in found.rows.items():
            assert row == whole.rows[line] or (line == last and "NO_FINAL_LINE_END" in found.codes)


@pytest.mark.parametrize("spoil", SPOIL)
def test_anything_inserted_anywhere_is_refused_flagged_or_read_like_python_csv(spoil):
    for place in range(len(PLAIN) + 1):
        data = PLAIN[:place] + spoil + PLAIN[place:]
        assert_honest(data, same_at_every_size(data))


@pytest.mark.parametrize("change", [b'"', b"\0", b"\r", b"\n", b",", b""])
def test_any_byte_replaced_or_lost_is_refused_flagged_or_read_like_python_csv(change):
    for place in range(len(PLAIN)):
        data = PLAIN[:place] + change + PLAIN[place + 1 :]
        assert_honest(data, same_at_every_size(data))


SOUP = st.lists(
    st.sampled_from([b'"', b'""', b",", b"\n", b"\r\n", b"\r", b"x", b" ", b"\xc3\xa9", b"\0"]), max_size=40
)


@given(SOUP)
def test_a_soup_of_quotes_and_line_ends_is_refused_flagged_or_read_like_python_csv(soup):
    data = b"a,b\n" + b"".join(soup)
    assert_honest(data, same_at_every_size(data))


@pytest.mark.parametrize("size", SIZES)
def test_a_quote_behind_a_lone_cr_changes_no_other_record(size):
    found = read_bytes(b'a,b\n1,2\r"x\n5",6\n7,8\n', size)
    assert isinstance(found, Reading)
    assert found.damaged == {2: "LONE_CR"}
    assert [row for line, row in found.rows.items() if line not in found.damaged] == [['5"', "6"], ["7", "8"]]


@given(SOUP)
def test_a_lone_cr_outside_of_quotes_hides_no_other_record(soup):
    """Python's `csv` ends a record there; the records around it must be those that it reads, too."""
    data = b"a,b\n" + b"".join(soup).replace(b'"', b"").replace(b"\0", b"") + b"\n7,8\n"
    found = same_at_every_size(data)
    assert isinstance(found, Reading)
    lines = data.decode().replace("\r\n", "\n").split("\n")
    records = [line for line in lines[1:] if line]
    assert len(found.rows) + len(found.wrong) == len(records)
    assert len(found.damaged) == sum("\r" in line for line in records)
    assert list(found.rows.values())[-1] == ["7", "8"]


@example(b"\0\0\0\0\0\xd8\0\0", "utf-16")  # fails at byte 4, and for want of a mark at byte 0
@given(st.binary(max_size=60), st.sampled_from(["utf-8", "latin-1", "utf-16", "utf-32", "gb18030", "utf-7"]))
def test_any_bytes_at_all_give_a_reading_or_a_refusal(data, encoding):
    for size in SIZES:
        for name in ("o.csv", "o.csv.gz"):
            read_bytes(data, size, name=name, encoding=encoding)


PACKED = gzip.compress(PLAIN * 3, mtime=0)
MEMBERS = gzip.compress(PLAIN[:14], mtime=0) + gzip.compress(PLAIN[14:], mtime=0)


@pytest.mark.parametrize("packed", [PACKED, MEMBERS], ids=["one member", "two members"])
def test_gzip_cut_anywhere_is_refused_unless_cut_between_members(packed):
    header_only = len(gzip.compress(PLAIN[:14], mtime=0))
    for cut in range(1, len(packed)):
        found = read_bytes(packed[:cut], 5, name="o.csv.gz")
        if packed is MEMBERS and cut == header_only:
            assert isinstance(found, Reading)
            assert not found.rows
        else:
            assert isinstance(found, FileError), cut
            assert found.code in ("GZIP_TRUNCATED", "GZIP_DAMAGED")


@pytest.mark.parametrize("packed", [PACKED, MEMBERS], ids=["one member", "two members"])
@pytest.mark.parametrize("flip", [0x01, 0x80, 0xFF])
def test_gzip_with_a_flipped_byte_is_refused_or_unpacks_to_the_same(packed, flip):
    """The header's time, operating system and file name carry no data; everything else is under the checksum."""
    whole = read_bytes(packed, name="o.csv.gz")
    for place in range(len(packed)):
        damaged = bytearray(packed)
        damaged[place] ^= flip
        found = read_bytes(bytes(damaged), 5, name="o.csv.gz")
        assert isinstance(found, FileError) or found == whole, place


def test_gzip_with_many_bytes_flipped_in_a_large_file_is_refused():
    packed = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (line, line**3) for line in range(20_000)), mtime=0)
    for place in range(10, len(packed), len(packed) // 20):
        damaged = bytearray(packed)
        damaged[place] ^= 0x10
        found = read_bytes(bytes(damaged), 100_000, name="o.csv.gz")
        assert isinstance(found, FileError)


def test_a_wrong_length_in_the_trailer_is_refused():
    found = read_bytes(PACKED[:-4] + (len(PLAIN) * 3 + 1).to_bytes(4, "little"))
    assert isinstance(found, FileError)
    assert found.code == "GZIP_DAMAGED"
    assert zlib.crc32(PLAIN * 3).to_bytes(4, "little") == PACKED[-8:-4]
