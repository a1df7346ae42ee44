"""What became of every file: applied once, or explained. What is neither is named."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from psycopg.rows import dict_row

from cdp_pipelines.store import Store
from cdp_pipelines_tests.scenarios.nights.daemon import Daemon, Watched
from cdp_pipelines_tests.scenarios.nights.exports import CATCH_UP_DAYS, Write
from cdp_pipelines_tests.scenarios.nights.replay import Applied, Replayed, replay

APPLIED = "applied once"
SAME_BYTES = "the same bytes again: read, recognised, nothing applied"
REFUSED = "damaged: a failed run says so, the day waits for a whole file"
REPLACED = "replaced before it was read"
AFTERWARDS = "corrected after it was applied, where only a schedule looks for missing days"
TOO_LATE = "later than catch_up: failed runs name the day"
UNEXPLAINED = "neither applied nor explained"
_CHANCES = 4
"""Looks or nights, without what setbacks cost, after which a file must have been read: the second asks for the run."""

_LEDGER = "select file_id, partition, sha256, modified_at from cdp.files where site = %s order by file_id"
_RUNS = "select partition, status, error, report from cdp.import_runs where site = %s order by epoch"
_ORDERS = (
    "select order_id, line_items -> 0 ->> 'status' as status, total::numeric(12, 2)::text as total"
    " from cdp.orders where site = %s"
)
_EVENTS = (
    "select type, order_id, payload #>> '{lineItems,0,status}' as status,"
    " (payload #>> '{order,total}')::numeric(12, 2)::text as total from cdp.order_events where site = %s order by seq"
)


@dataclass
class Account:
    """Files by what became of them, what was wrong, and what happened meanwhile."""

    nights: int
    files: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    work: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        shops = f"{self.nights:,} nights, three shops: {self.files.total():,} files came"
        groups = (shops, self.files), ("what went wrong", self.faults), ("work", self.work)
        lines = [line for title, counts in groups for line in _listed(title, counts)]
        return "\n".join([*lines, *self.problems])


def _listed(title: str, counts: Counter[str]) -> Iterator[str]:
    yield f"{title}:"
    yield from (f"{count:9,}  {name}" for name, count in counts.most_common())


def account(
    store: Store, daemon: Daemon, written: Mapping[str, Sequence[Write]], nights: int, faults: Counter[str]
) -> Account:
    """Compare what came with what the store says became of it."""
    found = Account(nights, faults=faults, work=daemon.counts)
    found.files[UNEXPLAINED] = 0
    for name, watched in daemon.watched.items():
        _Shop(store, name, watched, written[name], found).settle()
    found.faults["runs killed"] = found.work.pop("runs killed", 0)
    return found


class _Shop:
    """The files of one shop beside ledger, runs, orders and events of its site."""

    def __init__(self, store: Store, name: str, watched: Watched, written: Sequence[Write], found: Account) -> None:
        self._name, self._watched, self._account = name, watched, found
        with store.connect(autocommit=True, row_factory=dict_row) as connection:
            self._ledger, self._runs, self._orders, self._events = (
                connection.execute(query, (name,)).fetchall() for query in (_LEDGER, _RUNS, _ORDERS, _EVENTS)
            )
        self._entries = Counter((row["partition"], row["sha256"]) for row in self._ledger)
        self._days: dict[str, list[Write]] = defaultdict(list)
        for write in written:
            self._days[write.export.partition].append(write)

    def settle(self) -> None:
        """Enter each file into the account, and whatever is wrong."""
        for writes in self._days.values():
            for number, write in enumerate(writes):
                if write.complete:
                    self._enter(write, writes[:number], writes[number + 1 :])
        self._check_runs()
        self._check_ledger()
        if self._account.problems:
            return
        expected = replay(self._applied())
        self._compare(expected)

    def _problem(self, sentence: str) -> None:
        self._account.problems.append(f"{self._name}: {sentence}")

    def _enter(self, write: Write, earlier: Sequence[Write], later: Sequence[Write]) -> None:
        fate = self._fate(write, earlier, later)
        self._account.files[fate] += 1
        if fate == UNEXPLAINED:
            self._problem(f"{write.kind} {write.export.partition} revision {write.export.revision} of {write.at}")

    def _fate(self, write: Write, earlier: Sequence[Write], later: Sequence[Write]) -> str:
        key = write.export.partition, write.sha256
        if self._entries[key]:
            same = any(one.complete and one.sha256 == write.sha256 for one in earlier)
            return SAME_BYTES if same else APPLIED
        if write.kind == "damaged" and self._failed(key[0], but_missing=True):
            return REFUSED
        if later and self._chances(write, later[0]) < _CHANCES:
            return REPLACED
        if self._watched.loaded.spec.watch is None:
            return self._missed_by_schedule(write, earlier)
        return UNEXPLAINED

    def _missed_by_schedule(self, write: Write, earlier: Sequence[Write]) -> str:
        """Say why a schedule did not get a file, since it looks for days without any applied file only."""
        if any(self._entries[one.export.partition, one.sha256] for one in earlier if one.complete):
            return AFTERWARDS
        too_late = write.at > write.export.end + timedelta(days=CATCH_UP_DAYS - 1)
        return TOO_LATE if too_late and self._failed(write.export.partition) else UNEXPLAINED

    def _chances(self, write: Write, following: Write) -> int:
        """How often a file was seen, or could have been, before something else was in its place."""
        chances, setbacks = (
            sum(write.at <= moment < following.at for moment in moments)
            for moments in (self._watched.chances, self._watched.setbacks)
        )
        return chances - 2 * setbacks

    def _failed(self, partition: str, but_missing: bool = False) -> bool:
        """Whether a failed run names the day, and if wanted, for another reason than that nothing was there."""
        return any(
            run["status"] == "failed" and run["partition"] == partition and run["error"]
            and not (but_missing and "No file" in run["error"])
            for run in self._runs
        )  # fmt: skip

    def _check_runs(self) -> None:
        open_runs = [run["partition"] for run in self._runs if run["status"] not in ("completed", "partial", "failed")]
        if open_runs:
            self._problem(f"runs that never ended: {open_runs}")
        nameless = [run["partition"] for run in self._runs if run["status"] == "failed" and not run["error"]]
        if nameless:
            self._problem(f"runs that failed without a reason: {nameless}")

    def _check_ledger(self) -> None:
        came = {(one.export.partition, one.sha256) for day in self._days.values() for one in day if one.kind == "whole"}
        for key, times in self._entries.items():
            if key not in came:
                self._problem(f"what was applied for {key[0]} never came")
            if times > 1:
                self._problem(f"a file of {key[0]} was applied {times} times")

    def _applied(self) -> Iterator[Applied]:
        by_digest = {
            (one.export.partition, one.sha256): one.export for day in self._days.values() for one in day
        }  # fmt: skip
        for row in self._ledger:
            yield Applied(by_digest[row["partition"], row["sha256"]], row["modified_at"])

    def _compare(self, expected: Replayed) -> None:
        orders = {row["order_id"]: (row["status"], row["total"]) for row in self._orders}
        events: dict[str, list[Any]] = defaultdict(list)
        for row in self._events:
            events[row["order_id"]].append((row["type"], (row["status"], row["total"])))
        self._differences("orders", orders, expected.orders)
        self._differences("events", events, expected.events)
        self._account.work["orders, each as a replay of the applied files leaves it"] += len(orders)
        self._account.work["events, none twice and none missing"] += sum(map(len, events.values()))

    def _differences(self, what: str, found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
        for order_id in sorted(found.keys() | expected.keys()):
            if found.get(order_id) != expected.get(order_id):
                self._problem(f"{what} of {order_id}: {found.get(order_id)}, not {expected.get(order_id)}")
