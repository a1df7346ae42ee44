"""Files of records as batches, whatever their format: what is known as columns of text, the rest as objects."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from cdp_pipelines.formats.header import Header
from cdp_pipelines.formats.reading import Reading
from cdp_pipelines.formats.spec import JsonRecords
from cdp_pipelines.imports.kind import FileWork
from cdp_pipelines.imports.record_objects import ObjectSource
from cdp_pipelines.imports.record_rows import RowSource
from cdp_pipelines.imports.record_specs import RecordImportSpec
from cdp_pipelines.records.batch import Piece
from cdp_pipelines.schemas.columns import Column


class Source(Reading, Protocol):
    """Reads a file of records."""

    def pieces(self) -> Iterator[Piece]:
        """Yield the rows; can be run once."""
        ...


def source_of(
    work: FileWork, spec: RecordImportSpec, known: Sequence[Column], check: Callable[[Header], None]
) -> Source:
    """Return a file's records.

    Args:
        work: The file.
        spec: How it is written, and what is done to its columns.
        known: The columns of the kind.
        check: Looks at the header behind all steps, and refuses it if need be; objects have none.
    """
    if isinstance(spec.format, JsonRecords):
        return ObjectSource(work, spec, spec.format, known)
    return RowSource(work, spec, spec.format, known, check)
