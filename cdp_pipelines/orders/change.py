"""Everything that a slice of statements changes in the store, encoded beforehand so that the server never waits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import psycopg
import pyarrow as pa

from cdp_pipelines.orders import writing
from cdp_pipelines.orders.settle import Settled
from cdp_pipelines.orders.statements import Statements
from cdp_pipelines.orders.writing import Columns, Enriched, Origin
from cdp_pipelines.store import heads
from cdp_pipelines.store.copying import Encoded, encode

Write = Callable[..., int]


@dataclass(frozen=True)
class Change:
    """Writes in their order, each a function of `store.heads` with the rows that it takes; `rows` counts orders."""

    writes: tuple[tuple[Write, tuple[Encoded, ...]], ...]
    rows: int

    def write(self, connection: psycopg.Connection) -> int:
        """Write everything; return the bytes sent."""
        return sum(write(connection, *rows) for write, rows in self.writes)


def change_of(
    said: Statements,
    new: np.ndarray,
    settled: Sequence[Settled],
    origin: Origin,
    take_seqs: Callable[[int], pa.Array],
    enriched: Enriched,
) -> Change:
    """Encode what statements change.

    Args:
        said: What the file says.
        new: Places of the orders that the store does not know.
        settled: What became of the known ones.
        origin: What all rows of the file have in common.
        take_seqs: Returns the next numbers of order states.
        enriched: What product feeds add to the line items of new and updated orders.
    """
    writes = _new(said, new, origin, take_seqs, enriched) + _known(said, settled, origin, take_seqs, enriched)
    return Change(tuple(writes), len(said.ids))


def _new(
    said: Statements, new: np.ndarray, origin: Origin, take_seqs: Callable[[int], pa.Array], enriched: Enriched
) -> list[tuple[Write, tuple[Encoded, ...]]]:
    if not len(new):
        return []
    rows, seqs = writing.rows_of_new(said, new, origin), {"seq": take_seqs(len(new))}
    return [
        (heads.append_versions, heads.encode_versions(seqs | rows.versions | _added(enriched.new))),
        (heads.insert_heads, (encode(seqs | rows.heads),)),
        (heads.insert_fingerprints, (encode(rows.fingerprints),)),
    ]


def _added(texts: pa.Array | None) -> Columns:
    """Return what is added to line items as a column of order states, which is left out where nothing is."""
    return {} if texts is None else {"enriched": texts}


def _known(
    said: Statements,
    settled: Sequence[Settled],
    origin: Origin,
    take_seqs: Callable[[int], pa.Array],
    enriched: Enriched,
) -> list[tuple[Write, tuple[Encoded, ...]]]:
    updated = [s for s in settled if s.outcome == "updated"]
    advanced = [s for s in settled if s.advanced]
    stale = np.array([s.number for s in settled if s.outcome == "stale"], np.int64)
    said_last = np.array([s.number for s in settled if s.outcome != "stale"], np.int64)
    writes: list[tuple[Write, tuple[Encoded, ...]]] = []
    if updated:
        rows, seqs = writing.rows_of_updated(said, updated, origin), {"seq": take_seqs(len(updated))}
        versions = seqs | rows.versions | _added(enriched.updated)
        writes.append((heads.append_versions, heads.encode_versions(versions)))
        writes.append((heads.update_heads, (encode(seqs | rows.heads),)))
    if advanced:
        writes.append((heads.update_heads, (encode(writing.heads_of_advanced(said, advanced, origin).heads),)))
    if len(said_last):
        writes.append((heads.upsert_fingerprints, (encode(writing.fingerprint_rows(said, said_last, origin)),)))
    if len(stale):
        writes.append((heads.add_fingerprints, (encode(writing.fingerprint_rows(said, stale, origin)),)))
    return writes
