"""Nights as they pass: what shops deliver, what breaks meanwhile, and the daemon that wakes a few times a day."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import dagster as dg
import time_machine
import yaml

from cdp_pipelines.imports.documents import find_import
from cdp_pipelines.imports.loaded import LoadedImport
from cdp_pipelines.store import Store
from cdp_pipelines_tests.scenarios.nights.accounts import Account, account
from cdp_pipelines_tests.scenarios.nights.daemon import Daemon
from cdp_pipelines_tests.scenarios.nights.exports import CATCH_UP_DAYS, Write, exports

FIRST = datetime(2022, 1, 1, tzinfo=UTC)
"""Long past, so that no clock of the simulation is ahead of the times that the machine's own kernel gives files."""
_SCHEDULE = {"cron": "30 2 * * *", "catch_up": f"{CATCH_UP_DAYS}d"}
_WATCH = {"every": "8h"}
SHOPS = {
    "scheduled": {"schedule": _SCHEDULE},
    "watched": {"watch": _WATCH},
    "both": {"schedule": _SCHEDULE, "watch": _WATCH},
}
_WAKES = (2.55, 10.5, 18.5)
_CALM_DAYS = 4


@dataclass
class Inbox:
    """The folder that a shop delivers to."""

    folder: Path
    writes: list[Write]
    written: list[Write] = field(default_factory=list)

    @property
    def _away(self) -> Path:
        return self.folder.with_suffix(".away")

    def write(self, write: Write) -> None:
        """Write a file; one that is complete takes its place at once."""
        folder = self._away if self._away.exists() else self.folder
        target = folder / write.name
        if write.complete:
            (folder / f"{write.name}.part").unlink(missing_ok=True)
            hidden = folder / f".{write.name}"
            hidden.write_bytes(write.content)
            hidden.replace(target)
        else:
            target.write_bytes(write.content)
        os.utime(target, (write.modified.timestamp(),) * 2)
        self.written.append(write)

    def goes(self) -> None:
        """Let the disk be unmounted: the folder is not there."""
        if self.folder.exists():
            self.folder.rename(self._away)

    def comes_back(self) -> None:
        """Mount it again."""
        if self._away.exists():
            self._away.rename(self.folder)


class Simulation:
    """Some nights of three shops: one that is imported by a schedule, one by a sensor, one by both.

    Args:
        root: An empty folder.
        store: The store that the environment names.
        nights: How many days' files the shops deliver.
        seed: The same seed gives the same nights.
    """

    def __init__(self, root: Path, store: Store, nights: int, seed: int) -> None:
        self._root, self._store, self._nights = root, store, nights
        self._random = Random(seed)  # noqa: S311 - nights, no secret
        self._faults: Counter[str] = Counter()
        self._offset = timedelta(0)
        self._paused, self._now = 0, FIRST
        self._inboxes = {name: self._inbox(name) for name in SHOPS}
        self._imports = {name: self._import(name, keys) for name, keys in SHOPS.items()}

    def run(self) -> Account:
        """Let the nights pass, then some without faults, and tell what became of every file."""
        with time_machine.travel(FIRST, tick=True) as self._clock, dg.DagsterInstance.ephemeral() as instance:
            self._daemon = Daemon(self._root / "defs", self._imports, instance, self._random)
            timeline = sorted(self._timeline(), key=lambda entry: entry[0])
            for self._now, act in timeline:
                self._clock.move_to(self._now)
                act()
            self._calm_down()
            writes = {name: inbox.written for name, inbox in self._inboxes.items()}
            return account(self._store, self._daemon, writes, self._nights, self._faults)

    def _inbox(self, name: str) -> Inbox:
        folder = self._root / name / "in"
        folder.mkdir(parents=True)
        return Inbox(folder, list(exports(self._random, FIRST, self._nights)))

    def _import(self, name: str, keys: dict) -> LoadedImport:
        path = self._root / "defs" / name / "defs.yaml"
        path.parent.mkdir(parents=True)
        attributes = {
            "name": name,
            "site": name,
            "source": {"kind": "local", "uri": f"{self._inboxes[name].folder}/orders-{{partition}}.csv.gz"},
            "format": {"kind": "kevel_csv"},
            "partitions": {"every": "day", "start": f"{FIRST:%Y-%m-%d}"},
            **keys,
        }
        path.write_text(yaml.safe_dump({"type": "cdp_pipelines.OrderImport", "attributes": attributes}))
        return find_import(str(path))

    def _timeline(self) -> Iterator[tuple[datetime, Callable[[], None]]]:
        for inbox in self._inboxes.values():
            yield from ((write.at, lambda inbox=inbox, write=write: inbox.write(write)) for write in inbox.writes)
        for number in range(self._nights + 1):
            midnight = FIRST + timedelta(days=number)
            for hour in _WAKES:
                yield midnight + timedelta(hours=hour + self._random.uniform(0, 0.4)), self._wake
            yield from self._disturbances(midnight)

    def _disturbances(self, midnight: datetime) -> Iterator[tuple[datetime, Callable[[], None]]]:
        random, at = self._random, midnight + timedelta(hours=self._random.uniform(0, 24))
        for inbox in self._inboxes.values():
            if random.random() < 0.03:
                yield at, lambda inbox=inbox: self._note("outages of a source", inbox.goes)
                yield at + timedelta(hours=random.uniform(1, 30)), inbox.comes_back
        if random.random() < 0.015:
            yield at, lambda: self._note("pauses of the daemon", self._pause)
            yield at + timedelta(days=random.choice([0.5, 1, 2, 4, 9, 16])), self._resume
        if random.random() < 0.02:
            offset = timedelta(hours=random.choice([-70, -25, -1, 1, 9, 30, 70]))
            yield at, lambda: self._note("jumps of the clock", lambda: self._set_clock(offset))
            yield at + timedelta(hours=random.uniform(2, 40)), lambda: self._set_clock(timedelta(0))
        if random.random() < 0.03:
            yield at, lambda: self._note("cursors lost", lambda: self._daemon.lose_cursors(self._now))

    def _note(self, fault: str, act: Callable[[], None]) -> None:
        self._faults[fault] += 1
        act()

    def _pause(self) -> None:
        self._paused += 1

    def _resume(self) -> None:
        self._paused -= 1

    def _set_clock(self, offset: timedelta) -> None:
        self._offset = offset

    def _wake(self) -> None:
        if not self._paused:
            self._clock.shift(self._offset)
            self._daemon.wake(self._now)

    def _calm_down(self) -> None:
        """Let days pass on which nothing breaks and nothing comes."""
        self._offset, self._paused, self._daemon.calm = timedelta(0), 0, True
        for inbox in self._inboxes.values():
            inbox.comes_back()
        for _ in range(_CALM_DAYS * len(_WAKES)):
            self._now += timedelta(hours=24 / len(_WAKES))
            self._clock.move_to(self._now)
            self._wake()
