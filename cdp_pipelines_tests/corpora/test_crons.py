"""croniter's own cases: a schedule ticks when they say, as Dagster's daemon counts the ticks.

Their tests are run with an iterator that remembers what it was asked and what it answered, which they then check.
"""

import importlib
import io
import re
import unittest
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import pytest
from croniter import croniter
from dagster._utils.schedules import cron_string_iterator
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cdp_pipelines.imports.schedules import Schedule
from cdp_pipelines_tests.corpora.fetched import ELSEWHERE, assert_as_stated, judged

MODULES = ("test_croniter", "test_croniter_dst_repetition", "test_croniter_hash", "test_croniter_random")
OPTIONS = {"day_or", "max_years_between_matches", "implement_cron_bug", "expand_from_start_time", "hash_id"}
NEVER = "name a day that never comes beside a day of the week, which Dagster's daemon cannot count"
MARKS = "use marks that we refuse: `#`, `?`, `R` and `W`"


@dataclass
class Asked:
    """A cron, where its iterator began and the moments that it gave; `other` if it was asked for more."""

    cron: str
    start: Any
    options: set[str]
    ticks: list[datetime] = field(default_factory=list)
    other: bool = False


class Remembering(croniter):
    """croniter, with all that its tests ask of it in `every`."""

    every: list[Asked] = []  # noqa: RUF012 - one list for all iterators is what it is for

    def __init__(self, expr_format: str, start_time: Any = None, *arguments: Any, **options: Any) -> None:
        self.asked = Asked(expr_format, start_time, OPTIONS & options.keys())
        super().__init__(expr_format, start_time, *arguments, **options)
        self.every.append(self.asked)

    def _get_next(self, ret_type: Any = None, start_time: Any = None, is_prev: Any = None, update_current: Any = None):
        found = super()._get_next(ret_type, start_time, is_prev, update_current)
        self.asked.other |= start_time is not None or self._is_prev or update_current is False
        self.asked.ticks.append(moment(found))
        return found

    __next__ = next = _get_next


def moment(found: Any) -> datetime:
    if isinstance(found, datetime):
        return found.replace(tzinfo=found.tzinfo or UTC)
    return datetime.fromtimestamp(found, UTC)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Asked]]:
    """What croniter's own tests ask for, all of which pass."""
    modules = [importlib.import_module(f"croniter.tests.{name}") for name in MODULES]
    for module in modules:
        monkeypatch.setattr(module, "croniter", Remembering, raising=False)
    suite = unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromModule(module) for module in modules)
    assert unittest.TextTestRunner(io.StringIO()).run(suite).wasSuccessful()
    yield [one for one in Remembering.every if one.ticks]
    Remembering.every.clear()


def test_croniter(asked: list[Asked]) -> None:
    outcomes = {f"{number} {one.cron} from {one.start}": ticks(one) for number, one in enumerate(asked)}
    assert_as_stated("croniter's tests (PyPI)", version("croniter"), outcomes)


def ticks(one: Asked) -> str:
    if len(one.cron.split()) != 5:
        return f"{ELSEWHERE}have seconds, years or a word like @daily"
    if one.options:
        return f"{ELSEWHERE}set options of croniter that no cron line says"
    if one.other or not isinstance(one.start, datetime | float | int):
        return f"{ELSEWHERE}go backwards, start anew or begin now"
    if isinstance(one.start, datetime) and one.start.tzinfo not in (None, UTC):
        return f"{ELSEWHERE}ask for the clock of another zone than UTC"
    try:
        cron = Schedule(cron=one.cron).cron
    except ValidationError as refused:
        marked = re.search("[#?]|(?<![A-Z])[RW](?![A-Z])", one.cron)
        return NEVER if "never comes" in str(refused) else judged(False, one, MARKS if marked else "")
    start = moment(one.start)
    found = daemon_ticks(cron, start, len(one.ticks))
    return judged(found == one.ticks, (one, found))


def daemon_ticks(cron: str, start: datetime, count: int) -> list[datetime]:
    """Return the first moments after the start at which Dagster's daemon would start runs."""
    later = (tick for tick in cron_string_iterator(start.timestamp(), cron, "UTC") if tick > start)
    return [next(later) for _ in range(count)]


def field_of(low: int, high: int, *names: str) -> st.SearchStrategy[str]:
    numbers = st.integers(low, high)
    ranges = st.tuples(numbers, numbers).map(lambda ends: f"{min(ends)}-{max(ends)}")
    stepped = st.tuples(st.just("*") | ranges, st.integers(1, high)).map(lambda parts: f"{parts[0]}/{parts[1]}")
    one = st.sampled_from(["*", *names]) | numbers.map(str) | ranges | stepped
    return st.just("*") | st.lists(one, min_size=1, max_size=3).map(",".join)


CRONS = st.tuples(
    field_of(0, 59), field_of(0, 23), field_of(1, 31, "L"), field_of(1, 12, "JAN", "feb"), field_of(0, 7, "Sun", "FRI")
).map(" ".join)


@given(CRONS, st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - Hypothesis wants them bare
def test_what_check_accepts_is_what_the_daemon_keeps(cron: str, start: datetime) -> None:
    try:
        accepted = Schedule(cron=cron).cron
    except ValidationError:
        return
    own = croniter(accepted, start)
    assert daemon_ticks(accepted, start, 3) == [own.get_next(datetime) for _ in range(3)]
