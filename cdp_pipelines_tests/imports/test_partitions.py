from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.imports.partitions import (
    Partitions,
    dagster_key,
    fill,
    first_partition,
    from_dagster,
    newest_partition,
    parse_partition,
    partition_at,
    partition_range,
)

NOW = datetime(2026, 11, 23, 13, 20, tzinfo=UTC)
EVERY = ("hour", "day", "month")
moments = st.datetimes(datetime(1970, 1, 1), datetime(2500, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds of a strategy are naive


def by(every, start="2026-01-01"):
    return Partitions.model_validate({"every": every, "start": start})


@pytest.mark.parametrize(
    ("every", "key", "start", "end"),
    [
        ("day", "2026-01-31", datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)),
        ("month", "2026-02", datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)),
        ("hour", "2026-01-31T23", datetime(2026, 1, 31, 23, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)),
    ],
)
def test_a_key_names_a_window_in_utc(every, key, start, end):
    partition = parse_partition(key, by(every), NOW)
    assert (partition.key, partition.start, partition.end) == (key, start, end)


@pytest.mark.parametrize("every", EVERY)
@given(moment=moments)
def test_every_moment_lies_in_the_window_that_its_key_names(every, moment):
    partition = partition_at(moment, every)
    assert partition.start <= moment < partition.end
    assert parse_partition(partition.key, by(every, "1970-01-01"), datetime(2600, 1, 1, tzinfo=UTC)) == partition


@pytest.mark.parametrize("every", EVERY)
@given(moment=moments)
def test_windows_meet_without_a_gap(every, moment):
    partition = partition_at(moment, every)
    following = partition_at(partition.end, every)
    assert following.start == partition.end
    assert partition_at(partition.end - timedelta(microseconds=1), every) == partition


@pytest.mark.parametrize("every", EVERY)
@given(moment=moments)
def test_dagsters_key_comes_back(every, moment):
    partition = partition_at(moment, every)
    assert from_dagster(dagster_key(partition, every), every) == partition


def test_dagsters_keys_are_those_that_it_makes():
    dagster = pytest.importorskip("dagster")
    definitions = {
        "hour": dagster.HourlyPartitionsDefinition,
        "day": dagster.DailyPartitionsDefinition,
        "month": dagster.MonthlyPartitionsDefinition,
    }
    for every, definition in definitions.items():
        partitions = by(every)
        keys = definition(start_date=partitions.start).get_partition_keys(current_time=datetime(2026, 3, 5, tzinfo=UTC))
        assert keys[0] == dagster_key(first_partition(partitions), every)
        assert keys[-1] == dagster_key(newest_partition(partitions, datetime(2026, 3, 5, tzinfo=UTC)), every)


@pytest.mark.parametrize(
    "key", ["2026-1-31", "2026-02-30", "2026-01", "31.01.2026", "2026-01-31T05", "", "\uff12026-01-31"]
)
def test_a_malformed_key_is_answered_with_an_example(key):
    with pytest.raises(ConfigurationError, match="write a partition like 2026-01-31"):
        parse_partition(key, by("day"), NOW)


def test_a_key_outside_the_imports_time_names_a_good_one():
    with pytest.raises(ConfigurationError, match="before the import's start: take 2026-01-01"):
        parse_partition("2025-12-31", by("day"), NOW)
    with pytest.raises(ConfigurationError, match="future: the newest complete one is 2026-11-22"):
        parse_partition("2026-11-26", by("day"), NOW)
    with pytest.raises(ConfigurationError, match="like 2026-01-31"):
        parse_partition("9999-12-31", by("day"), NOW)


def test_the_day_of_a_zone_ahead_of_utc_may_have_begun():
    assert parse_partition("2026-11-24", by("day"), NOW).key == "2026-11-24"


def test_a_range_is_ascending_and_holds_both_ends():
    keys = [partition.key for partition in partition_range("2026-01-30", "2026-02-02", by("day"), NOW)]
    assert keys == ["2026-01-30", "2026-01-31", "2026-02-01", "2026-02-02"]
    assert [p.key for p in partition_range("2026-11", "2026-11", by("month"), NOW)] == ["2026-11"]
    with pytest.raises(ConfigurationError, match="swap --from and --to"):
        partition_range("2026-02-02", "2026-01-30", by("day"), NOW)


def test_the_newest_partition_is_over():
    assert newest_partition(by("day"), NOW).key == "2026-11-22"
    assert newest_partition(by("month"), NOW).key == "2026-10"
    assert newest_partition(by("hour"), NOW).key == "2026-11-23T12"
    assert newest_partition(by("day", "2026-11-23"), NOW) is None


def test_an_address_is_filled_in(monkeypatch, tmp_path):
    monkeypatch.setenv("CDP_HOME", str(tmp_path))
    partition = parse_partition("2026-01-31T05", by("hour"), NOW)
    assert fill("a-{partition}.csv", partition) == "a-2026-01-31T05.csv"
    assert fill("{partition:%Y/%m/%d}/{partition:%H}.csv", partition) == "2026/01/31/05.csv"
    assert fill("{home}/orders.csv", None) == f"{tmp_path}/orders.csv"


@pytest.mark.parametrize("start", ["2026-01-01T05", "yesterday", "2026-13-01", 2026, None, True, "0001-01-01"])
def test_a_start_that_begins_no_day_is_refused(start):
    with pytest.raises(ValidationError):
        by("day", start)


def test_months_begin_on_the_first():
    assert by("month", "2026-02").start == datetime(2026, 2, 1, tzinfo=UTC)
    with pytest.raises(ValidationError, match="must begin a month"):
        by("month", "2026-02-15")
