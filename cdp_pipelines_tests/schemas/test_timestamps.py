"""Timestamps: the digit arithmetic of whole columns equals the reading of single cells, which equals Python's."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cdp_pipelines.schemas.timestamps import EARLIEST, INVALID, LATEST, parse_timestamp, parse_timestamps

BELIEVED = (datetime.fromisoformat("1900-01-02"), datetime.fromisoformat("2199-12-30"))
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from([UTC, ZoneInfo("UTC"), BERLIN, ZoneInfo("Asia/Kolkata"), timezone(timedelta(hours=-3))])
PLACES = "0123456789-:+ZzTt ., \tx\u0663"
FORMATS = [
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y%m%dT%H%M%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S,%f",
    "%Y-%m-%d",
]
OFFSETS = ["", "Z", "z", "+0100", "+01:00", "-0330", "-11:45", "+02", "+00:00", "+2359", "+2400", "+0160", " +0100"]


@st.composite
def cells(draw: st.DrawFn) -> str:
    """Timestamps of many formats, some of them then damaged in one place."""
    moment = draw(st.datetimes())
    text = moment.strftime(draw(st.sampled_from(FORMATS))).rjust(8, "0") + draw(st.sampled_from(OFFSETS))
    if draw(st.booleans()):
        place = draw(st.integers(0, len(text) - 1))
        text = text[:place] + draw(st.sampled_from(PLACES)) + text[place + 1 :]
    return text


def read(cell: str, zone: tzinfo = UTC) -> datetime:
    """Read one cell as a column does."""
    moment = parse_timestamp(cell, zone)
    return moment if moment is not None and EARLIEST <= moment < LATEST else INVALID


@given(st.lists(st.none() | cells()), ZONES)
@example(["2024-02-29T00:00:00Z", "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2000-02-29T00:00:00Z"], UTC)
@example(["2020-09-16T24:00:00Z", "2020-09-16T10:60:00Z", "2020-09-16T10:38:60Z", "2020-13-16T10:38:00Z"], UTC)
@example(["0000-01-01T00:00:00Z", "2020-00-01T00:00:00Z", "2020-01-00T00:00:00Z", "2020-01-32T00:00:00Z"], UTC)
def test_a_column_is_read_as_its_cells_one_by_one(column: list[str | None], zone: tzinfo):
    found = parse_timestamps(pa.array(column, pa.string()), zone).to_pylist()
    assert found == [None if cell is None else read(cell, zone) for cell in column]


@given(st.lists(st.none() | cells(), min_size=1), st.data())
def test_a_slice_is_read_as_the_whole(column: list[str | None], data: st.DataObject):
    whole = pa.array(column, pa.string())
    start = data.draw(st.integers(0, len(column) - 1))
    assert parse_timestamps(whole[start:]).to_pylist() == parse_timestamps(whole).to_pylist()[start:]


@given(cells(), ZONES)
def test_what_python_reads_too_is_the_same_moment(cell: str, zone: tzinfo):
    found = parse_timestamp(cell, zone)
    try:
        python = datetime.fromisoformat(cell)
    except ValueError:
        return
    if found is not None:
        assert found == (python if python.tzinfo else python.replace(tzinfo=zone))
        assert found.tzinfo is UTC


@given(st.datetimes(*BELIEVED), st.integers(-1439, 1439), st.booleans())
def test_every_moment_that_python_writes_is_read(local: datetime, minutes: int, colon: bool):
    moment = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    text = moment.isoformat()
    assert read(text if colon else text[:-3] + text[-2:]) == moment


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2020-09-16T10:38:06+0100", datetime(2020, 9, 16, 9, 38, 6, tzinfo=UTC)),
        ("2020-09-16T10:38:06+01:00", datetime(2020, 9, 16, 9, 38, 6, tzinfo=UTC)),
        ("2020-09-16T10:38:06Z", datetime(2020, 9, 16, 10, 38, 6, tzinfo=UTC)),
        ("2020-09-16T10:38:06", datetime(2020, 9, 16, 10, 38, 6, tzinfo=UTC)),
        ("2020-09-16 10:38:06 +0100", datetime(2020, 9, 16, 9, 38, 6, tzinfo=UTC)),
        ("20200916T103806Z", datetime(2020, 9, 16, 10, 38, 6, tzinfo=UTC)),
        ("2020-09-16T10:38Z", datetime(2020, 9, 16, 10, 38, tzinfo=UTC)),
        ("2020-09-16T10-03", datetime(2020, 9, 16, 13, tzinfo=UTC)),
        ("2020-09-16", datetime(2020, 9, 16, tzinfo=UTC)),
        ("20200916", datetime(2020, 9, 16, tzinfo=UTC)),
        ("2020-9-6T10:38:06Z", datetime(2020, 9, 6, 10, 38, 6, tzinfo=UTC)),
        ("2020-09", datetime(2020, 9, 1, tzinfo=UTC)),
        ("2020", datetime(2020, 1, 1, tzinfo=UTC)),
        ("2020-09-16T10:38:06.1234567Z", datetime(2020, 9, 16, 10, 38, 6, 123456, tzinfo=UTC)),
        ("2020-09-16T10:38:06,5Z", datetime(2020, 9, 16, 10, 38, 6, 500_000, tzinfo=UTC)),
        (" 2020-09-16T10:38:06Z\t", datetime(2020, 9, 16, 10, 38, 6, tzinfo=UTC)),
        ("1999-12-31T23:30:00-01:00", datetime(2000, 1, 1, 0, 30, tzinfo=UTC)),
    ],
)
def test_timestamp(cell: str, moment: datetime):
    assert parse_timestamp(cell) == moment
    assert parse_timestamps(pa.array([cell])).to_pylist() == [moment]


@pytest.mark.parametrize(
    "cell",
    [
        "", " ", "today", "202009", "2020-9", "16.09.2020", "09/16/2020", "202-09-16", "2020-0916", "202009-16",
        "2020-09-16T10:3806Z", "2020-09-16T1038:06Z", "2020-09-16T10:38:06+1", "2020-09-16T10:38:06+24:00",
        "2020-09-16T10:38:06+01:60", "2020-09-16T10:38:06.Z", "2020-09-16T", "2020-09-16Z", "2020-09T10:38Z",
        "2020-09-16T10:38:06ZZ", "2020-09-16T10:38:06\n+0100", "2020-09-16\n", "1600252686", "2020-02-30T00:00:00Z",
        "2020-09-16T24:00:00Z", "2016-12-31T23:59:60Z", "+2020-09-16T00:00:00Z", "\uff12020-09-16T10:38:06Z",
        "2020-09-16T10:38:06 UTC",
    ],
)  # fmt: skip
def test_no_timestamp(cell: str):
    assert parse_timestamp(cell) is None
    assert parse_timestamps(pa.array([cell])).to_pylist() == [INVALID]


@pytest.mark.parametrize(
    "cell", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00", "1899-12-31T23:59:59Z", "2200-01-01T00:00:00Z",
             "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-01:00", "1900-01-01T00:30:00+01:00"],
)  # fmt: skip
def test_years_that_no_order_has_are_refused(cell: str):
    assert parse_timestamps(pa.array([cell])).to_pylist() == [INVALID]


@pytest.mark.parametrize("cell", ["1900-01-01T00:00:00Z", "2199-12-31T23:59:59Z"])
def test_the_first_and_last_second_are_read(cell: str):
    assert parse_timestamps(pa.array([cell])).to_pylist() == [datetime.fromisoformat(cell)]


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-01-31T05:00:00", "2026-01-31T04:00:00+00:00"),
        ("2026-07-31T05:00:00", "2026-07-31T03:00:00+00:00"),
        ("2026-07-31", "2026-07-30T22:00:00+00:00"),
        ("2026-07-31T05:00:00Z", "2026-07-31T05:00:00+00:00"),
        ("2026-10-25T02:30:00", "2026-10-25T00:30:00+00:00"),  # twice on the clock: the first
        ("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00+00:00"),
        ("2026-03-29T02:30:00", "2026-03-29T01:30:00+00:00"),  # never on the clock: as if it had not been moved
    ],
)
def test_a_time_without_offset_is_in_the_imports_zone(cell: str, moment: str):
    assert parse_timestamps(pa.array([cell]), BERLIN).to_pylist() == [datetime.fromisoformat(moment)]


@pytest.mark.parametrize("column", [[], [None, None]])
def test_a_column_without_cells(column: list[None]):
    assert parse_timestamps(pa.array(column, pa.string())).to_pylist() == column
