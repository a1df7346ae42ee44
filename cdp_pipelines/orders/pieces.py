"""Records of chosen orders, kept as bytes until there are enough of them to be parsed and validated at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from cdp_pipelines.formats.cells import parse
from cdp_pipelines.orders.batch import Batch
from cdp_pipelines.orders.groups import Groups
from cdp_pipelines.store.heads import Known


@dataclass(frozen=True)
class Piece:
    """The rows of some orders of one block.

    `lengths` are bytes per record, `sizes` rows per order; the rest is as in `Batch`.
    """

    lengths: np.ndarray
    sizes: np.ndarray
    ids: pa.Array
    raws: list[str]
    known: list[Known | None]
    lines: np.ndarray


def _piece(groups: Groups, numbers: np.ndarray, records: np.ndarray, known: Sequence[Known | None]) -> Piece:
    return Piece(
        lengths=groups.starts[records + 1] - groups.starts[records],
        sizes=groups.sizes[numbers],
        ids=groups.ids.take(pa.array(numbers)),
        raws=[groups.fingerprints[n] for n in numbers.tolist()],
        known=list(known),
        lines=groups.lines[records],
    )


def _runs(starts: np.ndarray, records: np.ndarray) -> list[tuple[int, int]]:
    """Return the byte ranges of records, neighbours joined."""
    cuts = np.flatnonzero(np.diff(records) != 1) + 1
    edges = [0, *cuts.tolist(), len(records)]
    return [(int(starts[records[a]]), int(starts[records[b - 1] + 1])) for a, b in pairwise(edges)]


class Gathering:
    """Pieces until there are enough rows to be worth a validation.

    Args:
        columns: The header's names.
        delimiter: The file's delimiter.
        wanted: The columns to read; None for all.
    """

    def __init__(self, columns: Sequence[str], delimiter: str, wanted: Sequence[str] | None = None) -> None:
        self._columns, self._delimiter, self._wanted = columns, delimiter, wanted
        self._pieces: list[Piece] = []
        self._data: list[bytes] = []
        self.rows = 0

    def add(self, groups: Groups, numbers: np.ndarray, known: Sequence[Known | None]) -> None:
        """Append the rows of the groups with the given numbers (ascending), orphans left out."""
        records = groups.records_of(numbers)
        self._data += [groups.data[start:end] for start, end in _runs(groups.starts, records)]
        self._pieces.append(_piece(groups, numbers, records, known))
        self.rows += len(records)

    def take(self) -> Batch:
        """Parse all rows as one batch and start anew."""
        pieces, self._pieces, self.rows = self._pieces, [], 0
        data, self._data = b"".join(self._data), []
        starts = np.append(0, np.cumsum(np.concatenate([one.lengths for one in pieces])))
        return Batch(
            cells=parse(data, self._columns, self._delimiter, self._wanted, starts).table,
            bounds=np.append(0, np.cumsum(np.concatenate([one.sizes for one in pieces]))),
            ids=pa.concat_arrays([one.ids for one in pieces]),
            raws=[raw for one in pieces for raw in one.raws],
            known=[known for one in pieces for known in one.known],
            lines=np.concatenate([one.lines for one in pieces]),
        )
