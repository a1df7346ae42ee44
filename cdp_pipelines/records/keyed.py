"""Records with a key, from validated cells to rows of the store."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import pairwise

import numpy as np
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.compute as pc

from cdp_pipelines.records.batch import Batch
from cdp_pipelines.records.judge import Judgement, judge
from cdp_pipelines.schemas.columns import Column
from cdp_pipelines.schemas.orders import find
from cdp_pipelines.schemas.records import type_records

Rows = dict[str, pa.Array | str]


@dataclass(frozen=True)
class Valued:
    """What a batch says: its judgement, and the store's columns of all rows, rejected ones among them."""

    judgement: Judgement
    columns: dict[str, pa.Array]

    @property
    def codes(self) -> pa.Array:
        """The key of each row, null where it has none."""
        return self.columns["code"]


def value(batch: Batch, columns: Sequence[Column], schema: pandera.DataFrameSchema, zone: tzinfo) -> Valued:
    """Validate a batch of records."""
    typed = type_records(batch.cells, columns, zone)
    judgement = judge(batch, find(schema, typed.frame))
    values = {column.field: typed.values[column.name] for column in columns}
    return Valued(judgement, values | {"attributes": batch.attributes})


def rows_of(batch: Batch, valued: Valued, accepted: np.ndarray, number: int) -> Rows:
    """Return accepted rows as the store takes them; the first row of the batch has a number in the file."""
    chosen = pa.array(accepted)
    taken = {name: values.take(chosen) for name, values in valued.columns.items()}
    numbers = {"n": number + accepted, "line": batch.lines[accepted]}
    texts = {name: pc.cast(pa.array(values, pa.int64()), pa.string()) for name, values in numbers.items()}
    return {**taken, "content": pa.array(_fingerprints(list(taken.values())), pa.string()), **texts}


def _fingerprints(columns: Sequence[pa.Array]) -> list[str]:
    """Return 32 hex digits over what each row says."""
    joined = pc.binary_join_element_wise(*(pc.fill_null(values, "") for values in columns), "\x1f")
    return [hashlib.sha256(said).hexdigest()[:32] for said in slices(joined)]


def slices(texts: pa.Array) -> Iterator[memoryview]:
    """Yield the bytes of each text, none of them null."""
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1].tolist()
    view = memoryview(texts.buffers()[2])
    return (view[start:end] for start, end in pairwise(offsets))
