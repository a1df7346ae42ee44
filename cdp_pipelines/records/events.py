"""Custom events, from validated cells to rows of the store; their ids follow from what they say."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.compute as pc

from cdp_pipelines.records.batch import Batch, Fault
from cdp_pipelines.records.judge import Judgement, judge
from cdp_pipelines.records.keyed import Rows, slices
from cdp_pipelines.schemas.custom_events import ACTION, TIME_COLUMNS, Naming, named_by, type_events
from cdp_pipelines.schemas.orders import find
from cdp_pipelines.schemas.records import utc_text
from cdp_pipelines.schemas.uuids import uuid5

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://cdp-pipelines.example.com/custom-events")
"""The UUIDv5 namespace of custom events. Changing it would add every event once more under a new id."""


@dataclass(frozen=True)
class Setting:
    """What all events of a file have in common: their site and name, the zone of times, whether users are hashed."""

    site: str
    naming: Naming
    zone: tzinfo
    hash_user_id: bool


@dataclass(frozen=True)
class Told:
    """The accepted events of a batch, each with its row and id, and the columns of the store."""

    judgement: Judgement
    rows: np.ndarray
    ids: list[str]
    columns: Rows

    def taken(self, places: np.ndarray) -> Rows:
        """Return the columns of some of the events."""
        chosen = pa.array(places)
        return {name: one if isinstance(one, str) else one.take(chosen) for name, one in self.columns.items()}


def first_action(batch: Batch) -> str | None:
    """Return the name of the first event that has one."""
    actions = batch.cells.get(ACTION)
    if actions is None or actions.null_count == len(actions):
        return None
    return actions.drop_null()[0].as_py()


def tell(batch: Batch, setting: Setting, schema: pandera.DataFrameSchema) -> Told:
    """Validate a batch of events."""
    typed = type_events(batch.cells, batch.attributes, setting.naming, setting.zone, setting.hash_user_id)
    judgement = judge(batch, find(schema, typed.frame), _Blame(batch).of)
    rows = judgement.accepted(len(batch.lines))
    chosen = pa.array(rows)
    said = {name: column.take(chosen) for name, column in typed.values.items()}
    columns: Rows = {
        "user_id_type": said["userIdType"],
        "user_id": said["userId"],
        "occurred_at": utc_text(said["recordedAt"]),
        "parameters": batch.attributes.take(chosen),
    }
    ids = _event_ids(setting, list(columns.values()))
    lines = pc.cast(pa.array(batch.lines[rows], pa.int64()), pa.string())
    columns |= {
        "event_id": pa.array(ids, pa.string()),
        "line": lines,
        "site": setting.site,
        "name": setting.naming.name or "",
    }
    return Told(judgement, rows, ids, columns)


def _event_ids(setting: Setting, said: Sequence[pa.Array | str]) -> list[str]:
    """Return UUIDv5 over site, name, user, time and parameters."""
    seed = hashlib.sha1(
        NAMESPACE.bytes + f"{setting.site}\x1f{setting.naming.name}\x1f".encode(), usedforsecurity=False
    )
    return [uuid5(seed, one) for one in slices(pc.binary_join_element_wise(*said, "\x1f"))]


class _Blame:
    """What the file calls the columns that events are judged by."""

    def __init__(self, batch: Batch) -> None:
        self._users = named_by(batch.cells, len(batch.lines))
        self._time = next((name for name in TIME_COLUMNS if name in batch.cells), TIME_COLUMNS[0])

    def of(self, row: int, fault: Fault) -> Fault:
        """Return a fault of a row under the file's names."""
        code, column = fault
        if column == "userId":
            return ("NO_USER", None) if code == "MISSING_VALUE" else (code, self._users[row].as_py())
        if column == "recordedAt":
            return code, self._time
        return code, column if column == ACTION else _SHOWN[str(column)]


_SHOWN = {"other_event": ACTION, "ids_ignored": None, "parameters": None}
"""The file's column to blame for a derived one."""
