"""Statements and what became of them to rows of the store's tables.

The columns are built here, beside the builders of documents; sending them is the store's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp_pipelines.orders.events import event_ids
from cdp_pipelines.orders.settle import Settled, Vintage
from cdp_pipelines.orders.statements import Statements
from cdp_pipelines.schemas.columns import ORDER_NUMBERS
from cdp_pipelines.store.copying import NULL
from cdp_pipelines.store.heads import Version

Columns = dict[str, pa.Array | str]


@dataclass(frozen=True)
class Origin:
    """What all rows that a file writes have in common."""

    import_id: int
    site: str
    file_id: int
    emit_events: bool
    vintage: Vintage


@dataclass(frozen=True)
class Enriched:
    """What product feeds add to the line items of new and of updated orders, in their order.

    A text per order, an array with one object or null per line item; null where nothing is added, and None where
    nothing is added to any.
    """

    new: pa.Array | None = None
    updated: pa.Array | None = None


@dataclass(frozen=True)
class Rows:
    """Rows for the store's tables; `seq` columns are still missing, for the store numbers states."""

    versions: Columns = field(default_factory=dict)
    heads: Columns = field(default_factory=dict)
    fingerprints: Columns = field(default_factory=dict)


def rows_of_new(said: Statements, numbers: np.ndarray, origin: Origin) -> Rows:
    """Return the rows of orders that the store does not know: a state, a head and a fingerprint each."""
    chosen = pa.array(numbers)
    contents = [said.contents[n] for n in numbers.tolist()]
    ids = _taken(said.ids, chosen)
    events = _event_ids(origin, ids, [None] * len(numbers), contents)
    last_updated = _taken(said.updated, chosen)
    version_at = pc.coalesce(last_updated, origin.vintage.as_of.isoformat())
    versions = {
        "event_id": events,
        "type": "orderPlace",
        "version_at": version_at,
        "lines": _taken(said.lines, chosen),
        "changed": NULL,
        "document": _taken(said.documents, chosen),
    } | _shared(said, chosen, origin, ids)
    heads = {
        "content": pa.array(contents),
        "version_at": version_at,
        "as_of": origin.vintage.as_of.isoformat(),
        "modified_at": origin.vintage.modified_at.isoformat(),
        "config_no": str(origin.vintage.config_no),
        "last_event": events,
        "last_updated": last_updated,
    } | _state(said, chosen, origin, ids)
    return Rows(versions, heads, fingerprint_rows(said, numbers, origin))


def rows_of_updated(said: Statements, settled: Sequence[Settled], origin: Origin) -> Rows:
    """Return the new states and heads of known orders whose content changed."""
    chosen = pa.array([s.number for s in settled], pa.int64())
    ids = _taken(said.ids, chosen)
    previous = [s.known.last_event for s in settled]
    events = _event_ids(origin, ids, previous, [s.version.content for s in settled])
    versions = {
        "event_id": events,
        "type": "orderUpdate",
        "version_at": _times(s.version.at for s in settled),
        "lines": _taken(said.lines, chosen),
        "changed": pa.array([_array_literal(s.changed) for s in settled]),
        "document": pa.array([s.document for s in settled]),
    } | _shared(said, chosen, origin, ids)
    last_events = pc.coalesce(events, pa.array(previous, pa.string())) if origin.emit_events else _texts(previous)
    heads = _heads(said, settled, chosen, origin, ids) | {"last_event": last_events}
    return Rows(versions, heads)


def heads_of_advanced(said: Statements, settled: Sequence[Settled], origin: Origin) -> Rows:
    """Return the heads of orders whose content stays and whose version moves forward (K-018)."""
    chosen = pa.array([s.number for s in settled], pa.int64())
    heads = _heads(said, settled, chosen, origin, _taken(said.ids, chosen))
    heads |= {
        "seq": pa.array([str(s.known.seq) for s in settled]),
        "last_event": _texts([s.known.last_event for s in settled]),
    }
    return Rows(heads=heads)


def fingerprint_rows(said: Statements, numbers: np.ndarray, origin: Origin) -> Columns:
    """Return what the import said about orders."""
    chosen = pa.array(numbers)
    dated = pc.cast(_taken(said.orders["lastUpdated"], chosen).is_valid(), pa.string())
    return {
        "import_id": str(origin.import_id),
        "order_id": _taken(said.ids, chosen),
        "raw": pa.array([said.raws[n] for n in numbers.tolist()], pa.string()),
        "dated": dated,
    }


def _event_ids(
    origin: Origin, ids: pa.Array, previous: Sequence[str | None], contents: Sequence[str]
) -> pa.Array | str:
    if not origin.emit_events:
        return NULL
    return pa.array(event_ids(origin.site, ids.to_pylist(), previous, contents), pa.string())


def _shared(said: Statements, chosen: pa.Array, origin: Origin, ids: pa.Array) -> Columns:
    return {
        "site": origin.site,
        "order_id": ids,
        "occurred_at": _taken(said.created, chosen),
        "user_id_type": _taken(said.orders["userIdType"], chosen),
        "user_id": _taken(said.orders["userId"], chosen),
        "file_id": str(origin.file_id),
    }


def _state(said: Statements, chosen: pa.Array, origin: Origin, ids: pa.Array) -> Columns:
    """Return the columns of a head that the file states."""
    return {
        "site": origin.site,
        "order_id": ids,
        "user_id_type": _taken(said.orders["userIdType"], chosen),
        "user_id": _taken(said.orders["userId"], chosen),
        "currency": _taken(said.orders["currency"], chosen),
        "created_at": _taken(said.created, chosen),
    } | {name: _taken(said.orders[name], chosen) for name in ORDER_NUMBERS}


def _heads(said: Statements, settled: Sequence[Settled], chosen: pa.Array, origin: Origin, ids: pa.Array) -> Columns:
    versions: list[Version] = [s.version for s in settled]
    return _state(said, chosen, origin, ids) | {
        "content": pa.array([v.content for v in versions]),
        "version_at": _times(v.at for v in versions),
        "as_of": _times(v.as_of for v in versions),
        "modified_at": _times(v.modified_at for v in versions),
        "config_no": pa.array([str(v.config_no) for v in versions]),
        "last_updated": _taken(said.updated, chosen),
    }


def _taken(column: pa.Array, chosen: pa.Array) -> pa.Array:
    """Return the entries at ascending, distinct places; all of them are not copied."""
    return column if len(chosen) == len(column) else column.take(chosen)


def _times(moments) -> pa.Array:
    return pa.array([moment.isoformat() for moment in moments], pa.string())


def _texts(values: Sequence[str | None]) -> pa.Array:
    return pa.array(values, pa.string())


def _array_literal(parts: Sequence[str]) -> str:
    quoted = ('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in parts)
    return "{" + ",".join(quoted) + "}"
