"""What a slice of statements changes in the store, written.

Runs in the connection's thread: rows are encoded there, while the run's own thread reads and validates what follows.
"""

from collections.abc import Sequence

import numpy as np
import psycopg
import pyarrow as pa

from cdp_pipelines.orders import writing
from cdp_pipelines.orders.settle import Settled
from cdp_pipelines.orders.statements import Statements
from cdp_pipelines.orders.writing import Columns, Enriched, Origin
from cdp_pipelines.store import heads


def write_change(
    connection: psycopg.Connection,
    said: Statements,
    new: np.ndarray,
    settled: Sequence[Settled],
    origin: Origin,
    enriched: Enriched,
) -> int:
    """Write what statements change; return the bytes sent.

    Args:
        connection: Within the import's transaction.
        said: What the file says.
        new: Places of the orders that the store does not know.
        settled: What became of the known ones.
        origin: What all rows of the file have in common.
        enriched: What product feeds add to the line items of new and updated orders.
    """
    sent = _write_new(connection, said, new, origin, enriched.new) if len(new) else 0
    return sent + _write_known(connection, said, settled, origin, enriched.updated)


def _write_new(
    connection: psycopg.Connection, said: Statements, new: np.ndarray, origin: Origin, added: pa.Array | None
) -> int:
    rows, seqs = writing.rows_of_new(said, new, origin), {"seq": heads.take_seqs(connection, len(new))}
    sent = heads.append_versions(connection, seqs | rows.versions | _added(added))
    sent += heads.insert_heads(connection, seqs | rows.heads)
    return sent + heads.insert_fingerprints(connection, rows.fingerprints)


def _added(texts: pa.Array | None) -> Columns:
    """Return what is added to line items as a column of order states, which is left out where nothing is."""
    return {} if texts is None else {"enriched": texts}


def _write_known(
    connection: psycopg.Connection,
    said: Statements,
    settled: Sequence[Settled],
    origin: Origin,
    added: pa.Array | None,
) -> int:
    updated = [s for s in settled if s.outcome == "updated"]
    advanced = [s for s in settled if s.advanced]
    stale = np.array([s.number for s in settled if s.outcome == "stale"], np.int64)
    said_last = np.array([s.number for s in settled if s.outcome != "stale"], np.int64)
    sent = 0
    if updated:
        rows, seqs = writing.rows_of_updated(said, updated, origin), {"seq": heads.take_seqs(connection, len(updated))}
        sent += heads.append_versions(connection, seqs | rows.versions | _added(added))
        sent += heads.update_heads(connection, seqs | rows.heads)
    if advanced:
        sent += heads.update_heads(connection, writing.heads_of_advanced(said, advanced, origin).heads)
    if len(said_last):
        sent += heads.upsert_fingerprints(connection, writing.fingerprint_rows(said, said_last, origin))
    if len(stale):
        sent += heads.add_fingerprints(connection, writing.fingerprint_rows(said, stale, origin))
    return sent
