"""The way of a file of records from its bytes to what is done with each batch, the same for all kinds of records."""

from collections.abc import Callable, Sequence

from cdp_pipelines.formats.header import Header
from cdp_pipelines.imports.kind import FileFacts, FileWork
from cdp_pipelines.imports.record_findings import RecordFindings
from cdp_pipelines.imports.record_source import source_of
from cdp_pipelines.imports.record_specs import RecordImportSpec
from cdp_pipelines.imports.threads import ahead
from cdp_pipelines.records.batch import Batch
from cdp_pipelines.schemas.columns import Column


def read_records(
    work: FileWork,
    spec: RecordImportSpec,
    known: Sequence[Column],
    check: Callable[[Header], None],
    take: Callable[[Batch, RecordFindings, int], None],
) -> FileFacts:
    """Read a file one batch ahead, count what cannot be read, and hand on the rest.

    Args:
        work: The file.
        spec: How it is written, and what is done to its columns.
        known: The columns of the kind.
        check: Looks at the header behind all steps, and refuses it if need be.
        take: Takes a batch on; the number is that of its first row in the file, from 0, in the file's order.

    Raises:
        FileError: The file cannot be applied as a whole.
    """
    findings, number = RecordFindings(work), 0
    with source_of(work, spec, known, check) as source:
        for piece in ahead(source.pieces()):
            findings.read(piece)
            if piece.batch is not None:
                take(piece.batch, findings, number)
            number += piece.rows
            work.meter.seen(number, source.bytes_read)
        findings.ended(source.warnings)
        work.database.finish()
        return FileFacts(source.encoding, source.compression)
