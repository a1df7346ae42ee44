"""What Dagster's daemon and its workers do: ticks of the real schedules and sensors, and the runs that they ask for.

Ticks are evaluated as Dagster does it, run keys are remembered for ever, and runs go the way of every import. What is
left out is processes: a run that is to be killed has one of its own, all others are done in this one, and a few of them
by Dagster itself.
"""

import signal
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random

import dagster as dg
from dagster._core.events import DagsterEvent, DagsterEventType
from dagster._core.utils import make_new_run_id

from cdp_pipelines.components.folder import folder_definitions
from cdp_pipelines.components.names import word
from cdp_pipelines.components.schedules import SCHEDULE_TAG
from cdp_pipelines.components.sensors import SENSOR_TAG
from cdp_pipelines.errors import SourceError
from cdp_pipelines.imports.loaded import LoadedImport
from cdp_pipelines.imports.partitions import Partition, parse_partition, partition_range
from cdp_pipelines.imports.report import Origin
from cdp_pipelines.imports.run import RunOptions, run_import
from cdp_pipelines.store import open_store
from cdp_pipelines_tests.faults.processes import Processes

TICK = time(2, 30)
MOST_MISSED_TICKS = 5
"""As many as Dagster makes up for, the newest ones."""
LONGEST_RUN = timedelta(hours=2)
"""After which Dagster's run monitoring gives up a run whose machine is gone."""
POINTS = ("after_download", "after_ledger", "mid_copy", "after_stage", "before_commit", "after_commit")
_KILLED, _MACHINE_GONE, _NEVER_STARTED, _DELAYED, _BY_DAGSTER = 0.03, 0.02, 0.01, 0.06, 0.01


@dataclass
class Run:
    """A run that was asked for."""

    record: dg.DagsterRun
    partitions: list[str]
    origin: Origin


@dataclass
class Watched:
    """One import, with what the daemon remembers of it."""

    loaded: LoadedImport
    last_tick: datetime
    cursor: str | None = None
    queue: list[Run] = field(default_factory=list)
    lost: list[tuple[datetime, Run]] = field(default_factory=list)
    chances: list[datetime] = field(default_factory=list)
    """When a file that lay there could have been seen: the watch looked, or without one the schedule came."""
    setbacks: list[datetime] = field(default_factory=list)
    """When a run died or waited, or a cursor was lost, each of which costs two looks."""

    @property
    def job(self) -> str:
        """The name of its job."""
        return word(self.loaded.spec.name)


class _InMemory(dg.ScheduleEvaluationContext):
    """The context of a tick; Dagster's own opens the instance anew from its place on a disk, which takes long."""

    def __init__(self, instance: dg.DagsterInstance, night: datetime, repository: dg.RepositoryDefinition) -> None:
        super().__init__(None, night, None, None, repository_def=repository)
        self._opened = instance

    @property
    def instance(self) -> dg.DagsterInstance:
        """The instance of the simulation."""
        return self._opened


class Daemon:
    """The daemon of one instance, and the machine that its runs are on."""

    def __init__(
        self, defs: Path, imports: Mapping[str, LoadedImport], instance: dg.DagsterInstance, random: Random
    ) -> None:
        self._definitions = folder_definitions(defs)
        self._repository = self._definitions.get_repository_def()
        self._instance, self._random = instance, random
        self._keys: set[tuple[str, str]] = set()
        now = datetime.now(UTC)
        self.watched = {name: Watched(loaded, now) for name, loaded in imports.items()}
        self.counts: Counter[str] = Counter()
        self.calm = False
        """Whether nothing is killed any more."""

    def wake(self, really: datetime) -> None:
        """Do what is due by the clock of this machine, which may be wrong; `really` is the time."""
        now = datetime.now(UTC)
        right = abs(now - really) < timedelta(minutes=1)
        for one in self.watched.values():
            self._give_up(one, now)
            came = bool(one.loaded.spec.schedule) and self._make_up_for_ticks(one, now)
            looked = self._look(one) if one.loaded.spec.watch else came
            if looked and right and not one.lost:
                one.chances.append(really)
            before = self.counts["runs killed"]
            self._work(one, now)
            if one.queue or self.counts["runs killed"] > before:
                one.setbacks.append(really)

    def lose_cursors(self, really: datetime) -> None:
        """Forget what the sensors' cursors hold, as one click in the UI does."""
        for one in self.watched.values():
            one.cursor = None
            one.setbacks.append(really)

    def busy(self) -> bool:
        """Whether a run is not over."""
        return any(one.queue or one.lost for one in self.watched.values())

    def _make_up_for_ticks(self, one: Watched, now: datetime) -> bool:
        """Evaluate the ticks since the last one, none if the clock was set back; tell whether any was not skipped."""
        first = datetime.combine(one.last_tick.date(), TICK, UTC)
        nights = (first + timedelta(days=number) for number in range((now - first).days + 2))
        due = [night for night in nights if one.last_tick < night <= now]
        one.last_tick = max(one.last_tick, now)
        return sum(self._tick(one, night) for night in due[-MOST_MISSED_TICKS:]) > 0

    def _tick(self, one: Watched, night: datetime) -> bool:
        name = f"{one.job}_schedule"
        context = _InMemory(self._instance, night, self._repository)
        result = self._repository.get_schedule_def(name).evaluate_tick(context)
        self.counts["schedule ticks"] += 1
        self.counts["schedule ticks skipped"] += bool(result.skip_message)
        for request in result.run_requests:
            self._ask(one, request, SCHEDULE_TAG, name)
        return bool(result.run_requests)

    def _look(self, one: Watched) -> bool:
        name = f"{one.job}_watch"
        context = dg.build_sensor_context(self._instance, one.cursor, repository_def=self._repository)
        self.counts["looks"] += 1
        try:
            result = self._repository.get_sensor_def(name).evaluate_tick(context)
        except SourceError:
            self.counts["looks that failed, since the source was out"] += 1
            return False
        one.cursor = result.cursor
        for request in result.run_requests:
            self._ask(one, request, SENSOR_TAG, name)
        return True

    def _ask(self, one: Watched, request: dg.RunRequest, tag: str, name: str) -> None:
        """Put a run into the queue, unless its key was ever used before."""
        key = (name, request.run_key or "")
        if key in self._keys:
            self.counts["requests that Dagster refused by their key"] += 1
            return
        self._keys.add(key)
        tags = {**request.tags, tag: name, "dagster/run_key": key[1]}
        if self._random.random() < _BY_DAGSTER:
            self._run_by_dagster(one, request, tags)
            return
        record = dg.DagsterRun(one.job, make_new_run_id(), tags=tags, status=dg.DagsterRunStatus.NOT_STARTED)
        self._instance.add_run(record)
        one.queue.append(Run(record, _partitions(one, request), "schedule" if tag == SCHEDULE_TAG else "sensor"))

    def _run_by_dagster(self, one: Watched, request: dg.RunRequest, tags: dict[str, str]) -> None:
        job = self._definitions.resolve_job_def(one.job)
        job.execute_in_process(
            instance=self._instance, partition_key=request.partition_key, tags=tags, raise_on_error=False
        )
        self.counts["runs"] += 1
        self.counts["runs by Dagster's own executor"] += 1

    def _work(self, one: Watched, now: datetime) -> None:
        """Do the queued runs; some wait for the next time, some are killed."""
        waiting, one.queue = one.queue, []
        for run in waiting:
            chance = 1.0 if self.calm else self._random.random()
            if chance < _DELAYED:
                one.queue.append(run)
                continue
            self.counts["runs"] += 1
            self._report(run, DagsterEventType.RUN_START)
            chance = (chance - _DELAYED) / (1 - _DELAYED)
            if chance < _KILLED + _MACHINE_GONE + _NEVER_STARTED:
                self._kill(one, run, now, chance)
            else:
                done = _import(one.loaded, run)
                self._report(run, DagsterEventType.RUN_SUCCESS if done else DagsterEventType.RUN_FAILURE)

    def _kill(self, one: Watched, run: Run, now: datetime, chance: float) -> None:
        """Let a run die: its worker alone, which Dagster notices at once, or the machine, or before it began."""
        if chance >= _NEVER_STARTED and not self._dies(one, run):
            return
        self.counts["runs killed"] += 1
        if chance < _NEVER_STARTED + _MACHINE_GONE:
            one.lost.append((now, run))
        else:
            self._report(run, DagsterEventType.RUN_FAILURE)

    def _dies(self, one: Watched, run: Run) -> bool:
        """Start the run in a process that is killed at a point, if it comes there; return whether it was."""
        processes = Processes()
        try:
            point = self._random.choice(POINTS)
            code = processes.start(lambda: 0 if _import(one.loaded, run) else 1, CDP_FAILPOINT=point).ends()
        finally:
            processes.end()
        if code != -signal.SIGKILL:
            self._report(run, DagsterEventType.RUN_FAILURE if code else DagsterEventType.RUN_SUCCESS)
        return code == -signal.SIGKILL

    def _give_up(self, one: Watched, now: datetime) -> None:
        """End the runs whose machine has been gone for long, as Dagster's monitoring does."""
        over = [(since, run) for since, run in one.lost if abs(now - since) > LONGEST_RUN]
        for entry in over:
            one.lost.remove(entry)
            self._report(entry[1], DagsterEventType.RUN_FAILURE)

    def _report(self, run: Run, event: DagsterEventType) -> None:
        record = run.record
        self._instance.report_dagster_event(DagsterEvent(event.value, record.job_name), record.run_id)


def _partitions(one: Watched, request: dg.RunRequest) -> list[str]:
    """Return the keys that a request covers."""
    span = request.partition_key_range
    if span is None:
        return [request.partition_key or ""]
    partitions = one.loaded.spec.partitions
    assert partitions
    return [each.key for each in partition_range(span.start, span.end, partitions, _ever())]


def _import(loaded: LoadedImport, run: Run) -> bool:
    """Do what a run's step does: each partition on its own, ascending; return whether all were applied."""
    store, options = open_store(), RunOptions(origin=run.origin, dagster_run_id=run.record.run_id)
    reports = [run_import(loaded, store, _partition(loaded, key), options) for key in run.partitions]
    return all(report.status in ("completed", "partial") for report in reports)


def _partition(loaded: LoadedImport, key: str) -> Partition:
    assert loaded.spec.partitions
    return parse_partition(key, loaded.spec.partitions, _ever())


def _ever() -> datetime:
    """A present at which no day of the simulation lies in the future, whatever the clock was set to."""
    return datetime(2100, 1, 1, tzinfo=UTC)
