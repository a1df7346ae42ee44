"""Promotions and vouchers as kinds of import: the newest row of each is what it is."""

from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
import pandera.pandas as pandera
import psycopg
import pyarrow as pa

from cdp_pipelines.formats.header import Header
from cdp_pipelines.imports.header import check_record_header
from cdp_pipelines.imports.kind import FileFacts, FileWork
from cdp_pipelines.imports.record_findings import RecordFindings
from cdp_pipelines.imports.record_reading import read_records
from cdp_pipelines.imports.record_specs import PromotionImportSpec, VoucherImportSpec
from cdp_pipelines.imports.tally import SAMPLES
from cdp_pipelines.records.batch import Batch
from cdp_pipelines.records.judge import Judgement
from cdp_pipelines.records.keyed import rows_of, value
from cdp_pipelines.schemas.columns import Column
from cdp_pipelines.schemas.promotions import PROMOTION_COLUMNS, promotion_schema
from cdp_pipelines.schemas.vouchers import VOUCHER_COLUMNS, voucher_schema
from cdp_pipelines.store import records
from cdp_pipelines.store.records import Saying, Table


@dataclass(frozen=True)
class _Shape:
    """What a kind of records looks like: its columns in files, its rules, its table, and a column that YAML states."""

    columns: tuple[Column, ...]
    schema: pandera.DataFrameSchema
    table: Table
    stated: dict[str, str]


def _shape(spec: PromotionImportSpec | VoucherImportSpec) -> _Shape:
    if isinstance(spec, VoucherImportSpec):
        stated, columns, schema = {"pool": spec.pool}, VOUCHER_COLUMNS, voucher_schema()
    else:
        stated, columns, schema = {}, PROMOTION_COLUMNS, promotion_schema()
    table = Table(_TABLES[spec.KIND], [*(column.field for column in columns), "attributes", *stated])
    return _Shape(columns, schema, table, stated)


_TABLES = {"promotions": "promotion_heads", "vouchers": "voucher_heads"}


class KeyedRecords:
    """An import of promotions or vouchers."""

    def __init__(self, spec: PromotionImportSpec | VoucherImportSpec) -> None:
        self._spec = spec
        self._shape = _shape(spec)

    def prepare(self, connection: psycopg.Connection, dry_run: bool) -> None:  # noqa: ARG002 - a dry run collects, too
        """Make room for the rows of files."""
        records.prepare(connection, self._shape.table)

    def apply(self, work: FileWork) -> FileFacts:
        """Apply one file.

        Raises:
            FileError: It cannot be applied as a whole.
        """
        work.database.ask(records.clear, work.dry_run).result()

        def check(header: Header) -> None:
            check_record_header(header, self._shape.columns, work.tally)

        facts = read_records(work, self._spec, self._shape.columns, check, partial(self._take, work))
        work.database.ask(self._settle, work).result()
        return facts

    def finish(self, connection: psycopg.Connection) -> None:
        """Write nothing more: records are written file by file."""

    def _take(self, work: FileWork, batch: Batch, findings: RecordFindings, number: int) -> None:
        """Validate a batch, and collect what is accepted."""
        with work.stages.timed("validate", len(batch.lines)):
            valued = value(batch, self._shape.columns, self._shape.schema, ZoneInfo(self._spec.timezone))
            self._refuse_other_pools(work, valued.codes, valued.judgement)
            findings.judged(batch, valued.judgement, valued.codes)
        accepted = valued.judgement.accepted(len(batch.lines))
        if len(accepted):
            with work.stages.timed("build", len(accepted)):
                rows = rows_of(batch, valued, accepted, number)
            work.database.send(self._collect, work, rows | self._shape.stated)

    def _refuse_other_pools(self, work: FileWork, codes: pa.Array, judgement: Judgement) -> None:
        if not isinstance(self._spec, VoucherImportSpec):
            return
        rows = judgement.accepted(len(codes))
        asked = codes.take(pa.array(rows))
        taken = work.database.ask(records.in_other_pools, work.site, self._spec.pool, asked).result()
        for row, code in zip(rows.tolist(), asked.to_pylist(), strict=True) if taken else ():
            if code in taken:
                judgement.find(row, ("VOUCHER_IN_OTHER_POOL", "code"))

    def _collect(self, connection: psycopg.Connection, work: FileWork, rows: dict) -> None:
        with work.stages.timed("collect"):
            sent = records.collect(connection, rows)
        work.stages.add("collect", 0.0, len(rows["code"]), sent)

    def _settle(self, connection: psycopg.Connection, work: FileWork) -> None:
        """Compare the file with the store, count, and write what changes."""
        vintage, table = work.vintage, self._shape.table
        saying = Saying(work.site, work.import_id, work.file_id, vintage.as_of, vintage.modified_at, vintage.config_no)
        with work.stages.timed("compare"):
            records.decide(connection, table, saying)
            found = records.outcomes(connection)
            _count(work, found, records.sample(connection, SAMPLES))
        if not work.dry_run:
            with work.stages.timed("write"):
                counts = {outcome: count for outcome, (count, _) in found.items()}
                records.write(connection, table, saying, counts)


def _count(work: FileWork, found: dict[str, tuple[int, list[int]]], sample: list[tuple[str, int, str]]) -> None:
    """Count what became of the accepted rows, and keep the first and last of them."""
    tally = work.tally
    for outcome, (count, lines) in found.items():
        if outcome == "superseded":
            RecordFindings(work).repeated("RECORD_REPEATED", "code", lines, count)
        else:
            tally.orders(outcome, np.ones(count, np.int64))  # type: ignore[arg-type]
    for code, line, outcome in sample:
        tally.sample(pa.array([code]), np.array([line]), outcome)  # type: ignore[arg-type]
