"""iso8601's own cases: what is a timestamp to its authors is the same moment to us, and nothing else is one."""

from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import pyarrow as pa
from iso8601 import test_iso8601

from cdp_pipelines.schemas.timestamps import INVALID, parse_timestamp, parse_timestamps
from cdp_pipelines_tests.corpora.fetched import assert_as_stated, judged


def cases(test: Any) -> list[Any]:
    """Return what a test of theirs is run with."""
    (mark,) = test.pytestmark
    return mark.args[1]


def test_iso8601_cases() -> None:
    valid = {text: moment for text, moment, _ in cases(test_iso8601.test_parse_valid_date)}
    expected: dict[str, datetime | None] = valid | {
        text: None for text, _ in cases(test_iso8601.test_parse_invalid_date)
    }
    outcomes = {f"{text!r}": judged(read(text) == moment, read(text)) for text, moment in expected.items()}
    assert_as_stated("iso8601's tests (PyPI)", version("iso8601"), outcomes)


def read(text: str) -> datetime | None:
    """Read a timestamp alone and in a column, which must not differ."""
    alone = parse_timestamp(text, UTC)
    (in_column,) = parse_timestamps(pa.array([text])).to_pylist()
    assert in_column == (alone or INVALID)
    return alone
