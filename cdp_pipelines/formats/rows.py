"""Rows of cells, from a workbook or from JSON -> blocks of plain CSV, as if they had been exported as CSV.

Everything behind the readers knows one shape only: bytes of whole records with the lines on which they stand.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from cdp_pipelines.formats.records import BLOCK, Block

DELIMITER = ","
_SPECIAL = re.compile(r'[",\r\n]')


@dataclass(frozen=True)
class Row:
    """One row.

    Attributes:
        line: Its number in the sheet, or its line in the file.
        cells: Its cells as text, empty ones "".
        fault: Code of what makes it unreadable, a key of `issues.CODES`.
    """

    line: int
    cells: Sequence[str]
    fault: str | None = None


def record_of(cells: Sequence[str]) -> bytes:
    """Write cells as one record, with its line end."""
    return (DELIMITER.join(map(_written, cells)) + "\n").encode()


def blocks_of(rows: Iterable[Row], size: int = BLOCK) -> Iterator[Block]:
    """Yield blocks of about `size` bytes; rows without any value are left out."""
    waiting: list[tuple[bytes, Row]] = []
    length = 0
    for row in rows:
        if not row.fault and not any(row.cells):
            continue
        record = record_of(row.cells)
        waiting.append((record, row))
        length += len(record)
        if length >= size:
            yield _block(waiting)
            waiting, length = [], 0
    if waiting:
        yield _block(waiting)


def _block(rows: list[tuple[bytes, Row]]) -> Block:
    starts = np.array([0, *accumulate(len(record) for record, _ in rows)], np.int64)
    lines = np.array([row.line for _, row in rows], np.int64)
    faults = {number: row.fault or _nul(record) for number, (record, row) in enumerate(rows)}
    damaged = {number: fault for number, fault in faults.items() if fault}
    return Block(b"".join(record for record, _ in rows), starts, lines, damaged)


def _nul(record: bytes) -> str | None:
    return "NUL_BYTE" if b"\0" in record else None


def _written(cell: str) -> str:
    if not _SPECIAL.search(cell):
        return cell
    doubled = cell.replace('"', '""')
    return f'"{doubled}"'
