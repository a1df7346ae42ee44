"""JSON lines: what JSON is, what Python takes for it, and where lines end."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats import json_lines
from cdp_pipelines.formats.json_lines import JsonLinesReader

FINITE = st.floats(allow_nan=False, allow_infinity=False)
LETTERS = st.characters(exclude_categories=("Cs",))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | FINITE | st.text(LETTERS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(LETTERS), inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.lists(st.dictionaries(st.text(LETTERS), VALUES, max_size=4), max_size=6)


def read(path: Path, content: str | bytes) -> JsonLinesReader:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return JsonLinesReader(path, "auto")


@given(OBJECTS, st.integers(1, 40))
def test_values_keep_their_types_whatever_the_block(tmp_path_factory, objects, block):
    path = tmp_path_factory.getbasetemp() / "values.jsonl"
    content = "\n".join(json.dumps(one, ensure_ascii=False) for one in objects)
    with pytest.MonkeyPatch.context() as patch, read(path, content) as reader:
        patch.setattr(json_lines, "_BLOCK", block)
        found = list(reader.entries())
    assert json.dumps([entry.values for entry in found]) == json.dumps(objects)
    assert [entry.line for entry in found] == list(range(1, len(objects) + 1))


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('{"id": "1", "id": "2"}', "INVALID_JSON"),
        ('{"id": "1", "deep": {"a": 1, "a": 2}}', "INVALID_JSON"),
        ('{"id": NaN}', "INVALID_JSON"),
        ('{"id": -Infinity}', "INVALID_JSON"),
        ('{"id": 1e999}', "INVALID_JSON"),
        ('{"id": "\\ud800"}', "INVALID_JSON"),
        ('{"id": "1"', "INVALID_JSON"),
        ('{"id": "1"} x', "INVALID_JSON"),
        ("[" * 100_000, "INVALID_JSON"),
        ('["1"]', "NO_JSON_OBJECT"),
        ("null", "NO_JSON_OBJECT"),
    ],
)
def test_what_is_refused_leaves_the_others(tmp_path, line, fault):
    with read(tmp_path / "feed", f'{{"id": "a"}}\n\n{line}\r\n{{"id": "b"}}') as reader:
        found = list(reader.entries())
    assert [(entry.line, entry.fault) for entry in found] == [(1, None), (3, fault), (4, None)]
    assert [(notice.code, notice.lines) for notice in reader.warnings] == [("BLANK_LINES", (2,))]


def test_a_byte_that_is_not_utf_8_fails_the_file(tmp_path):
    with read(tmp_path / "feed", b'{"id": "a"}\n{"id": "\xe9"}\n') as reader, pytest.raises(FileError) as caught:
        list(reader.entries())
    assert (caught.value.code, caught.value.line) == ("NOT_DECODABLE", 2)


def test_a_line_without_end_fails_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(json_lines, "LONGEST", 100)
    monkeypatch.setattr(json_lines, "_BLOCK", 50)
    with read(tmp_path / "feed", "x" * 400) as reader, pytest.raises(FileError) as caught:
        list(reader.entries())
    assert caught.value.code == "RECORD_TOO_LONG"
