"""csv-spectrum and Papa Parse's own cases: the cells that other readers of CSV promise are those that ours finds."""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cdp_pipelines.errors import FileError
from cdp_pipelines_tests.corpora.fetched import ELSEWHERE, assert_as_stated, fetched, fetched_json, judged, version_of
from cdp_pipelines_tests.formats.reading import BLOCK_SIZES, Reading, read_bytes, spec

BROKEN_UPSTREAM = "with JSON that is not what its CSV says, by another number and broken UTF-8"


def found(data: bytes, **dialect: Any) -> Reading | FileError:
    """Read a file at every block size, of which none may change anything."""
    readings = [read_bytes(data, size, **dialect) for size in BLOCK_SIZES]
    told = [(one.code, one.line) if isinstance(one, FileError) else one for one in readings]
    assert all(one == told[0] for one in told)
    return readings[-1]


def records(reading: Reading) -> list[list[str] | int]:
    """Return cells record by record, with the header; of records that the header does not fit, how many they have."""
    by_line: dict[int, Any] = reading.rows | reading.wrong
    rows = [by_line[line] for line in sorted(by_line)]
    return [
        list(reading.header.columns),
        *(row if isinstance(row, int) else [cell or "" for cell in row] for row in rows),
    ]


def test_csv_spectrum() -> None:
    outcomes = {path.stem: spectrum(path) for path in sorted(fetched("csv-spectrum/csvs").glob("*.csv"))}
    assert_as_stated("csv-spectrum (npm)", version_of("csv-spectrum"), outcomes)


def spectrum(path: Path) -> str:
    expected = json.loads((path.parents[1] / "json" / f"{path.stem}.json").read_text(errors="replace"))
    reading = found(path.read_bytes())
    exception = BROKEN_UPSTREAM if path.stem == "location_coordinates" else ""
    if isinstance(reading, FileError):
        return judged(False, reading, exception)
    header, *rows = records(reading)
    objects = [dict(zip(header, row, strict=True)) for row in rows]  # type: ignore[arg-type]
    return judged(objects == expected, objects, exception)


JAVASCRIPT = "are about callbacks, streams, downloads and workers of JavaScript"
NO_COUNTERPART = {"UNPARSE_TESTS": "write CSV", "CUSTOM_TESTS": JAVASCRIPT}
NOT_OURS = {
    "dynamicTyping": "guess types, which we never do",
    "preview": "read the first rows of a file",
} | dict.fromkeys(("transform", "transformHeader", "download", "worker"), JAVASCRIPT)
NO_DIALECT = "have a dialect that `format` refuses: several characters in one place, control characters, letters"
LONE_CR = "have a carriage return alone outside of quotes, which is no line end to us and no text"
REFUSED = {
    "CR_LINE_ENDS": LONE_CR,
    "MALFORMED_HEADER": "begin with a row of empty cells, which cannot name columns",
    "DUPLICATE_COLUMN": "name a column twice, which we refuse instead of renaming it",
}
"""Files that we do not read, and why, by the code of their issue."""

SPACE_BEHIND = "have spaces behind a closing quote, which rejects our row"
GREEDY = "take rows of nothing but spaces for blank lines, which we keep"
EXCEPTIONS = {
    "Quoted fields with spaces between closing quote and next delimiter": SPACE_BEHIND,
    "Quoted fields with spaces between closing quote and next new line": SPACE_BEHIND,
    "Quoted fields with spaces after closing quote": SPACE_BEHIND,
    "Quoted fields with spaces between closing quote and next delimiter and contains delimiter": SPACE_BEHIND,
    "Quoted fields with spaces between closing quote and newline and contains newline": SPACE_BEHIND,
    "Custom escape character not used for escaping": "keeps an escape before a plain letter, which we take away",
    "Mixed slash n and slash r should choose first as precident": LONE_CR,
    "Skip first 2 lines , with custom newline character": LONE_CR,
    "Parsing with skipEmptyLines set to 'greedy'": GREEDY,
    "Parsing with skipEmptyLines set to 'greedy' with quotes and delimiters as content": GREEDY,
}
GUESSED = {
    "one|two,two": "|",
    '"Field1,1,1";': ";",
    "Field1;Field2;": ";",
    "id;title;data": ";",
}
"""Delimiters that Papa Parse finds out and that we are told, by how the files begin."""


def test_papa_parse() -> None:
    cases = fetched_json("papaparse.json")
    outcomes = {f"{number} {case['description']}": papa(case) for number, case in enumerate(cases)}
    assert_as_stated("Papa Parse (npm)", version_of("papaparse"), outcomes)


def papa(case: dict[str, Any]) -> str:
    """Return what became of a case of Papa Parse."""
    config = case.get("config") or {}
    elsewhere = [reason for key, reason in NOT_OURS.items() if key in config]
    if case["suite"] in NO_COUNTERPART or elsewhere or not isinstance(case["input"], str):
        return ELSEWHERE + (NO_COUNTERPART.get(case["suite"]) or (elsewhere or [JAVASCRIPT])[0])
    try:
        dialect = dialect_of(case["input"], config)
    except ValidationError:
        return ELSEWHERE + NO_DIALECT
    reading = found(case["input"].encode(), **dialect)
    right, exception = agrees(reading, case["expected"]), EXCEPTIONS.get(case["description"], "")
    if not right and isinstance(reading, FileError):
        exception = exception or REFUSED.get(reading.code, "")
    return judged(right, (case, reading), exception)


def dialect_of(text: str, config: dict[str, Any]) -> dict[str, Any]:
    """Return what stands for a configuration of Papa Parse in our `format`."""
    guess = next((delimiter for start, delimiter in GUESSED.items() if text.startswith(start)), ",")
    comments = config.get("comments", "none")
    dialect = {
        "delimiter": config.get("delimiter", guess),
        "quote": config.get("quoteChar", '"'),
        "escape": config.get("escapeChar", "none"),
        "comment": "#" if comments is True else comments,
        "header_line": config.get("skipFirstNLines", 0) + 1,
    }
    spec(**dialect)
    return dialect


def agrees(reading: Reading | FileError, expected: dict[str, Any]) -> bool:
    """Whether a reading is what Papa Parse expects, or flags what Papa Parse reports."""
    reported = {error["code"] for error in expected["errors"]}
    if reported & {"MissingQuotes", "InvalidQuotes"}:
        return isinstance(reading, FileError) or bool(reading.damaged)
    rows = [list(flat(row)) for row in expected["data"]]
    rows = [row for row in rows if row != [""]]  # blank lines, which we skip with a warning
    if isinstance(reading, FileError):
        return reading.code == ("TRUNCATED_FILE" if "TooFewFields" in reported else "EMPTY_FILE" if not rows else "")
    ours = records(reading)
    if all(isinstance(row, dict) for row in expected["data"]):  # then the names stand in the keys, if anywhere
        rows = [list(reading.header.columns), *rows]
    width = len(reading.header.columns)
    return not reading.damaged and ours == [row if len(row) == width else len(row) for row in rows]


def flat(row: list[str] | dict[str, Any]) -> Any:
    """Yield the cells of a row, whether it has names or not."""
    cells = row.values() if isinstance(row, dict) else row
    for cell in cells:
        yield from cell if isinstance(cell, list) else [cell]
