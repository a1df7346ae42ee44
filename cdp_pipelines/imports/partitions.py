"""Partitions of an import: their keys, their windows of time in UTC and the addresses they stand for.

Keys are ours (`2026-01-31`, `2026-01`, `2026-01-31T05`); `dagster_key` and `from_dagster` map them to
Dagster's own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from string import Formatter
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.sources.template import placeholders
from cdp_pipelines.spec import Spec

Every = Literal["hour", "day", "month"]

KEY_FORMATS: dict[Every, str] = {"hour": "%Y-%m-%dT%H", "day": "%Y-%m-%d", "month": "%Y-%m"}
_DAGSTER_FORMATS: dict[Every, str] = {"hour": "%Y-%m-%d-%H:%M", "day": "%Y-%m-%d", "month": "%Y-%m-%d"}
_KEY_SHAPES: dict[Every, str] = {
    "hour": r"\d{4}-\d\d-\d\dT\d\d",
    "day": r"\d{4}-\d\d-\d\d",
    "month": r"\d{4}-\d\d",
}
_EXAMPLES: dict[Every, str] = {"hour": "2026-01-31T05", "day": "2026-01-31", "month": "2026-01"}


@dataclass(frozen=True)
class Partition:
    """One window of time of an import, from `start` up to but not including `end`, both aware and in UTC."""

    key: str
    start: datetime
    end: datetime


def _begin(text: str) -> datetime:
    """Read the start of an hour, a day or a month from any of the three key forms."""
    for every, shape in _KEY_SHAPES.items():
        if re.fullmatch(shape, text, re.ASCII):
            return datetime.strptime(text, KEY_FORMATS[every]).replace(tzinfo=UTC)
    raise ValueError("no key of a partition")


def _read_start(value: Any) -> Any:
    try:
        return value if isinstance(value, datetime) else _begin(str(value))
    except ValueError:
        raise ValueError("write the first date as 2026-01-31 (for hours 2026-01-31T05, for months 2026-01)") from None


class Partitions(Spec):
    """How an import is cut by time: one file, transaction and report per hour, day or month (UTC)."""

    every: Every
    """Length of one partition: `hour`, `day` or `month`."""
    start: Annotated[datetime, BeforeValidator(_read_start)]
    """First partition, as a date like 2026-01-31; nothing earlier is imported."""
    per_run: int = Field(default=31, ge=1, le=10_000)
    """How many partitions one Dagster run takes at most, one after the other in ascending order."""

    @field_validator("start")
    @classmethod
    def _begins_a_partition(cls, start: datetime, info: ValidationInfo) -> datetime:
        every = info.data.get("every", "hour")
        if start.tzinfo is None or not 1970 <= start.year < 9000 or _floor(start, every) != start:
            raise ValueError(f"must begin a {every} in UTC since 1970, like {_EXAMPLES[every]}")
        return start


def _floor(moment: datetime, every: Every) -> datetime:
    """Return the start of the window that holds `moment`."""
    hour = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if every == "hour":
        return hour
    return hour.replace(hour=0) if every == "day" else hour.replace(day=1, hour=0)


def _next(start: datetime, every: Every) -> datetime:
    """Return the start of the window after the one that starts at `start`."""
    if every == "month":
        return (start + timedelta(days=31)).replace(day=1)
    return start + (timedelta(hours=1) if every == "hour" else timedelta(days=1))


def partition_at(moment: datetime, every: Every) -> Partition:
    """Return the partition whose window holds `moment` (aware)."""
    start = _floor(moment, every)
    return Partition(start.strftime(KEY_FORMATS[every]), start, _next(start, every))


def parse_partition(key: str, partitions: Partitions, now: datetime | None = None) -> Partition:
    """Return the partition that a user's key names.

    Raises:
        ConfigurationError: The key is malformed, before the import's start, or lies more than a day ahead
            of `now` (its end would be the version of orders without lastUpdated, and freeze them).
    """
    every = partitions.every
    partition = _parse(key, every)
    if partition.start < partitions.start:
        first = partition_at(partitions.start, every).key
        raise ConfigurationError(f"partition {key} is before the import's start: take {first} or a later one")
    if partition.start > (now or datetime.now(UTC)) + timedelta(days=1):
        newest = newest_partition(partitions, now)
        hint = f"the newest complete one is {newest.key}" if newest else "none is complete yet"
        raise ConfigurationError(f"partition {key} lies in the future: {hint}")
    return partition


def _parse(key: str, every: Every) -> Partition:
    try:
        if re.fullmatch(_KEY_SHAPES[every], key, re.ASCII):
            return partition_at(_begin(key), every)
    except (ValueError, OverflowError):
        pass
    raise ConfigurationError(f"{key!r} is no {every}: write a partition like {_EXAMPLES[every]}")


def partition_range(first: str, last: str, partitions: Partitions, now: datetime | None = None) -> list[Partition]:
    """Return the partitions from `first` to `last`, both included, ascending.

    Raises:
        ConfigurationError: A key is wrong, or the first comes after the last.
    """
    begin, end = parse_partition(first, partitions, now), parse_partition(last, partitions, now)
    if begin.start > end.start:
        raise ConfigurationError(f"the range is empty: {first} comes after {last}, so swap --from and --to")
    return list(_between(begin, end, partitions.every))


def _between(begin: Partition, end: Partition, every: Every) -> Iterator[Partition]:
    partition = begin
    while partition.start <= end.start:
        yield partition
        partition = partition_at(partition.end, every)


def newest_partition(partitions: Partitions, now: datetime | None = None) -> Partition | None:
    """Return the newest partition whose window is over, or None when not even the first one is."""
    current = partition_at(now or datetime.now(UTC), partitions.every)
    newest = partition_at(current.start - timedelta(seconds=1), partitions.every)
    return newest if newest.start >= partitions.start else None


def first_partition(partitions: Partitions) -> Partition:
    """Return the import's first partition."""
    return partition_at(partitions.start, partitions.every)


def dagster_key(partition: Partition, every: Every) -> str:
    """Return Dagster's own key: `2026-01-01` for a month, too, and `2026-01-01-05:00` for an hour."""
    return partition.start.strftime(_DAGSTER_FORMATS[every])


def from_dagster(key: str, every: Every) -> Partition:
    """Return the partition of a key that Dagster made."""
    start = datetime.strptime(key, _DAGSTER_FORMATS[every]).replace(tzinfo=UTC)
    return partition_at(start, every)


def fill(template: str, partition: Partition | None) -> str:
    """Return an address with `{partition}` and `{home}` filled in.

    Args:
        template: Address of the YAML, already validated.
        partition: Its window; None for an import without partitions.
    """
    values: list[str] = []
    for literal, name, form, _ in Formatter().parse(template):
        values.append(literal)
        if name == "home":
            values.append(_home())
        elif name == "partition" and partition is not None:
            values.append(_written(partition, form or ""))
    return "".join(values)


def _home() -> str:
    from cdp_pipelines.home import home

    return str(home())


def tells_apart(template: str, partitions: Partitions) -> bool:
    """Whether the address differs between the first partition and later ones: an hour, day, month or year on."""
    first = first_partition(partitions)
    year_later = first.start.replace(year=first.start.year + 1, day=1)
    steps = [first.end, first.start + timedelta(days=1), (first.start + timedelta(days=32)), year_later]
    others = {partition_at(step, partitions.every) for step in steps} - {first}
    formats = [form for name, form in placeholders(template) if name == "partition"]

    def filled(partition: Partition) -> list[str]:
        return [_written(partition, form) for form in formats]

    return all(filled(other) != filled(first) for other in others)


def _written(partition: Partition, form: str) -> str:
    return partition.start.strftime(form) if form else partition.key
