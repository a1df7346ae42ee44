"""Files that have to come by a time of day: missed once, and told when they come; time is given, never waited for."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from cdp_pipelines.imports.expectations import due_after, expected_at, look_after
from cdp_pipelines.imports.partitions import Partitions
from cdp_pipelines.imports.schedules import Schedule
from cdp_pipelines_tests.alerts.conftest import Watched, shop, watched
from cdp_pipelines_tests.scenarios.shop import Import, order

__all__ = ["shop", "watched"]

FOUR = time(4)
DAY = timedelta(days=1)
TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
PAST = TODAY - DAY  # what is looked at on it lies behind the runs of the tests, at any time of day


def key(days_before: int) -> str:
    """The partition of so many days before the day in the past."""
    return f"{PAST - days_before * DAY:%Y-%m-%d}"


LAST = key(1)


def daily(watched: Watched) -> Import:
    return watched.shop.imports(partitions={"every": "day", "start": "2024-03-01"})


def looks(watched: Watched, export: Import, at: datetime) -> list[str]:
    """What is missing at a moment, after which the targets are told."""
    return [one.label for one in look_after(watched.shop.store, export.loaded.spec, FOUR, at).missing]


@pytest.mark.parametrize("written", ["4:00", "24:00", "04:60", "4 am", 240, "04:00:00"])
def test_a_time_of_day_is_written_in_one_way(written: object) -> None:
    with pytest.raises(ValidationError, match='write a time of day in UTC like "04:00"'):
        Schedule.model_validate({"cron": "30 2 * * *", "expect_by": written})
    assert Schedule.model_validate({"cron": "30 2 * * *", "expect_by": "04:00"}).expect_by == FOUR


def test_a_partition_is_due_at_the_first_such_time_after_its_end() -> None:
    midnight = datetime(2026, 3, 1, tzinfo=UTC)
    assert due_after(midnight, FOUR) == midnight.replace(hour=4)
    assert due_after(midnight, time(0)) == midnight
    assert due_after(midnight.replace(hour=5), FOUR) == datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "start", "keys"),
    [
        ("day", "2026-01-01", ["2026-02-28"]),
        ("month", "2026-01", ["2026-02"]),
        ("hour", "2026-03-01T02", ["2026-03-01T02", "2026-03-01T03"]),
        ("day", "2026-03-01", []),
    ],
)
def test_what_is_due_at_a_time(every: str, start: str, keys: list[str]) -> None:
    partitions = Partitions.model_validate({"every": every, "start": start})
    due_at = datetime(2026, 3, 1, 4, tzinfo=UTC)
    assert [one.partition for one in expected_at(due_at, partitions)] == keys
    for one in expected_at(due_at + timedelta(days=1), partitions):
        assert one.partition not in keys, "each is due once"


def test_a_missing_file_is_told_once_and_so_is_its_coming(watched: Watched) -> None:
    export = daily(watched)
    for at in (PAST.replace(hour=4), PAST.replace(hour=5)):
        assert looks(watched, export, at) == [LAST]
    assert watched.told() == [f"orders {LAST}: no file has come"]
    (message,) = watched.lines()
    assert f"It was expected by {PAST:%Y-%m-%d} 04:00 UTC." in message["text"]
    assert looks(watched, export, PAST.replace(hour=6)) == [LAST]
    assert watched.told() == []
    export.gets(order("A-1"), partition=LAST)
    assert looks(watched, export, PAST.replace(hour=7)) == []
    assert watched.told() == [f"orders {LAST}: the file has come"]


def test_before_the_time_nothing_is_missing_even_if_a_run_found_no_file(watched: Watched) -> None:
    export, today = daily(watched), key(-1)
    for number in (1, 0):
        export.gets(order("A-1"), partition=key(number))
    assert looks(watched, export, datetime.now(UTC)) == []
    assert export.runs(partition=today).status == "failed"
    assert watched.told() == [], "it is due tomorrow"
    assert looks(watched, export, (TODAY + DAY).replace(hour=4)) == [today]
    assert watched.told() == [f"orders {today}: no file has come"]
    assert export.runs(partition=today).status == "failed"
    assert watched.told() == [], "the same cause"


def test_a_run_that_finds_no_file_of_a_day_long_due_is_told_at_once(watched: Watched) -> None:
    export = daily(watched)
    looks(watched, export, datetime.now(UTC))
    watched.look()
    export.runs(partition=key(5))
    assert watched.told() == [f"orders {key(5)}: no file has come"]


def test_a_file_that_came_and_was_wrong_is_not_missing(watched: Watched) -> None:
    export = daily(watched)
    assert looks(watched, export, PAST.replace(hour=4)) == [LAST]
    watched.look()
    export.reads("no header\n", partition=LAST)
    assert looks(watched, export, PAST.replace(hour=4)) == []
    assert watched.told() == [f"orders {LAST}: failed", f"orders {LAST}: the file has come"]


def test_an_outage_or_a_dry_run_is_no_file(watched: Watched, tmp_path: Path) -> None:
    gone = {"kind": "local", "uri": str(tmp_path / "gone" / "{partition}.csv")}
    export = watched.shop.imports(partitions={"every": "day", "start": "2024-03-01"}, source=gone)
    export.runs(partition=LAST)
    assert looks(watched, export, PAST.replace(hour=4)) == [LAST]
    export = daily(watched)
    export.gets(order("A-1"), partition=LAST, dry_run=True)
    assert looks(watched, export, PAST.replace(hour=4)) == [LAST]


def test_days_on_which_nobody_looked_are_looked_after_later(watched: Watched) -> None:
    export = daily(watched)
    assert looks(watched, export, PAST - 2 * DAY) == [key(4)]
    assert looks(watched, export, PAST.replace(hour=5)) == [key(3), key(2), key(1)]
    assert watched.told() == [f"orders: no file has come: {key(3)}, {key(2)}, {key(1)}"], "and one that is no news"


def test_without_partitions_a_new_file_is_expected_every_day(watched: Watched) -> None:
    export = watched.shop.imports()
    export.gets(order("A-1"))
    with watched.shop.store.connect(autocommit=True) as connection:
        connection.execute("update import_runs set finished_at = finished_at - interval '2 days'")
    due = due_after(datetime.now(UTC), FOUR) - DAY
    assert looks(watched, export, due - DAY) == [], "it came in the day before"
    assert looks(watched, export, due) == [f"the file of {due:%Y-%m-%d}"]
    assert watched.told() == ["orders: no file has come"]
    export.runs()
    assert watched.told() == [], "the old file is no new one"
    export.gets(order("A-2"))
    assert watched.told() == ["orders: the file has come"]
