"""Which files at a source are new or changed, complete, and not asked for yet: the plain rules behind sensors.

The store says what was applied. The look before says what still grows. Whoever starts runs (Dagster) says what became
of those that it was asked for. Nothing is kept of files that are done with, however many there were.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from cdp_pipelines.errors import NoFileError
from cdp_pipelines.imports.control import control_address, data_files
from cdp_pipelines.imports.durations import Duration
from cdp_pipelines.imports.partitions import Partition, fill
from cdp_pipelines.sources import Found, Source, open_source, shown
from cdp_pipelines.sources.addresses import absolute
from cdp_pipelines.spec import Spec

if TYPE_CHECKING:
    from cdp_pipelines.imports.loaded import LoadedImport
    from cdp_pipelines.imports.spec import ImportSpec
    from cdp_pipelines.store.runs import Versions

CAP = 50
"""Runs that one look asks for at most; the next one goes on. Longer looks would run into Dagster's time limit."""
_WATCHED = 500
_LONGEST_SETTLE = timedelta(seconds=60)
_LONGEST_PAUSE = timedelta(hours=1)


class Watch(Spec):
    """A look at the source in regular intervals."""

    every: Duration
    """Time between two looks, like 60s; a file counts as complete when two looks in a row find it the same."""


@dataclass(frozen=True)
class Arrival:
    """The files of one partition, or all files of an import without partitions.

    Attributes:
        stamp: Changes with the files, and with the configuration that would read them.
    """

    partition: Partition | None
    files: tuple[Found, ...]
    stamp: str

    @property
    def label(self) -> str:
        """The partition's key, empty without partitions."""
        return self.partition.key if self.partition else ""


@dataclass(frozen=True)
class Asked:
    """What became of the runs that were asked for an arrival.

    Attributes:
        waiting: Whether one of them is queued or on.
        ended: How many are over.
        last_end: When the last one ended.
        rejected: Whether the last one failed because of the file: it would fail again.
    """

    waiting: bool = False
    ended: int = 0
    last_end: datetime | None = None
    rejected: bool = False


@dataclass(frozen=True)
class Wanted:
    """An arrival to start a run for; `attempt` is 0 for the first one."""

    arrival: Arrival
    attempt: int


@dataclass(frozen=True)
class Look:
    """What a look came to: the runs wanted, how many arrivals are not complete or not in turn, and the next cursor."""

    wanted: list[Wanted]
    waiting: int
    cursor: str


History = Callable[[Sequence[Arrival]], Mapping[str, Asked]]
"""Tells what became of the runs that were asked for, by stamp."""


def arrivals(loaded: "LoadedImport", now: datetime) -> list[Arrival]:
    """Return what lies at the source, by partition, ascending; partitions before the start or not over are left out.

    So are files whose control totals are not there yet, since exporters write them last, and one report of Tmall's two.

    Raises:
        NoFileError: Nothing is there yet.
        SourceError: The source cannot be listed.
    """
    from cdp_pipelines.imports.dated_names import listing

    spec, reader, pattern = loaded.spec, _told_by(loaded.spec), listing(loaded.spec.source.uri)
    source = open_source(spec.source, loaded.folder)
    lists = listing(spec.control.uri) if spec.control and spec.control.ending is None else ""
    found = data_files(spec.control, pattern, lists, loaded.folder, source.list(pattern))
    ready = _Ready(loaded, source, control_address(spec.control, pattern, lists)) if spec.control else None
    grouped = _by_partition(loaded, found)
    return [
        _arrival(reader, partition, grouped[partition], beside)
        for partition in _over(spec, grouped, now)
        if _paired(spec, grouped[partition])
        and (beside := ready.totals(partition, grouped[partition]) if ready else []) is not None
    ]


def _over(
    spec: "ImportSpec", grouped: Mapping[Partition | None, Sequence[Found]], now: datetime
) -> list[Partition | None]:
    """Return the partitions to look at, ascending."""
    partitions = spec.partitions
    if partitions is None:
        return list(grouped)
    over = [one for one in grouped if one and one.start >= partitions.start and one.end <= now]
    over.sort(key=lambda one: one.start)
    return [*over]


def _paired(spec: "ImportSpec", files: Sequence[Found]) -> bool:
    """Whether each of Tmall's order reports has its product report, as far as names tell (D-031)."""
    from cdp_pipelines.formats.spec import TmallCsv
    from cdp_pipelines.imports.spec import OrderImportSpec

    if not isinstance(spec, OrderImportSpec) or not isinstance(spec.format, TmallCsv):
        return True
    details = sum("detail" in file.uri.rsplit("/", 1)[-1].lower() for file in files)
    return len(files) == 2 * details or (details == 0 and len(files) % 2 == 0)


class _Ready:
    """Tells which files have their control totals beside them, by one look at all of those."""

    def __init__(self, loaded: "LoadedImport", source: Source, pattern: str) -> None:
        self._loaded = loaded
        try:
            self._there = {one.uri: one for one in source.list(pattern)}
        except NoFileError:
            self._there = {}

    def totals(self, partition: Partition | None, files: Sequence[Found]) -> list[Found] | None:
        """Return the control totals of these files, None while some are not there."""
        control, folder = self._loaded.spec.control, self._loaded.folder
        assert control is not None  # noqa: S101 - else nobody asks
        filled = absolute(fill(control.uri, partition), folder) if control.ending is None else ""
        wanted = dict.fromkeys(control_address(control, file.uri, filled) for file in files)
        return [self._there[uri] for uri in wanted] if wanted.keys() <= self._there.keys() else None


def _by_partition(loaded: "LoadedImport", found: Sequence[Found]) -> dict[Partition | None, list[Found]]:
    from cdp_pipelines.imports.dated_names import partition_reader

    spec = loaded.spec
    grouped: dict[Partition | None, list[Found]] = defaultdict(list)
    if spec.partitions is None:
        return {None: list(found)}
    read = partition_reader(spec.source.uri, loaded.folder, spec.partitions.every)
    for file in found:
        if partition := read(file.uri):
            grouped[partition].append(file)
    return grouped


def _told_by(spec: "ImportSpec") -> list[Any]:
    """Return what decides, beside the files, whether a run would end otherwise."""
    from cdp_pipelines.imports.spec import config_hash

    control = [spec.control.uri] if spec.control else []
    return [config_hash(spec), spec.max_rejected.model_dump() if spec.max_rejected else None, *control]


def _arrival(
    reader: Sequence[Any], partition: Partition | None, files: Sequence[Found], totals: Sequence[Found]
) -> Arrival:
    told = [*reader, *sorted((file.uri, file.version) for file in [*files, *totals])]
    stamp = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:20]
    return Arrival(partition, tuple(files), stamp)


def not_applied(found: Sequence[Arrival], *applied: "Versions") -> list[Arrival]:
    """Return the arrivals with a file that none of the records of applied files knows in this version."""
    return [one for one in found if not any(_all_known(one, versions.get(one.label, {})) for versions in applied)]


def _all_known(arrival: Arrival, versions: Mapping[str, str]) -> bool:
    return all(versions.get(shown(file.uri)) == file.version for file in arrival.files)


def look(fresh: Sequence[Arrival], history: History, watch: Watch, cursor: str | None, now: datetime) -> Look:
    """Return the runs to ask for.

    Args:
        fresh: Arrivals that are not applied, ascending.
        history: What became of the runs that were asked for them.
        watch: How the import is watched.
        cursor: What the look before returned, None at the first one.
        now: The present time, aware.
    """
    asked = history(fresh)
    due = [one for one in fresh if _is_due(asked.get(one.stamp, Asked()), watch, now)][:_WATCHED]
    before = json.loads(cursor or "{}")
    settled = [one for one in due if before.get(one.label) == one.stamp and _is_old(one, watch, now)]
    wanted = [Wanted(one, asked.get(one.stamp, Asked()).ended) for one in settled[:CAP]]
    return Look(wanted, len(due) - len(wanted), json.dumps(dict(_looks(due, settled[:CAP]))))


def _looks(due: Sequence[Arrival], taken: Sequence[Arrival]) -> Iterator[tuple[str, str]]:
    """Yield what the next look compares with; what is asked for now is no longer due then."""
    stamps = {one.stamp for one in taken}
    yield from ((one.label, one.stamp) for one in due if one.stamp not in stamps)


def _is_due(asked: Asked, watch: Watch, now: datetime) -> bool:
    """Whether to ask (again): after an outage or a kill with growing pauses, never for a file that is itself wrong.

    An end that lies ahead was told by a clock that was wrong; waiting for it could take a year.
    """
    if asked.waiting or asked.rejected:
        return False
    if asked.last_end is None:
        return True
    pause = min(watch.every * 2 ** min(asked.ended, 16), _LONGEST_PAUSE)
    return now >= asked.last_end + pause or now < asked.last_end


def _is_old(arrival: Arrival, watch: Watch, now: datetime) -> bool:
    """Whether no file changed a moment ago; a time in the future is of a clock that is not ours, and says nothing."""
    settle = min(watch.every, _LONGEST_SETTLE)
    changed = [file.modified_at for file in arrival.files if file.modified_at]
    return all(moment > now or now - moment >= settle for moment in changed)
