"""One run of an import, from landing to commit: the flow of everything can be read here.

Whatever happens, a run ends with a report and a record. State, events, ledger entries and the record of a completed
run commit in one transaction; a failed run leaves only its record and its rejected rows (DESIGN 6).
"""

import resource
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import numpy as np
import psycopg

from cdp_pipelines.errors import CdpError, ConfigurationError, FileError, SourceError, StoreError
from cdp_pipelines.failpoints import reach
from cdp_pipelines.formats.records import BLOCK
from cdp_pipelines.home import home
from cdp_pipelines.imports.applying import BATCH, Work, apply_file, check_balance, superseded_groups
from cdp_pipelines.imports.budget import check_budget
from cdp_pipelines.imports.database import Database
from cdp_pipelines.imports.documents import LoadedImport
from cdp_pipelines.imports.findings import Quarantine
from cdp_pipelines.imports.heartbeat import Heartbeat
from cdp_pipelines.imports.ids import new_run_id
from cdp_pipelines.imports.landing import land_import
from cdp_pipelines.imports.ledger import already_applied
from cdp_pipelines.imports.memory import keep_little
from cdp_pipelines.imports.partitions import Partition
from cdp_pipelines.imports.progress import Meter, Progress
from cdp_pipelines.imports.rejects import RejectSpool
from cdp_pipelines.imports.report import Budget, Events, FileReport, Origin, Report, RowCounts, Status
from cdp_pipelines.imports.retention import prune
from cdp_pipelines.imports.spec import config_hash
from cdp_pipelines.imports.stages import Stages
from cdp_pipelines.imports.tally import Tally
from cdp_pipelines.landing import Landed
from cdp_pipelines.orders.repeats import RepeatedOrder
from cdp_pipelines.orders.settle import Vintage
from cdp_pipelines.orders.writing import Origin as RowOrigin
from cdp_pipelines.store import Store, heads, runs
from cdp_pipelines.store.locks import key, wait_for_lock
from cdp_pipelines.users.identities import add_users

__all__ = ["Progress", "RunOptions", "land_import", "run_import"]

KIND = "orders"


@dataclass(frozen=True)
class RunOptions:
    """How a run is asked for.

    `dry_run` does everything but store; `force` reads a file that was already applied; `file` takes the place of the
    import's source; `batch` and `block_size` (rows and bytes at once) change no result.
    """

    dry_run: bool = False
    force: bool = False
    origin: Origin = "manual"
    dagster_run_id: str | None = None
    file: str | None = None
    batch: int = BATCH
    block_size: int = BLOCK


def run_import(
    loaded: LoadedImport,
    store: Store,
    partition: Partition | None,
    options: RunOptions,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Run an import once and return its report; a failed import is a report with status `failed`.

    Raises:
        ConfigurationError: The run cannot be started as asked for.
        StoreError: The store cannot be reached to begin with.
    """
    if (loaded.spec.partitions is None) != (partition is None):
        raise ConfigurationError(f"the import {loaded.spec.name} is run {_needs(loaded)}")
    keep_little()
    with store.connect(autocommit=True) as control, store.connect(autocommit=True) as connection:
        return _Run(loaded, store, partition, options, progress, control, connection).run()


def _needs(loaded: LoadedImport) -> str:
    return "without a partition" if loaded.spec.partitions is None else "for a partition: name one"


@dataclass
class _Outcome:
    """What an attempt at the files came to."""

    tally: Tally = field(default_factory=Tally)
    files: list[FileReport] = field(default_factory=list)


class _Run:
    """The state of one run. `control` keeps its record, `connection` carries its one transaction."""

    def __init__(
        self,
        loaded: LoadedImport,
        store: Store,
        partition: Partition | None,
        options: RunOptions,
        progress: Callable[[Progress], None] | None,
        control: psycopg.Connection,
        connection: psycopg.Connection,
    ) -> None:
        self._loaded, self._spec, self._store = loaded, loaded.spec, store
        self._partition, self._options, self._progress = partition, options, progress
        self._control, self._connection = control, connection
        self._stages = Stages()
        self._outcome = _Outcome()
        self._report = Report(
            run_id=new_run_id(),
            dagster_run_id=options.dagster_run_id,
            import_name=self._spec.name,
            kind=KIND,
            site=self._spec.site,
            status="running",
            origin=options.origin,
            dry_run=options.dry_run,
            partition=partition.key if partition else None,
            config_hash=config_hash(self._spec),
            store=store.label,
            started_at=datetime.now(UTC),
        )

    def run(self) -> Report:
        """Do everything, and tell how it ended."""
        held = self._begin()
        with Heartbeat(self._store, self._report.run_id), RejectSpool(home()) as spool:
            try:
                self._work(held, spool)
            except CdpError as error:
                self._failed(error, spool)
            except psycopg.Error as error:
                self._failed(_store_error(error, self._store), spool)
            except BaseException as error:
                self._failed(_cancelled(error), spool, "failed" if isinstance(error, Exception) else "cancelled")
                raise
        return self._report

    def _begin(self) -> runs.ImportRow:
        """Take the import over from whoever ran it before, and open the run's record."""
        name, site = self._spec.name, self._spec.site
        if self._options.dry_run:
            held = runs.ImportRow(runs.number_of(self._control, name, site), name, site, 0)
        else:
            wait_for_lock(self._connection, f"import:{name}")
            held = runs.begin_epoch(self._control, name, site, KIND)
        values = self._report.model_dump(include=_RECORDED) | {"epoch": held.epoch}
        runs.start_run(self._control, values)
        return held

    def _work(self, held: runs.ImportRow, spool: RejectSpool) -> None:
        with self._stages.timed("land"):
            landed = land_import(self._loaded, self._partition, self._options.file)
        reach("after_download")
        earlier: dict[str, np.ndarray] = {}
        while not self._attempt(held, landed, earlier, spool):
            spool.clear()
        if not self._options.dry_run:
            self._prune()

    def _prune(self) -> None:
        """Remove what is past its time; what cannot be removed now waits, since this run is complete already."""
        try:
            prune(self._control, self._spec)
        except (CdpError, psycopg.Error) as error:
            print(_UNPRUNED.format(type(error).__name__), file=sys.stderr)  # noqa: T201 - nowhere else to tell it

    def _attempt(
        self, held: runs.ImportRow, landed: Sequence[Landed], earlier: dict[str, np.ndarray], spool: RejectSpool
    ) -> bool:
        """Apply all files in one transaction; False if a file's orders turned out not to be consecutive."""
        self._outcome = _Outcome()
        try:
            with self._connection.transaction():
                self._open_transaction()
                self._apply_all(held, landed, earlier, spool)
                self._close(held, spool)
                reach("before_commit")
                begin = datetime.now(UTC)
            self._stages.add("commit", (datetime.now(UTC) - begin).total_seconds())
        except RepeatedOrder:
            return False
        reach("after_commit")
        if self._options.dry_run:
            self._record(self._control, spool)
        return True

    def _open_transaction(self) -> None:
        """Wait for other runs of the same kind and site; a dry run waits for nobody and cannot write."""
        if self._options.dry_run:
            self._connection.execute("set transaction read only")
            self._connection.execute("set local enable_hashjoin = off")
            self._connection.execute("set local enable_mergejoin = off")
        else:
            self._connection.execute("select pg_advisory_xact_lock(%s)", (key(f"{KIND}:{self._spec.site}"),))
            heads.prepare(self._connection)

    def _apply_all(
        self, held: runs.ImportRow, landed: Sequence[Landed], earlier: dict[str, np.ndarray], spool: RejectSpool
    ) -> None:
        """Apply the files in order."""
        known = {} if self._options.force else already_applied(
            self._connection, held, self._report.partition, self._report.config_hash, landed
        )  # fmt: skip
        for file in landed:
            if file.sha256 in known:
                self._skip(file, known[file.sha256].content)
            else:
                self._apply(held, file, earlier, spool)

    def _skip(self, file: Landed, entry: runs.Content) -> None:
        """Count a file that was applied already (D24)."""
        tally = self._outcome.tally
        rows = tally.file(file.uri).rows
        rows.read = rows.skipped = entry.rows
        tally.skipped.already_applied += entry.rows
        tally.items.total += entry.items
        tally.items.skipped += entry.items
        self._add_file(file, entry.encoding, entry.compression, rows)

    def _add_file(self, file: Landed, encoding: str, compression: str, rows: RowCounts) -> None:
        self._outcome.files.append(
            FileReport(
                uri=file.uri,
                version=file.version,
                bytes=file.bytes,
                sha256=file.sha256,
                encoding=encoding,
                compression=compression,
                completeness=file.completeness,
                rows=rows,
            )
        )

    def _apply(self, held: runs.ImportRow, file: Landed, earlier: dict[str, np.ndarray], spool: RejectSpool) -> None:
        """Apply one file and enter it into the ledger."""
        tally, dry_run = self._outcome.tally, self._options.dry_run
        counted = tally.file(file.uri)
        before = tally.items.total
        file_id, vintage = self._enter(held, file)
        reach("after_ledger")
        with Database(self._connection) as database:
            work = Work(
                spec=self._spec,
                path=file.path,
                uri=file.uri,
                origin=RowOrigin(held.import_id, self._spec.site, file_id, self._spec.emit_events, vintage),
                database=database,
                take_seqs=partial(heads.take_seqs, self._control),
                tally=tally,
                quarantine=Quarantine(file.uri, self._spec.format.delimiter, spool, tally),
                stages=self._stages,
                meter=Meter(self._progress, file.bytes),
                dry_run=dry_run,
                batch=self._options.batch,
                block_size=self._options.block_size,
            )
            try:
                facts = apply_file(work, earlier.get(file.sha256), look_first=bool(earlier))
            except RepeatedOrder:
                earlier[file.sha256] = superseded_groups(work)
                raise
        check_balance(tally)
        tally.end_file()
        self._add_file(file, facts.encoding, facts.compression, counted.rows)
        if not dry_run:
            content = runs.Content(counted.rows.read, tally.items.total - before, facts.encoding, facts.compression)
            runs.describe_file(self._connection, file_id, content)
        reach("after_stage")

    def _enter(self, held: runs.ImportRow, file: Landed) -> tuple[int, Vintage]:
        """Enter a file into the ledger and number its configuration."""
        as_of = self._partition.end if self._partition else file.modified_at
        numbered = runs.next_config_number if self._options.dry_run else runs.config_number
        vintage = Vintage(as_of, file.modified_at, numbered(self._connection, held.import_id, self._report.config_hash))
        if self._options.dry_run:
            return 0, vintage
        values = {
            "run_id": self._report.run_id,
            "import_name": self._spec.name,
            "site": self._spec.site,
            "partition": self._report.partition,
            "uri": file.uri,
            "version": file.version,
            "sha256": file.sha256,
            "bytes": file.bytes,
            "config_hash": self._report.config_hash,
            "modified_at": file.modified_at,
            "as_of": as_of,
        }
        return runs.enter_file(self._connection, values), vintage

    def _close(self, held: runs.ImportRow, spool: RejectSpool) -> None:
        """Decide whether the run may commit, and write what is written last."""
        tally = self._outcome.tally
        check_budget(self._spec.max_rejected, tally)
        self._finished("partial" if tally.items.rejected else "completed")
        if self._options.dry_run:
            return
        with self._stages.timed("finish"):
            add_users(self._connection)
        runs.assert_epoch(self._connection, held)
        self._finished(self._report.status)
        self._record(self._connection, spool)

    def _failed(self, error: CdpError, spool: RejectSpool, status: Status = "failed") -> None:
        """Close the record of a run that left nothing behind."""
        tally = self._outcome.tally
        if isinstance(error, FileError) and error.code != "MISSING_COLUMN":  # counted column by column already
            lines = [error.line] if error.line else []
            tally.issue(error.code, error.column, error.message, lines, len(lines), 0)
        if isinstance(error, SourceError):
            tally.issue("SOURCE_FAILED", None, str(error), [], 0, 0)
        if isinstance(error, StoreError):
            tally.issue("STORE_FAILED", None, str(error), [], 0, 0)
        tally.events = Events()
        if not (isinstance(error, FileError) and error.code in ("BUDGET_EXCEEDED", "ALL_REJECTED")):
            self._uncount()
        self._finished(status, error)
        try:
            self._record(self._control, spool)
        except psycopg.Error:
            self._record_anew(spool)

    def _uncount(self) -> None:
        """Forget the outcomes of files that were not read to their end: they are nobody's outcome."""
        tally = self._outcome.tally
        fresh = Tally()
        fresh.take_issues(tally)
        self._outcome = _Outcome(fresh)

    def _record_anew(self, spool: RejectSpool) -> None:
        """Try once more with a connection of its own: the store may be back."""
        try:
            with self._store.connect(autocommit=True) as connection:
                self._record(connection, spool)
        except (psycopg.Error, CdpError):
            print(_UNRECORDED.format(self._report.run_id), file=sys.stderr)  # noqa: T201 - nowhere else to tell it

    def _record(self, connection: psycopg.Connection, spool: RejectSpool) -> None:
        with connection.transaction():
            if not runs.finish_run(connection, self._report.as_dict()):
                self._believe_record(connection)
            elif spool.rows:
                spool.store(connection, self._report.run_id)

    def _believe_record(self, connection: psycopg.Connection) -> None:
        """Report what was committed, if only the commit's answer was lost, or the end came after it."""
        recorded = runs.runs_like(connection, self._report.run_id)[0]
        if recorded["status"] in ("completed", "partial"):
            self._report = Report.model_validate(recorded["report"])

    def _finished(self, status: Status, error: CdpError | None = None) -> None:
        """Complete the report."""
        tally, report = self._outcome.tally, self._report
        report.status = status
        report.error = str(error) if error else None
        report.finished_at = datetime.now(UTC)
        report.files = self._outcome.files
        report.rows, report.items, report.skipped = tally.rows, tally.items, tally.skipped
        report.events, report.money = tally.events, tally.money if status != "failed" else {}
        report.issues, report.sample = tally.issues(), tally.samples
        limit = self._spec.max_rejected
        report.budget = Budget(share=limit.share if limit else None, used=tally.rejected_share)
        report.stages = self._stages.report()
        report.peak_rss_mb = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


_RECORDED = {
    "run_id", "import_name", "kind", "site", "dry_run", "partition", "config_hash", "origin", "dagster_run_id",
    "started_at",
}  # fmt: skip

_UNRECORDED = "the end of run {} could not be recorded; the import's next run closes its record"


_UNPRUNED = "what is past its time could not be removed ({}); the import's next run tries again"


def _store_error(error: psycopg.Error, store: Store) -> StoreError:
    """Say what happened without the server's details, which may hold values of the file."""
    code = error.sqlstate or ""
    state = f" ({code})" if code else ""
    if isinstance(error, psycopg.OperationalError) and (not code or code.startswith(_CONNECTION_LOST)):
        return StoreError(
            f"the connection to the store {store.label} was lost{state}; nothing was applied: run it again"
        )
    reason = error.diag.message_primary or type(error).__name__
    if code.startswith(_BAD_VALUE):
        reason = reason.partition(":")[0]
    return StoreError(f"the store {store.label} gave up{state}: {reason}; nothing was applied: mend it and run again")


_CONNECTION_LOST = ("08", "57P")
_BAD_VALUE = "22"
"""SQLSTATE of data exceptions, whose message goes on with the value behind a colon."""


def _cancelled(error: BaseException) -> CdpError:
    if isinstance(error, Exception):
        return CdpError(f"an unexpected fault ({type(error).__name__}); nothing was applied: report it")
    return CdpError("the run was cancelled; nothing was applied")
