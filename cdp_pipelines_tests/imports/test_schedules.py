"""Crons, their description, and which partitions a tick looks at."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cdp_pipelines.imports.partitions import Partitions, partition_range
from cdp_pipelines.imports.schedules import Schedule, catch_up_window, chunks, in_words, missing
from cdp_pipelines.store.runs import Tried

DAILY = Partitions.model_validate({"every": "day", "start": "2026-01-01"})


def keys(schedule: Schedule, partitions: Partitions, now: datetime) -> list[str]:
    return [one.key for one in catch_up_window(schedule, partitions, now)]


def every_night(**changes: object) -> Schedule:
    return Schedule.model_validate({"cron": "30 2 * * *", **changes})


@pytest.mark.rows("K-118", "K-119", "K-120")
@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("30 2 * * *", "At 02:30, every day, UTC"),
        ("0 */2 * * *", "Every 2 hours, every day, UTC"),
        ("0 4 1 * *", "At 04:00, on day 1 of the month, UTC"),
        ("0 0 1 1 *", "At 00:00, on day 1 of the month, only in January, UTC"),
        ("15 4 * * 1-5", "At 04:15, Monday through Friday, UTC"),
        ("0 3 * * MON", "At 03:00, only on Monday, UTC"),
    ],
)
def test_a_schedule_by_hours_days_months_and_years_is_told_in_words(cron: str, words: str) -> None:
    assert in_words(every_night(cron=cron).cron) == words


@pytest.mark.parametrize(
    "cron",
    ["61 * * * *", "30 2 * *", "* * * * * *", "@daily", "", "every night", "H 2 * * *", "R 2 * * *", "0 9 15W * *"],
)
def test_what_is_no_cron_of_five_fields_is_refused(cron: str) -> None:
    with pytest.raises(ValidationError, match="write five fields"):
        every_night(cron=cron)


@pytest.mark.parametrize("cron", ["0 0 30 2 *", "0 0 31 2 0"])
def test_a_day_that_never_comes_is_refused(cron: str) -> None:
    with pytest.raises(ValidationError, match="never comes"):
        every_night(cron=cron)


def test_words_of_days_and_months_are_accepted() -> None:
    assert every_night(cron="0 9 L mar-APR Wed,FRI").cron == "0 9 L mar-APR Wed,FRI"


def test_without_catch_up_a_tick_looks_at_the_newest_complete_partition() -> None:
    assert keys(every_night(), DAILY, datetime(2026, 1, 9, 2, 30, tzinfo=UTC)) == ["2026-01-08"]
    assert keys(every_night(), DAILY, datetime(2026, 1, 1, 23, 59, tzinfo=UTC)) == []
    assert keys(every_night(catch_up="7d"), DAILY, datetime(2026, 1, 1, 23, 59, tzinfo=UTC)) == []


def test_catch_up_looks_back_but_not_before_the_start() -> None:
    week = every_night(catch_up="7d")
    assert keys(week, DAILY, datetime(2026, 2, 9, 2, 30, tzinfo=UTC)) == [f"2026-02-0{day}" for day in range(2, 9)]
    assert keys(week, DAILY, datetime(2026, 1, 3, 2, 30, tzinfo=UTC)) == ["2026-01-01", "2026-01-02"]


@given(
    every=st.sampled_from(["hour", "day", "month"]),
    hours=st.integers(1, 2000),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2026, 9, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - Hypothesis wants them bare
)
def test_the_window_is_unbroken_complete_and_no_longer_than_asked(every: str, hours: int, now: datetime) -> None:
    partitions = Partitions.model_validate({"every": every, "start": "2026-01-01"})
    window = catch_up_window(every_night(catch_up=f"{hours}h"), partitions, now)
    assert all(one.end <= now and one.start >= partitions.start for one in window)
    assert all(before.end == after.start for before, after in pairwise(window))
    if len(window) > 1:
        assert window[-1].end - window[0].start <= timedelta(hours=hours)


def older(*tried: str, of: Tried, now: datetime = datetime(2026, 2, 9, 2, 30, tzinfo=UTC)) -> list[str]:
    """Return what is missing of the days before the window, which begins on the 2nd of February."""
    week = every_night(catch_up="7d")
    window = catch_up_window(week, DAILY, now)
    assert window[0].key == "2026-02-02"
    return [one.key for one in missing(week, DAILY, window, dict.fromkeys(tried, of)) if one.key < window[0].key]


def test_days_that_nothing_asked_for_are_due_however_old_they_are() -> None:
    applied = Tried(last=datetime(2026, 2, 1, tzinfo=UTC), scheduled=True, applied=True)
    assert older("2026-01-28", "2026-01-29", "2026-01-31", of=applied) == ["2026-01-30", "2026-02-01"]
    assert older("2026-02-01", of=applied) == older("2026-02-05", of=applied) == older(of=applied) == []
    assert older("2026-01-20", of=replace(applied, scheduled=False)) == [], "the schedule has just begun"
    assert older("2025-12-31", *(f"2026-01-{day:02}" for day in range(1, 32)), of=applied) == ["2026-02-01"]
    assert older("2026-01", "2026-01-30T05", of=applied) == [], "keys of the days when it was cut otherwise"


def test_a_day_that_had_no_last_chance_is_due_once_more() -> None:
    failed = Tried(last=datetime(2026, 2, 6, 2, 30, tzinfo=UTC), scheduled=True, applied=False)
    assert older("2026-01-30", "2026-01-31", "2026-02-01", of=failed) == ["2026-01-31", "2026-02-01"]
    assert older("2026-02-01", of=replace(failed, last=datetime(2026, 2, 8, 2, 30, tzinfo=UTC))) == []


@given(gaps=st.sets(st.integers(0, 40)), per_run=st.integers(1, 40))
def test_chunks_are_unbroken_ranges_of_all_that_is_missing(gaps: set[int], per_run: int) -> None:
    days = partition_range("2026-01-01", "2026-02-10", DAILY, datetime(2026, 3, 1, tzinfo=UTC))
    wanted = [days[number] for number in sorted(gaps)]
    found = chunks(wanted, per_run)
    assert [one for chunk in found for one in chunk] == wanted
    for chunk in found:
        assert 1 <= len(chunk) <= per_run
        assert all(before.end == after.start for before, after in pairwise(chunk))
