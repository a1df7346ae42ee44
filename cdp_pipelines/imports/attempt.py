"""The files of a run into the run's transaction, one unit after the other: ledger, rows, checks, what is told."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from cdp_pipelines.failpoints import reach
from cdp_pipelines.formats.tmall.report import ReportFile
from cdp_pipelines.imports.budget import check_balance
from cdp_pipelines.imports.control_totals import check_skipped, check_totals
from cdp_pipelines.imports.database import Database
from cdp_pipelines.imports.kind import FileFacts, FileWork, Kind
from cdp_pipelines.imports.landing import Delivery, import_landing
from cdp_pipelines.imports.ledger import already_applied, entered, noted
from cdp_pipelines.imports.options import RunOptions
from cdp_pipelines.imports.outcome import Outcome
from cdp_pipelines.imports.partitions import Partition
from cdp_pipelines.imports.progress import Meter, Progress
from cdp_pipelines.imports.rejects import RejectSpool
from cdp_pipelines.imports.report import Report
from cdp_pipelines.imports.spec import ImportSpec
from cdp_pipelines.imports.stages import Stages
from cdp_pipelines.imports.units import Unit, units
from cdp_pipelines.orders.settle import Vintage
from cdp_pipelines.store import runs


@dataclass(frozen=True)
class Attempt:
    """One attempt at the files of a run, within its transaction.

    `control` commits at once, `connection` carries the transaction; `held` is the import as the run has taken it over.
    """

    spec: ImportSpec
    kind: Kind
    options: RunOptions
    partition: Partition | None
    report: Report
    held: runs.ImportRow
    control: psycopg.Connection
    connection: psycopg.Connection
    outcome: Outcome
    spool: RejectSpool
    stages: Stages
    progress: Callable[[Progress], None] | None

    def apply(self, landed: Sequence[Delivery]) -> None:
        """Apply the files in order.

        Raises:
            StartAgain: One of them has to be read differently.
            FileError: One of them cannot be applied as a whole.
        """
        known = self._known(landed)
        for unit in units(self.spec, landed, self.outcome.tally):
            if all(one.file.sha256 in known for one in unit.deliveries):
                for one in unit.deliveries:
                    content = known[one.file.sha256].content
                    self.outcome.skip(one.file, content, check_skipped(one.totals, content.rows))
            else:
                self._apply(unit)

    def _known(self, landed: Sequence[Delivery]) -> dict[str, runs.Applied]:
        if self.options.force:
            return {}
        files = [one.file for one in landed]
        return already_applied(self.connection, self.held, self.report.partition, self.report.config_hash, files)

    def _apply(self, unit: Unit) -> None:
        """Apply one file, or a pair, and enter it into the ledger."""
        tally = self.outcome.tally
        tally.file(unit.file.uri, unit.order_report.uri if unit.order_report else None)
        before = tally.items.total
        entries = list(self._entered(unit))
        reach("after_ledger")
        file_id, vintage = entries[-1]
        with ExitStack() as stack:
            paths = [stack.enter_context(import_landing().at_hand(one.file)) for one in unit.deliveries]
            database = stack.enter_context(Database(self.connection))
            vintage = replace(vintage, modified_at=unit.modified_at)
            facts = self.kind.apply(self._work(unit, paths, file_id, vintage, database))
        check_balance(tally)
        tally.end_file()
        self._describe(unit, [number for number, _ in entries], facts, tally.items.total - before)
        reach("after_stage")

    def _entered(self, unit: Unit) -> Iterator[tuple[int, Vintage]]:
        as_of = self.partition.end if self.partition else unit.modified_at
        enter = noted if self.options.dry_run else entered
        for file in unit.files:
            yield enter(self.connection, self.held, self.report, file, as_of)

    def _describe(self, unit: Unit, ids: Sequence[int], facts: FileFacts, items: int) -> None:
        """Note in report and ledger what the files held; the orders of a pair stand with its order report."""
        all_facts = [facts.order_report, facts] if facts.order_report else [facts]
        counted = self.outcome.tally.files[-len(unit.files) :]
        for one, file_id, fact, count in zip(unit.deliveries, ids, all_facts, counted, strict=True):
            agreed = check_totals(one.totals, count.rows.read, facts.totals, self.outcome.tally)
            self.outcome.add(one.file, fact, count.rows, agreed)
            if not self.options.dry_run:
                content = runs.Content(count.rows.read, items, fact.encoding, fact.compression)
                runs.describe_file(self.connection, file_id, content)
            items = 0

    def _work(self, unit: Unit, paths: Sequence[Path], file_id: int, vintage: Vintage, database: Database) -> FileWork:
        file, beside = unit.file, unit.order_report
        return FileWork(
            path=paths[-1],
            uri=file.uri,
            sha256=file.sha256,
            import_id=self.held.import_id,
            site=self.spec.site,
            file_id=file_id,
            vintage=vintage,
            database=database,
            control=self.control,
            tally=self.outcome.tally,
            spool=self.spool,
            stages=self.stages,
            meter=Meter(self.progress, unit.bytes),
            dry_run=self.options.dry_run,
            add_up=any(one.totals and one.totals.sum is not None for one in unit.deliveries),
            batch=self.options.batch,
            block_size=self.options.block_size,
            order_report=ReportFile(paths[0], beside.uri) if beside else None,
        )
