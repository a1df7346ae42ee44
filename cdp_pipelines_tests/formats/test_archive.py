"""ZIP archives of one file, and everything packed that is not what it seems."""

import gzip
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.records import CsvReader
from cdp_pipelines.issues import CODES
from cdp_pipelines_tests.formats.packing import zipped
from cdp_pipelines_tests.formats.reading import BLOCK_SIZES, Reading, read_bytes, spec

ROWS = b"id,total\n1,10.00\n2,99998\n"
READ = {2: ["1", "10.00"], 3: ["2", "99998"]}


def refusal(data: bytes, **attributes) -> FileError:
    found = read_bytes(data, **attributes)
    assert isinstance(found, FileError)
    assert CODES[found.code].severity == "error"
    return found


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("compression", ["auto", "zip"])
@pytest.mark.parametrize("size", BLOCK_SIZES)
def test_one_file_is_read_whatever_its_name(tmp_path, method, compression, size):
    file = tmp_path / "orders"
    file.write_bytes(zipped({"export/orders.csv": ROWS}, method))
    with CsvReader(file, spec(compression=compression), size) as reader:
        assert sum(len(block.lines) for block in reader.blocks()) == 2
        assert (reader.compression, reader.bytes_read) == ("zip", file.stat().st_size)
    assert getattr(read_bytes(file.read_bytes(), size), "rows", None) == READ


def test_what_operating_systems_add_is_not_counted():
    added = {"__MACOSX/._orders.csv": b"x", ".DS_Store": b"x", "export/": b"", "export/orders.csv": ROWS}
    found = read_bytes(zipped(added))
    assert isinstance(found, Reading)
    assert found.rows == READ


@pytest.mark.parametrize("files", [{}, {"export/": b""}, {"a.csv": ROWS, "b.csv": ROWS}])
def test_no_file_or_several(files):
    error = refusal(zipped(files))
    assert error.code == "ZIP_NOT_ONE_FILE"
    assert f"{len(files) if ROWS in files.values() else 0} files" in error.message


@pytest.mark.parametrize("name", ["../orders.csv", "/etc/orders.csv", "a\\..\\..\\b.csv", "C:\\orders.csv"])
def test_a_name_that_leads_outside(name):
    assert refusal(zipped({name: ROWS})).code == "ZIP_UNSAFE_NAME"


def test_a_password():
    data = bytearray(zipped({"orders.csv": ROWS}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(data)).code == "ZIP_ENCRYPTED"


def test_a_workbook_is_named():
    error = refusal(zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}))
    assert error.code == "NOT_TEXT"
    assert "set format.kind to xlsx" in error.message


def test_archives_in_archives_are_not_unpacked():
    for inner in (zipped({"orders.csv": ROWS}), gzip.compress(ROWS)):
        assert refusal(zipped({"inner": inner})).code == "NOT_TEXT"
        assert refusal(gzip.compress(inner)).code == "NOT_TEXT"


def test_what_is_no_archive_though_declared():
    for data in (ROWS, gzip.compress(ROWS)):
        assert refusal(data, compression="zip").code == "ZIP_DAMAGED"
    assert refusal(zipped({"orders.csv": ROWS}), compression="gzip").code == "GZIP_DAMAGED"


def test_an_archive_cut_anywhere_is_refused():
    data = zipped({"orders.csv": ROWS * 20})
    for cut in range(4, len(data)):
        assert refusal(data[:cut]).code == "ZIP_DAMAGED"


@given(st.data())
def test_a_damaged_archive_is_refused_or_read_right(data):
    whole = bytearray(zipped({"orders.csv": ROWS * 20}))
    for place in data.draw(st.lists(st.integers(4, len(whole) - 1), min_size=1, max_size=3)):
        whole[place] ^= data.draw(st.integers(1, 255))
    found = read_bytes(bytes(whole))
    if isinstance(found, FileError):
        assert CODES[found.code].severity == "error"
    else:
        assert set(map(tuple, found.rows.values())) == {("1", "10.00"), ("2", "99998"), ("id", "total")}


BOMB = ROWS + b"\n" * 30_000_000


@pytest.mark.parametrize("packed", [gzip.compress(BOMB), zipped({"o.csv": BOMB})], ids=["gzip", "zip"])
def test_a_bomb_is_stopped_by_its_ratio(packed):
    error = refusal(packed)
    assert error.code == "UNPACKED_TOO_LARGE"
    assert "format.max_ratio" in error.message


@pytest.mark.parametrize("packed", [gzip.compress(ROWS * 5000), zipped({"o.csv": ROWS * 5000})], ids=["gzip", "zip"])
def test_limits_can_be_set(packed):
    assert isinstance(read_bytes(packed), Reading)
    error = refusal(packed, max_unpacked_gb=0.0001)
    assert error.code == "UNPACKED_TOO_LARGE"
    assert "format.max_unpacked_gb" in error.message


def test_an_archive_that_lies_about_its_size_is_stopped():
    data = bytearray(zipped({"o.csv": BOMB}))
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.index(signature) + place
        data[start : start + 4] = struct.pack("<I", 1000)
    assert refusal(bytes(data)).code in ("ZIP_DAMAGED", "UNPACKED_TOO_LARGE")
