"""One file of orders, from its bytes to the store's tables: reading, comparing, validating and writing in overlap.

The connection is within the import's transaction; nothing is committed here. A dry run does everything but write.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
import pyarrow as pa

from cdp_pipelines.formats.readers import OrderReader, reader_for
from cdp_pipelines.formats.records import BLOCK, Block
from cdp_pipelines.formats.spec import TmallCsv
from cdp_pipelines.formats.tmall.pair import PairReader
from cdp_pipelines.formats.tmall.report import ReportFile
from cdp_pipelines.imports import findings
from cdp_pipelines.imports.database import Database
from cdp_pipelines.imports.enriching import Enriching
from cdp_pipelines.imports.findings import Quarantine
from cdp_pipelines.imports.kind import BATCH, FileFacts
from cdp_pipelines.imports.pair_findings import PairQuarantine
from cdp_pipelines.imports.preparing import Preparation
from cdp_pipelines.imports.progress import Meter
from cdp_pipelines.imports.spec import OrderImportSpec, config_hash
from cdp_pipelines.imports.stages import Stages
from cdp_pipelines.imports.tally import Tally
from cdp_pipelines.imports.threads import ahead
from cdp_pipelines.issues import CODES
from cdp_pipelines.orders.change import write_change
from cdp_pipelines.orders.groups import Grouper, Groups, Keys
from cdp_pipelines.orders.judge import Rules, judge
from cdp_pipelines.orders.merge import Silence
from cdp_pipelines.orders.pieces import Gathering
from cdp_pipelines.orders.repeats import RepeatedOrder, Seen, superseded
from cdp_pipelines.orders.settle import Settled, settle
from cdp_pipelines.orders.statements import Statements, statements
from cdp_pipelines.orders.totals import OrderTotals
from cdp_pipelines.orders.writing import Enriched, Origin
from cdp_pipelines.store import heads


@dataclass(frozen=True)
class Work:
    """What the application of a file needs; `enriching` is None where line items stay as the file has them."""

    spec: OrderImportSpec
    path: Path
    uri: str
    origin: Origin
    database: Database
    tally: Tally
    quarantine: Quarantine
    stages: Stages
    meter: Meter
    enriching: Enriching | None
    dry_run: bool
    add_up: bool = False
    batch: int = BATCH
    block_size: int = BLOCK
    order_report: ReportFile | None = None


def superseded_groups(work: Work) -> np.ndarray:
    """Return the numbers of the file's groups of rows that do not count (D2); the file is scanned twice."""
    return superseded(_scan(work), _scan(work))


def _scan(work: Work) -> Iterator[Groups]:
    with _reader(work) as reader:
        keys = Preparation(work.spec, reader.header).keys()
        yield from _grouper(work, reader, keys).groups(reader.blocks())


def _reader(work: Work) -> OrderReader:
    form = work.spec.format
    if isinstance(form, TmallCsv):
        assert work.order_report  # noqa: S101 - `units` gives it to every file of this format
        return PairReader(work.order_report, ReportFile(work.path, work.uri), form, work.block_size)
    return reader_for(work.path, form, work.block_size, work.uri)


def _grouper(work: Work, reader: OrderReader, keys: Keys) -> Grouper:
    return Grouper(reader.header, work.spec.format.delimiter, config_hash(work.spec), keys)


def apply_file(work: Work, earlier_groups: np.ndarray | None, look_first: bool = False) -> FileFacts:
    """Read, compare, validate and write one file.

    Args:
        work: The file and what its rows go through.
        earlier_groups: Groups to leave out as superseded; None to believe that there are none.
        look_first: Whether to look for such groups rather than believe it: another file of the run had some.

    Raises:
        RepeatedOrder: There are some after all: roll back, call `superseded_groups` and start again.
        FileError: The file cannot be applied as a whole.
    """
    with _reader(work) as reader:
        preparation = Preparation(work.spec, reader.header)
        preparation.check(work.tally)
        if look_first and earlier_groups is None:
            earlier_groups = superseded_groups(work)
        application = _Application(work, reader, preparation, earlier_groups)
        application.run()
        if isinstance(application.quarantine, PairQuarantine):
            application.quarantine.settle()
        if not work.tally.files[-1].rows.read:
            work.tally.issue("NO_ROWS", None, CODES["NO_ROWS"].help, [], 0, 0)
        for notice in reader.warnings:
            work.tally.issue(notice.code, notice.column, notice.message, notice.lines, notice.rows, 0)
        beside = reader.orders if isinstance(reader, PairReader) else None
        facts = FileFacts(beside.encoding, beside.compression) if beside else None
        return FileFacts(reader.encoding, reader.compression, application.totals, facts)


def _order_totals(work: Work, reader: OrderReader, preparation: Preparation) -> OrderTotals:
    details = preparation.details if preparation.changes else None
    return OrderTotals(reader.header.columns, work.spec.format.delimiter, details)


def _quarantine(work: Work, reader: OrderReader, keys: Keys) -> Quarantine:
    own = replace(work.quarantine, order_id=keys.group_by)
    if not isinstance(reader, PairReader):
        return own
    return PairQuarantine(own.uri, own.delimiter, own.spool, own.tally, own.order_id, reader=reader)


class _Application:
    """The state of one file's way through the stages.

    Attributes:
        quarantine: Where what is wrong with the file goes.
        totals: What its orders come to, if that was asked for.
    """

    def __init__(
        self, work: Work, reader: OrderReader, preparation: Preparation, earlier_groups: np.ndarray | None
    ) -> None:
        self._work, self._reader, self._preparation = work, reader, preparation
        self._keys = preparation.keys()
        self.quarantine = _quarantine(work, reader, self._keys)
        self._earlier = earlier_groups
        self._seen = Seen()
        # What is rejected of a pair is kept as its reader has it; of other files, as it is parsed here.
        wanted = preparation.read if isinstance(reader, PairReader) else None
        self._gathering = Gathering(reader.header.columns, work.spec.format.delimiter, wanted)
        self.totals = _order_totals(work, reader, preparation) if work.add_up else None
        self._groups = 0
        self._counts = work.tally.files[-1].rows
        self._rules = Rules(
            ZoneInfo(work.spec.timezone),
            work.spec.hash_user_id,
            work.spec.money_check,
            work.origin.vintage.as_of,
            preparation.blame,
        )
        self._silence = Silence.of(preparation.header.columns, work.spec.empty)

    def run(self) -> None:
        """Take all groups through comparison, one block ahead, and what is new through validation and writing."""
        work = self._work
        first = (
            work.tally.begun == 1
            and work.database.ask(heads.is_first, work.origin.import_id, work.origin.site).result()
        )
        before: tuple[Groups, np.ndarray, Future[heads.Compared]] | None = None
        for groups in ahead(self._read()):
            live = self._live(groups)
            asked = self._compare(groups, live, bool(first))
            if before is not None:
                self._compared(*before)
            before = groups, live, asked
        if before is not None:
            self._compared(*before)
        if self._gathering.rows:
            self._process()
        work.database.finish()

    def _read(self) -> Iterator[Groups]:
        stages, grouper = self._work.stages, _grouper(self._work, self._reader, self._keys)
        found = grouper.groups(self._counted(self._reader.blocks()))
        while True:
            with stages.timed("read"):
                groups = next(found, None)
            if groups is None:
                return
            yield groups

    def _counted(self, blocks: Iterator[Block]) -> Iterator[Block]:
        """Count records where they come in, independently of what becomes of them."""
        for block in blocks:
            self._counts.read += len(block.lines)
            self._work.stages.add("read", 0.0, len(block.lines), len(block.data))
            yield block

    def _live(self, groups: Groups) -> np.ndarray:
        """Return the groups that come to comparison; orphans, superseded and broken groups end here."""
        begin, self._groups = self._groups, self._groups + len(groups.ids)
        gone = np.zeros(len(groups.ids), bool)
        inside = np.zeros(0, np.int64)
        if self._earlier is None:
            if self._seen.add(groups.ids):
                raise RepeatedOrder
        else:
            inside = self._earlier[(self._earlier >= begin) & (self._earlier < self._groups)] - begin
            gone[inside] = True
            findings.superseded(groups, inside, self.quarantine)
        if self.totals:
            self.totals.add(groups, inside)
        columns = self._reader.header.columns
        findings.orphans(groups, columns, self.quarantine)
        broken = [group for group in groups.broken if not gone[group]]
        findings.broken(groups, broken, columns, self.quarantine)
        gone[broken] = True
        return np.flatnonzero(~gone)

    def _compare(self, groups: Groups, live: np.ndarray, first: bool) -> "Future[heads.Compared]":
        if first or not len(live):
            asked: Future[heads.Compared] = Future()
            asked.set_result(heads.Compared(dict.fromkeys(range(len(live))), []))
            return asked
        ids = groups.ids.take(pa.array(live))
        return self._work.database.ask(self._ask, ids, [groups.fingerprints[n] for n in live.tolist()])

    def _ask(self, connection: psycopg.Connection, ids: pa.Array, raws: list[str]) -> heads.Compared:
        origin = self._work.origin
        with self._work.stages.timed("compare", len(ids)):
            return heads.compare(connection, origin.import_id, origin.site, ids, raws)

    def _compared(self, groups: Groups, live: np.ndarray, asked: "Future[heads.Compared]") -> None:
        """Count what says the same as last time; gather the rows of what does not."""
        work, compared = self._work, asked.result()
        places = np.array(sorted(compared.news), np.int64)
        self._unchanged(groups, np.delete(live, places))
        if compared.repeated and not work.dry_run:
            work.database.send(self._advance, groups.ids.take(pa.array(live[compared.repeated])))
        if len(places):
            self._gathering.add(groups, live[places], [compared.news[n] for n in places.tolist()])
        work.meter.seen(self._counts.read, self._reader.bytes_read)
        if self._gathering.rows >= work.batch:
            self._process()

    def _unchanged(self, groups: Groups, same: np.ndarray) -> None:
        self._work.tally.orders("unchanged", groups.sizes[same])
        self.quarantine.sample(groups.ids.take(pa.array(same)), groups.lines[groups.bounds[same]], "unchanged")

    def _advance(self, connection: psycopg.Connection, ids: pa.Array) -> None:
        origin = self._work.origin
        heads.advance(connection, origin.site, ids, origin.vintage.version(None, ""))

    def _process(self) -> None:
        """Parse and validate what was gathered, build the documents of what is accepted, and send them."""
        work = self._work
        with work.stages.timed("parse", self._gathering.rows):
            batch = self._gathering.take()
        if self._preparation.changes:
            with work.stages.timed("transform", len(batch.lines)):
                batch = self._preparation.apply(batch, self.quarantine)
            if not batch.orders:
                return
        with work.stages.timed("validate", len(batch.lines)):
            judgement = judge(batch, self._rules)
            findings.judged(batch, judgement, self.quarantine)
        said = statements(batch, judgement)
        while True:
            with work.stages.timed("build"):
                part = next(said, None)
            if part is None:
                return
            self._settle(part)

    def _settle(self, said: Statements) -> None:
        """Decide what becomes of each order of a slice, and write it."""
        work, origin = self._work, self._work.origin
        new = np.array([n for n, known in enumerate(said.known) if known is None], np.int64)
        numbers = [n for n, known in enumerate(said.known) if known is not None]
        with work.stages.timed("settle"):
            settled = settle(said, numbers, self._silence, origin.vintage, self._load) if numbers else []
        findings.settled(said, new, settled, self.quarantine, origin.emit_events)
        enriched = work.enriching.of(said, new, settled) if work.enriching else Enriched()
        if not work.dry_run:
            work.database.send(self._write, replace(said, line_items={}), new, settled, enriched)

    def _load(self, seqs: list[int]) -> dict:
        return self._work.database.ask(heads.documents, seqs).result()

    def _write(
        self,
        connection: psycopg.Connection,
        said: Statements,
        new: np.ndarray,
        settled: Sequence[Settled],
        enriched: Enriched,
    ) -> None:
        with self._work.stages.timed("write"):
            sent = write_change(connection, said, new, settled, self._work.origin, enriched)
        self._work.stages.add("write", 0.0, len(said.ids), sent)
