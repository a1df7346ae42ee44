"""However a file is written it is read as it was written, and whatever breaks it, it is read, flagged or refused."""

import gzip
import json
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.readers import reader_for
from cdp_pipelines.formats.spec import ExcelOrders, JsonOrders
from cdp_pipelines_tests.corpora.writing import BREAKS, SPOILS, Writing, cells, writings
from cdp_pipelines_tests.formats.reading import Reading, read_bytes
from cdp_pipelines_tests.formats.workbooks import workbook

NAMES = ("id", "name", "note")
SIZES = st.sampled_from([1, 7, 60, 2 << 20])
Table = list[tuple[str, str, str]]


def read(writing: Writing, data: bytes, size: int) -> Reading | FileError:
    attributes = {name: value for name, value in writing.format.items() if name != "kind"}
    return read_bytes(data, size, **attributes)


def rows(encoding: str) -> st.SearchStrategy[Table]:
    return st.lists(st.tuples(*[cells(encoding)] * 3), max_size=5)


@given(st.data(), writings(), SIZES)
def test_a_file_is_read_as_it_was_written(data: st.DataObject, writing: Writing, size: int) -> None:
    table = data.draw(rows(writing.encoding))
    reading = read(writing, writing.data(writing.text([NAMES, *table])), size)
    assert isinstance(reading, Reading), reading
    assert reading.header.columns == NAMES
    assert list(reading.rows.values()) == [[cell or None for cell in row] for row in table]
    assert not reading.damaged
    assert not reading.wrong
    assert reading.codes <= {"NO_FINAL_LINE_END", "ENCODING_DETECTED"}


@given(st.data(), writings(), SIZES, st.sampled_from(sorted(BREAKS)), st.integers(0, 1 << 30))
def test_a_broken_file_is_read_or_refused(
    data: st.DataObject, writing: Writing, size: int, how: str, seed: int
) -> None:
    whole = writing.data(writing.text([NAMES, *data.draw(rows(writing.encoding))]))
    assert_honest(writing, BREAKS[how](whole, random.Random(seed)), size)  # noqa: S311 - no secret


@given(st.data(), writings(), SIZES, st.sampled_from(SPOILS))
def test_a_spoilt_text_is_read_or_refused(data: st.DataObject, writing: Writing, size: int, spoil: str) -> None:
    text = writing.text([NAMES, *data.draw(rows(writing.encoding))])
    place = data.draw(st.integers(0, len(text)))
    spoilt = (text[:place] + spoil + text[place:]).encode(writing.encoding, "replace").decode(writing.encoding)
    assert_honest(writing, writing.data(spoilt), size)


def assert_honest(writing: Writing, data: bytes, size: int) -> None:
    """Check that what a file gives does not depend on how it was cut into blocks, and holds no NUL that is not told."""
    found, whole = read(writing, data, size), read(writing, data, 2 << 20)
    if isinstance(found, FileError):  # which of several faults of an archive comes first may differ
        assert isinstance(whole, FileError)
    else:
        assert found == whole
        sound = [row for line, row in found.rows.items() if line not in found.damaged]
        assert "\0" not in "".join(cell or "" for row in sound for cell in row)


@given(st.data(), writings(["gzip", "zip"]), st.sampled_from(["cut", "flipped", "garbled"]), st.integers(0, 1 << 30))
def test_what_is_packed_is_read_whole_or_not_at_all(data: st.DataObject, writing: Writing, how: str, seed: int) -> None:
    whole = writing.data(writing.text([NAMES, *data.draw(rows(writing.encoding))]))
    broken = BREAKS[how](whole, random.Random(seed))  # noqa: S311 - no secret
    found = read(writing, broken, 60)
    if broken[:4] == whole[:4]:  # else it is not known for an archive any more
        assert isinstance(found, FileError) or found == read(writing, whole, 60)


OBJECTS = "".join(json.dumps({"id": f"A-{number}", "note": "é\U0001f600", "n": [1, 2.5]}) + "\n" for number in range(9))
SHEET = [["orderId", "total"], *([f"A-{number}", number / 4] for number in range(9))]
OTHER_KINDS: dict[str, tuple[JsonOrders | ExcelOrders, bytes]] = {
    "jsonl": (JsonOrders(kind="jsonl"), OBJECTS.encode()),
    "jsonl.gz": (JsonOrders(kind="jsonl"), gzip.compress(OBJECTS.encode(), mtime=0)),
    "xlsx": (ExcelOrders(kind="xlsx"), workbook({"Orders": SHEET})),
}


@pytest.mark.parametrize("name", OTHER_KINDS)
@given(st.sampled_from(sorted(BREAKS)), st.integers(0, 1 << 30))
def test_a_broken_file_of_another_kind_is_read_or_refused(name: str, how: str, seed: int) -> None:
    spec, whole = OTHER_KINDS[name]
    assert rows_of(spec, whole) == rows_of(spec, whole, 7)
    broken = BREAKS[how](whole, random.Random(seed))  # noqa: S311 - no secret
    found = rows_of(spec, broken)
    assert found == rows_of(spec, broken, 7)
    if name != "jsonl" and broken[:2] == whole[:2]:  # checksums tell
        assert isinstance(found, str) or found == rows_of(spec, whole)


def rows_of(spec: JsonOrders | ExcelOrders, content: bytes, size: int = 2 << 20) -> list[bytes] | str:
    """Return the records that a file gives, or the code of its error."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders"
        path.write_bytes(content)
        try:
            with reader_for(path, spec, size) as reader:
                return b"".join(block.data for block in reader.blocks()).splitlines()
        except FileError as error:
            return error.code
