"""Which files a look asks for: nothing twice, nothing incomplete, nothing lost, whatever happens in which order."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from cdp_pipelines.imports.partitions import Partitions, partition_range
from cdp_pipelines.imports.watch import CAP, Arrival, Asked, Watch, look
from cdp_pipelines.sources import Found

WATCH = Watch.model_validate({"every": "60s"})
NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAYS = partition_range(
    "2026-01-01", "2026-05-01", Partitions.model_validate({"every": "day", "start": "2026-01-01"}), NOW
)
OLD = NOW - timedelta(days=3)


def arrival(day: int = 0, version: int = 0, changed: datetime | None = OLD) -> Arrival:
    found = Found(f"/in/{DAYS[day].key}.csv", 1, changed, str(version))
    return Arrival(DAYS[day], (found,), f"{day}-{version}")


def never(_: Sequence[Arrival]) -> dict[str, Asked]:
    return {}


def asked(*fresh: Arrival, of: Asked | None = None, now: datetime = NOW) -> list[tuple[str, int]]:
    """Return stamp and attempt of what the second of two equal looks asks for."""
    history = {one.stamp: of for one in fresh} if of else {}
    first = look(fresh, lambda _: history, WATCH, None, now)
    assert not first.wanted
    second = look(fresh, lambda _: history, WATCH, first.cursor, now)
    return [(one.arrival.stamp, one.attempt) for one in second.wanted]


def test_a_file_is_asked_for_at_the_second_equal_look() -> None:
    assert asked(arrival()) == [("0-0", 0)]


def test_a_file_that_changed_between_two_looks_waits() -> None:
    first = look([arrival(version=1)], never, WATCH, None, NOW)
    second = look([arrival(version=2)], never, WATCH, first.cursor, NOW)
    assert (second.wanted, second.waiting) == ([], 1)
    assert look([arrival(version=2)], never, WATCH, second.cursor, NOW).wanted


def test_a_file_that_changed_a_moment_ago_waits_but_one_of_a_fast_clock_does_not() -> None:
    assert asked(arrival(changed=NOW - timedelta(seconds=59))) == []
    assert asked(arrival(changed=NOW - timedelta(seconds=60)))
    assert asked(arrival(changed=NOW + timedelta(days=400)))
    assert asked(arrival(changed=None))


def test_many_files_are_asked_for_oldest_first_and_the_next_look_goes_on() -> None:
    fresh = [arrival(day) for day in range(120)]
    cursor, taken = look(fresh, never, WATCH, None, NOW).cursor, []
    while fresh:
        seen = look(fresh, never, WATCH, cursor, NOW)
        assert len(seen.wanted) == min(CAP, len(fresh))
        taken += [one.arrival for one in seen.wanted]
        fresh, cursor = fresh[CAP:], seen.cursor
    assert [one.stamp for one in taken] == [f"{day}-0" for day in range(120)]


def test_what_is_queued_or_was_refused_for_itself_is_not_asked_for_again() -> None:
    assert asked(arrival(), of=Asked(waiting=True)) == []
    assert asked(arrival(), of=Asked(ended=1, last_end=OLD, rejected=True)) == []


def test_after_an_outage_it_is_asked_for_again_with_growing_pauses() -> None:
    for ended, pause in ((1, 2), (2, 4), (5, 32), (9, 60), (10_000, 60)):
        state = Asked(ended=ended, last_end=NOW)
        assert asked(arrival(), of=state, now=NOW + timedelta(minutes=pause, seconds=-1)) == []
        assert asked(arrival(), of=state, now=NOW + timedelta(minutes=pause)) == [("0-0", ended)]


def test_an_end_that_lies_ahead_was_told_by_a_wrong_clock_and_is_not_waited_for() -> None:
    state = Asked(ended=3, last_end=NOW + timedelta(days=400))
    assert asked(arrival(), of=state) == [("0-0", 3)]


@dataclass
class Source:
    """Files that arrive, the runs that were asked for them, and what those did."""

    now: datetime = NOW
    files: dict[int, Arrival] = field(default_factory=dict)
    applied: dict[int, str] = field(default_factory=dict)
    queue: list[Arrival] = field(default_factory=list)
    history: dict[str, Asked] = field(default_factory=dict)
    keys: list[tuple[str, int]] = field(default_factory=list)
    cursor: str | None = None
    versions: int = 0

    def deliver(self, day: int, age: int) -> None:
        self.versions += 1
        self.files[day] = arrival(day, self.versions, self.now - timedelta(seconds=age))

    def tick(self) -> None:
        self.now += timedelta(minutes=1)
        fresh = [one for day, one in sorted(self.files.items()) if self.applied.get(day) != one.stamp]
        seen = look(fresh, lambda _: self.history, WATCH, self.cursor, self.now)
        self.cursor = seen.cursor
        for wanted in seen.wanted:
            self.keys.append((wanted.arrival.stamp, wanted.attempt))
            self.queue.append(wanted.arrival)
            before = self.history.get(wanted.arrival.stamp, Asked())
            self.history[wanted.arrival.stamp] = replace(before, waiting=True)

    def run(self, outcome: str) -> None:
        """End the oldest run; it reads what lies there now."""
        if not self.queue:
            return
        one = self.queue.pop(0)
        before = self.history[one.stamp]
        rejected = outcome == "rejected"
        self.history[one.stamp] = Asked(ended=before.ended + 1, last_end=self.now, rejected=rejected)
        day = DAYS.index(one.partition)
        if outcome == "applied":
            self.applied[day] = self.files[day].stamp


STEPS = st.one_of(
    st.tuples(st.just("deliver"), st.integers(0, 5), st.sampled_from([0, 0, 30, 100_000])),
    st.tuples(st.just("tick")),
    st.tuples(st.just("run"), st.sampled_from(["applied", "outage", "rejected"])),
)


@settings(max_examples=300)
@given(steps=st.lists(STEPS, max_size=60))
def test_in_any_history_each_file_ends_applied_or_refused_and_no_run_is_asked_for_twice(steps: list[tuple]) -> None:
    source = Source()
    for name, *arguments in steps:
        getattr(source, name)(*arguments)
        active = [one.stamp for one in source.queue]
        assert len(active) == len(set(active))
    for _ in range(150):
        source.tick()
        source.run("applied")
    assert len(source.keys) == len(set(source.keys))
    for day, one in source.files.items():
        refused = source.history.get(one.stamp, Asked()).rejected
        assert source.applied.get(day) == one.stamp or refused
