"""One run of an import, from landing to commit: the flow of everything can be read here.

Whatever happens, a run ends with a report and a record. State, events, ledger entries and the record of a completed
run commit in one transaction; a failed run leaves only its record and its rejected rows (DESIGN 6).
"""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import psycopg

from cdp_pipelines.errors import CdpError, ConfigurationError, NoFileError
from cdp_pipelines.failpoints import reach
from cdp_pipelines.home import home
from cdp_pipelines.imports.archiving import archive_files
from cdp_pipelines.imports.attempt import Attempt
from cdp_pipelines.imports.budget import check_budget
from cdp_pipelines.imports.failures import cancelled, store_error
from cdp_pipelines.imports.heartbeat import Heartbeat
from cdp_pipelines.imports.ids import new_run_id
from cdp_pipelines.imports.kind import StartAgain
from cdp_pipelines.imports.kinds import kind_of
from cdp_pipelines.imports.landing import Delivery, land_import
from cdp_pipelines.imports.loaded import LoadedImport
from cdp_pipelines.imports.memory import keep_little
from cdp_pipelines.imports.options import RunOptions
from cdp_pipelines.imports.outcome import Outcome
from cdp_pipelines.imports.partitions import Partition
from cdp_pipelines.imports.progress import Progress
from cdp_pipelines.imports.rejects import RejectSpool
from cdp_pipelines.imports.report import Report, Status
from cdp_pipelines.imports.retention import prune
from cdp_pipelines.imports.spec import config_hash
from cdp_pipelines.imports.stages import Stages
from cdp_pipelines.imports.tally import Tally
from cdp_pipelines.store import Store, runs
from cdp_pipelines.store.locks import key, wait_for_lock

__all__ = ["Progress", "RunOptions", "land_import", "run_import"]


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
        self._kind = kind_of(self._spec)
        self._outcome = self._fresh()
        self._no_file = False
        self._report = Report(
            run_id=new_run_id(),
            dagster_run_id=options.dagster_run_id,
            import_name=self._spec.name,
            kind=self._spec.KIND,
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
                self._failed(store_error(error, self._store), spool)
            except BaseException as error:
                self._failed(cancelled(error), spool, "failed" if isinstance(error, Exception) else "cancelled")
                raise
        return self._report

    def _begin(self) -> runs.ImportRow:
        """Take the import over from whoever ran it before, and open the run's record."""
        name, site = self._spec.name, self._spec.site
        if self._options.dry_run:
            held = runs.ImportRow(runs.number_of(self._control, name, site), name, site, 0)
        else:
            wait_for_lock(self._connection, f"import:{name}")
            held = runs.begin_epoch(self._control, name, site, self._spec.KIND)
        values = self._report.model_dump(include=_RECORDED) | {"epoch": held.epoch}
        runs.start_run(self._control, values)
        return held

    def _work(self, held: runs.ImportRow, spool: RejectSpool) -> None:
        with self._stages.timed("land"):
            landed = land_import(self._loaded, self._partition, self._options.file)
        reach("after_download")
        while not self._attempt(held, landed, spool):
            spool.clear()
        if not self._options.dry_run:
            self._tidy(landed)

    def _tidy(self, landed: Sequence[Delivery]) -> None:
        """Archive what was imported and remove what is past its time; what fails waits, since this run is complete."""
        try:
            if self._options.file is None and (left := archive_files(self._loaded, landed)):
                self._report.issues += left
                runs.amend_report(self._control, self._report.as_dict())
            prune(self._control, self._spec)
        except (CdpError, psycopg.Error) as error:
            print(_UNTIDY.format(type(error).__name__), file=sys.stderr)  # noqa: T201 - nowhere else to tell it

    def _attempt(self, held: runs.ImportRow, landed: Sequence[Delivery], spool: RejectSpool) -> bool:
        """Apply all files in one transaction; False if a file has to be read differently."""
        self._outcome = self._fresh()
        try:
            with self._connection.transaction():
                self._open_transaction()
                self._attempt_of(held, spool).apply(landed)
                self._close(held, spool)
                reach("before_commit")
                begin = datetime.now(UTC)
            self._stages.add("commit", (datetime.now(UTC) - begin).total_seconds())
        except StartAgain:
            return False
        reach("after_commit")
        if self._options.dry_run:
            self._record(self._control, spool)
        return True

    def _fresh(self) -> Outcome:
        return Outcome(Tally(quotes=self._spec.show_personal_data))

    def _open_transaction(self) -> None:
        """Wait for other runs of the same kind and site; a dry run waits for nobody and cannot write."""
        if not self._options.dry_run:
            lock = key(f"{self._spec.KIND}:{self._spec.site}")
            self._connection.execute("select pg_advisory_xact_lock(%s)", (lock,))
        self._kind.prepare(self._connection, self._options.dry_run)
        if self._options.dry_run:
            self._connection.execute("set transaction read only")

    def _attempt_of(self, held: runs.ImportRow, spool: RejectSpool) -> Attempt:
        return Attempt(
            self._spec,
            self._kind,
            self._options,
            self._partition,
            self._report,
            held,
            self._control,
            self._connection,
            self._outcome,
            spool,
            self._stages,
            self._progress,
        )

    def _close(self, held: runs.ImportRow, spool: RejectSpool) -> None:
        """Decide whether the run may commit, and write what is written last."""
        tally = self._outcome.tally
        check_budget(self._spec.max_rejected, tally)
        self._finished("partial" if tally.items.rejected else "completed")
        if self._options.dry_run:
            return
        with self._stages.timed("finish"):
            self._kind.finish(self._connection)
        runs.assert_epoch(self._connection, held)
        self._finished(self._report.status)
        self._record(self._connection, spool)

    def _failed(self, error: CdpError, spool: RejectSpool, status: Status = "failed") -> None:
        """Close the record of a run that left nothing behind."""
        self._outcome = self._outcome.failed(error)
        self._no_file = isinstance(error, NoFileError)
        self._finished(status, error)
        try:
            self._record(self._control, spool)
        except psycopg.Error:
            self._record_anew(spool)

    def _record_anew(self, spool: RejectSpool) -> None:
        """Try once more with a connection of its own: the store may be back."""
        try:
            with self._store.connect(autocommit=True) as connection:
                self._record(connection, spool)
        except (psycopg.Error, CdpError):
            print(_UNRECORDED.format(self._report.run_id), file=sys.stderr)  # noqa: T201 - nowhere else to tell it

    def _record(self, connection: psycopg.Connection, spool: RejectSpool) -> None:
        with connection.transaction():
            if not runs.finish_run(connection, self._report.as_dict(), self._no_file):
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
        self._report.error = str(error) if error else None
        self._outcome.complete(self._report, status, self._spec.max_rejected, self._stages)


_RECORDED = {
    "run_id", "import_name", "kind", "site", "dry_run", "partition", "config_hash", "origin", "dagster_run_id",
    "started_at",
}  # fmt: skip

_UNRECORDED = "the end of run {} could not be recorded; the import's next run closes its record"

_UNTIDY = "what was imported could not be archived, or what is past its time removed ({}); the next run tries again"
