"""Groups of records to the cells of chosen orders: only what says something new is parsed."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa

from cdp_pipelines.formats.cells import parse
from cdp_pipelines.orders.batch import Batch
from cdp_pipelines.orders.groups import Groups
from cdp_pipelines.store.heads import Known


def piece(
    groups: Groups, numbers: np.ndarray, known: Sequence[Known | None], columns: Sequence[str], delimiter: str
) -> Batch:
    """Parse the rows of the groups with the given numbers (ascending), orphans left out."""
    records = groups.records_of(numbers)
    data = b"".join(groups.data[start:end] for start, end in _runs(groups.starts, records))
    table = parse(data, columns, delimiter, starts=_starts(groups.starts, records)).table
    return Batch(
        cells=table,
        bounds=np.append(0, np.cumsum(groups.sizes[numbers])),
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


def _starts(starts: np.ndarray, records: np.ndarray) -> np.ndarray:
    lengths = starts[records + 1] - starts[records]
    return np.append(0, np.cumsum(lengths))
