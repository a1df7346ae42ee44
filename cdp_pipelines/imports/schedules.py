"""When an import runs by itself, and for which partitions: the plain rules behind Dagster's schedules."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from cdp_pipelines.imports.durations import Duration
from cdp_pipelines.imports.partitions import Partition, Partitions, newest_partition, partition_at, partition_range
from cdp_pipelines.spec import Spec

if TYPE_CHECKING:
    from cdp_pipelines.store.runs import Tried

_EXAMPLE = "write five fields like 30 2 * * *: minute, hour, day of the month, month, day of the week"

_NO_CRON = re.compile(r"[^\w\s*/,-]|(?<![A-Z])[HRW](?![A-Z])", re.ASCII | re.IGNORECASE)
"""What croniter takes beyond the five fields: marks of its own, and letters that name no day or month."""


def _cron(cron: str) -> str:
    """Refuse what is no cron of five fields, and what never comes, like the 30th of February.

    Dagster's own copy of croniter, which counts the ticks, knows no W, takes R for a time of its own choice, and fails
    on a day that never comes even where a day of the week does.
    """
    from croniter import CroniterError, croniter

    fields = cron.split()
    if len(fields) != 5 or _NO_CRON.search(cron):
        raise ValueError(_EXAMPLE)
    try:
        for one in (fields, [*fields[:4], "*"]):
            croniter(" ".join(one), datetime(2026, 1, 1, tzinfo=UTC)).get_next(datetime)
    except CroniterError as error:
        never = "failed to find next date" in str(error)
        raise ValueError("never comes: correct day and month" if never else _EXAMPLE) from None
    return " ".join(fields)


def _time_of_day(value: Any) -> Any:
    """Read `04:00`."""
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value, re.ASCII):
        raise ValueError('write a time of day in UTC like "04:00", in quotes')
    return time.fromisoformat(value)


class Schedule(Spec):
    """When the import runs by itself; all times are UTC (K-118 to K-121)."""

    cron: Annotated[str, AfterValidator(_cron)]
    """Minute, hour, day of the month, month and day of the week in UTC, like "30 2 * * *" for every night at 02:30."""
    catch_up: Duration | None = None
    """How far back each tick asks again for partitions that were not applied, like 7d; left out, only the newest.

    Days on which nothing ran do not count: what had no last chance has one, however old it is by then.
    """
    expect_by: Annotated[time | None, BeforeValidator(_time_of_day)] = None
    """Time of day in UTC by which a file must have come, like "04:00"; one alert if it has not, one when it has."""


def in_words(cron: str) -> str:
    """Return `At 02:30, UTC` for `30 2 * * *` (K-119)."""
    from cron_descriptor import Options, get_description

    options = Options()
    options.use_24hour_time_format = True
    options.verbose = True
    return f"{get_description(cron, options)}, UTC"


def catch_up_window(schedule: Schedule, partitions: Partitions, now: datetime) -> list[Partition]:
    """Return the newest complete partition and those within `catch_up` of its end, ascending; none if none is over.

    Args:
        schedule: Says how far back.
        partitions: How the import is cut.
        now: The time of the tick, aware.
    """
    newest = newest_partition(partitions, now)
    if newest is None:
        return []
    if schedule.catch_up is None:
        return [newest]
    first = max(partitions.start, newest.end - schedule.catch_up)
    window = partition_range(partition_at(first, partitions.every).key, newest.key, partitions, now)
    return [one for one in window if one.start >= first or one == newest]


def missing(
    schedule: Schedule, partitions: Partitions, window: Sequence[Partition], tried: "Mapping[str, Tried]"
) -> list[Partition]:
    """Return the partitions that no run applied and that are due once more, ascending; the newest one is left out.

    Those are all of the window, and older ones that had no last chance: nothing is asked for while the daemon is down.
    None is older than the first one that the schedule asked for.

    Args:
        schedule: Says how far back; without `catch_up` nothing is due.
        partitions: How the import is cut.
        window: What `catch_up_window` returned, not empty.
        tried: What runs came to, by the partitions' keys.
    """
    if schedule.catch_up is None:
        return []
    begin = window[0]
    shaped = [key for key, told in tried.items() if told.scheduled and len(key) == len(begin.key)]
    first = max(min([*shaped, begin.key]), partition_at(partitions.start, partitions.every).key)
    older = partition_range(first, begin.key, partitions, begin.end)[:-1]
    due = [one for one in older if one.key not in tried or tried[one.key].last < one.start + schedule.catch_up]
    return [one for one in [*due, *window[:-1]] if one.key not in tried or not tried[one.key].applied]


def chunks(wanted: Iterable[Partition], per_run: int) -> list[list[Partition]]:
    """Cut ascending partitions into unbroken ranges of at most `per_run`, one for each run."""
    found: list[list[Partition]] = []
    for partition in wanted:
        if found and found[-1][-1].end == partition.start and len(found[-1]) < per_run:
            found[-1].append(partition)
        else:
            found.append([partition])
    return found
