"""Timestamp patterns against the examples and against Python's datetime."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.transforms.moments import read_moments
from cdp_pipelines.transforms.patterns import read_pattern

BERLIN = ZoneInfo("Europe/Berlin")


def read(pattern: str, *texts: str | None, zone=UTC) -> list[str | None]:
    return read_moments(pa.array(texts, pa.string()), read_pattern(pattern), zone).to_pylist()


@pytest.mark.rows("K-133", "D6")
def test_hours_are_0_to_23_without_a_marker_and_no_zone_is_utc() -> None:
    assert read("yyyy/MM/dd hh:mm", "2021/01/21 14:25") == ["2021-01-21T14:25:00Z"]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("dd.MM.yy", "21.01.21", "2021-01-21T00:00:00Z"),
        ("M/d/yyyy H:m:s", "1/2/2021 3:4:5", "2021-01-02T03:04:05Z"),
        ("d MMM yyyy hh:mm a", "1 Jan 2021 12:05 AM", "2021-01-01T00:05:00Z"),
        ("d MMM yyyy hh:mm a", "1 DEC 2021 12:05 p.m.", "2021-12-01T12:05:00Z"),
        ("yyyyMMddHHmmssSSS", "20210121142501120", "2021-01-21T14:25:01.12Z"),
        ("yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSSXXX", "2021-01-21T14:25:01.000001999+01:00", "2021-01-21T13:25:01.000001Z"),
        ("yyyy-MM-dd HH:mm:ss Z", "2020-09-16 10:38:06 +0100", "2020-09-16T09:38:06Z"),
        ("yyyy-MM-dd HHX", "2020-09-16 10-03", "2020-09-16T13:00:00Z"),
        ("yyyy-MM-dd HHXX", "2020-09-16 10Z", "2020-09-16T10:00:00Z"),
        ("yyyy 'o''clock' MM dd", "2020 o'clock 09 16", "2020-09-16T00:00:00Z"),
        ("yyyy.MM.dd", " 2020.09.16\t", "2020-09-16T00:00:00Z"),
        ("uuuu年MM月dd日", "2020年09月16日", "2020-09-16T00:00:00Z"),
    ],
)
def test_letters(pattern: str, text: str, expected: str) -> None:
    assert read(pattern, text) == [expected]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("yyyy-MM-dd", "2021-02-29"),
        ("yyyy-MM-dd", "2021-13-01"),
        ("yyyy-MM-dd", "2021-1-01"),
        ("yyyy-MM-dd", "2021-01-01 "[:9]),
        ("yyyy-MM-dd", "0000-01-01"),
        ("yyyy-MM-dd", "x2021-01-01"),
        ("yyyy.MM.dd", "2021-01-01"),
        ("yyyy-MM-dd hh:mm a", "2021-01-01 13:00 PM"),
        ("yyyy-MM-dd hh:mm a", "2021-01-01 00:00 AM"),
        ("yyyy-MM-dd hh:mm", "2021-01-01 24:00"),
        ("yyyy-MM-dd hh:mm:ss", "2021-01-01 23:59:60"),
        ("yyyy-MM-dd HH Z", "2021-01-01 10 +2500"),
        ("yyyy-MM-dd HH Z", "2021-01-01 10 +0160"),
        ("yyyy-MM-dd", "\u0662021-01-01"),
    ],
)
def test_what_names_no_moment_is_refused(pattern: str, text: str) -> None:
    assert read(pattern, text) == [None]


@pytest.mark.rows("D33")
def test_the_zone_of_the_import_counts_where_the_text_has_none() -> None:
    assert read("yyyy-MM-dd HH:mm", "2026-07-01 12:00", zone=BERLIN) == ["2026-07-01T10:00:00Z"]
    assert read("yyyy-MM-dd HH:mm Z", "2026-07-01 12:00 +0000", zone=BERLIN) == ["2026-07-01T12:00:00Z"]


def test_a_time_that_clocks_show_twice_is_the_first_and_one_they_skip_goes_on_from_before() -> None:
    assert read("yyyy-MM-dd HH:mm", "2026-10-25 02:30", "2026-03-29 02:30", zone=BERLIN) == [
        "2026-10-25T00:30:00Z",
        "2026-03-29T01:30:00Z",
    ]


def test_the_ends_of_the_calendar() -> None:
    texts = "0001-01-01 00:00", "9999-12-31 23:59"
    for zone in (UTC, BERLIN, timezone(timedelta(hours=-10))):
        assert None not in read("yyyy-MM-dd HH:mm", *texts, zone=zone)


ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1900, 1, 3), datetime(2199, 12, 29), timezones=ZONES)  # noqa: DTZ001


@given(st.lists(MOMENTS, min_size=1, max_size=10))
def test_what_python_writes_is_read_back(moments: list[datetime]) -> None:
    texts = [moment.strftime("%Y/%m/%d %H:%M:%S.%f ") + moment.strftime("%z")[:5] for moment in moments]
    found = read("yyyy/MM/dd HH:mm:ss.SSSSSS Z", *texts)
    assert [datetime.fromisoformat(text or "") for text in found] == moments


@given(st.lists(st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1)), min_size=1, max_size=10))  # noqa: DTZ001
def test_local_times_are_those_of_python(moments: list[datetime]) -> None:
    texts = [moment.strftime("%d.%m.%Y %I:%M:%S %p") for moment in moments]
    expected = [moment.replace(microsecond=0, tzinfo=BERLIN).astimezone(UTC) for moment in moments]
    found = read("dd.MM.yyyy hh:mm:ss a", *texts, zone=BERLIN)
    assert [datetime.fromisoformat(text or "") for text in found] == expected


@given(st.lists(st.text(alphabet="0123456789-/: TZ", max_size=20), min_size=1))
def test_any_text_is_read_or_refused(texts: list[str]) -> None:
    for text, found in zip(texts, read("yyyy-MM-dd HH:mm", *texts), strict=True):
        try:
            expected = datetime.strptime(text.strip(), "%Y-%m-%d %H:%M")  # noqa: DTZ007
            exact = len(text.strip()) == 16
        except ValueError:
            expected, exact = None, False
        assert found == (expected.strftime("%Y-%m-%dT%H:%M:00Z") if expected and exact else None)


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("", "write one year, one month and one day"),
        ("yyyy-MM", "write one year, one month and one day"),
        ("yyyy-MM-DD", "'DD' means nothing in it"),
        ("YYYY-MM-dd", "'YYYY' means nothing in it"),
        ("yyyy-MM-dd EEE", "'EEE' means nothing in it"),
        ("yyyy-MM-dd SSSSSSSSSS", "means nothing in it"),
        ("yyyy-MM-dd yyyy", "the year stands twice"),
        ("yyyy yy-MM-dd", "write one year"),
        ("yyyy-MM-dd'T", "a quote is opened in it and not closed"),
        ("yyyy-MM-dd HH:mm a", "goes with h or hh"),
        ("yyyy-MM-dd a", "goes with h or hh"),
        ("yyyy-MM-dd mm", "need an hour"),
    ],
)
def test_a_wrong_pattern_says_what_to_write(pattern: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_pattern(pattern)


@given(st.text(alphabet="yMdHhmsaZX'S .-(+*)?[]\\|", max_size=24))
def test_no_pattern_becomes_an_expression_of_its_own(pattern: str) -> None:
    try:
        found = read_pattern(pattern)
    except ValueError:
        return
    assert read_moments(pa.array(["2020"]), found, UTC).null_count == 1
