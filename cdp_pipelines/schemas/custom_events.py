"""What a valid custom event is: the columns of Synerise's import, and the rules, in Pandera.

Source: Synerise, Importing custom events: one of four ids names the user, a file holds events of one type, and an event
has at least one parameter. Every column that is none of these is a parameter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.compute as pc
from pandera.pandas import Check
from pandera.pandas import Column as Rule

from cdp_pipelines.schemas.columns import Column
from cdp_pipelines.schemas.orders import MOMENT, TEXT, readable_time, user_id_rule
from cdp_pipelines.schemas.records import fits_the_key, frame
from cdp_pipelines.schemas.timestamps import parse_timestamps
from cdp_pipelines.schemas.typed import Typed, user_ids
from cdp_pipelines.schemas.user_ids import ID_TYPES

USER_COLUMNS = {"email": "email", "clientId": "synerise_id", "uuid": "cookie", "customId": "crm_id"}
"""Type of the id in each column that may name the user; the first that is filled counts."""

TIME_COLUMNS = ("recordedAt", "timestamp")
"""Columns that may say when it was; the first that is filled counts."""

ACTION = "action"

EVENT_COLUMNS = (
    Column("email", False, "string", "E-mail address of the user"),
    Column("clientId", False, "string", "Synerise's number of the user"),
    Column("uuid", False, "string", "UUID of the user's device or browser"),
    Column("customId", False, "string", "Identifier of the user in the shop's own systems"),
    Column("recordedAt", False, "timestamp", "When it was, ISO 8601"),
    Column("timestamp", False, "timestamp", "When it was, ISO 8601, where there is no recordedAt"),
    Column("action", False, "string", "The event's name, the same in all rows"),
)
"""None of them is required, since another one may say it."""

_NO_PARAMETERS = "{}"


@dataclass(frozen=True)
class Naming:
    """What all events of a file are called, None where that is not known yet.

    `is_stated` is whether their import says it, so that no row needs to.
    """

    name: str | None
    is_stated: bool


def event_schema() -> pandera.DataFrameSchema:
    """Return the rules of custom events, over the columns that `type_events` makes."""
    columns = {
        "userId": Rule(TEXT, fits_the_key()),
        "recordedAt": Rule(MOMENT, readable_time()),
        "action": Rule(TEXT, fits_the_key()),
        "other_event": Rule(bool, Check.eq(False, error="OTHER_EVENT")),
        "ids_ignored": Rule(bool, Check.eq(False, error="USER_IDS_IGNORED")),
        "parameters": Rule(TEXT, Check.ne(_NO_PARAMETERS, error="NO_PARAMETER")),
    }
    return pandera.DataFrameSchema(columns | {f"userId:{name}": user_id_rule(name) for name in ID_TYPES})


def type_events(
    cells: Mapping[str, pa.Array], parameters: pa.Array, naming: Naming, zone: tzinfo, hash_ids_too: bool
) -> Typed:
    """Type rows as events.

    Args:
        cells: The known columns that the file has, as text.
        parameters: The parameters of each row, a JSON object.
        naming: What the events must be called.
        zone: Zone of timestamps that carry none (D33).
        hash_ids_too: Whether e-mail addresses become their sha256.
    """
    rows = len(parameters)
    users = {"userIdType": _user_types(cells, rows), "userId": _first(cells, USER_COLUMNS, rows)}
    values, by_type = user_ids(users, hash_ids_too)
    values["recordedAt"] = parse_timestamps(_first(cells, TIME_COLUMNS, rows), zone)
    actions = cells.get(ACTION, pa.nulls(rows, pa.string()))
    checked = {"userId": users["userId"], "recordedAt": values["recordedAt"], "parameters": parameters} | by_type
    checked["action"] = pc.fill_null(actions, naming.name) if naming.is_stated else actions
    judged = frame(checked)
    judged["other_event"] = (judged["action"] != naming.name).fillna(False).astype(bool)
    judged["ids_ignored"] = np.sum([_filled(cells[one]) for one in USER_COLUMNS if one in cells], axis=0) > 1
    return Typed(judged, values)


def named_by(cells: Mapping[str, pa.Array], rows: int) -> pa.Array:
    """Return in each row the column that names the user, null where none does."""
    named = [_word_where_filled(cells[name], name) for name in USER_COLUMNS if name in cells]
    return pc.coalesce(*named, pa.nulls(rows, pa.string()))


def _user_types(cells: Mapping[str, pa.Array], rows: int) -> pa.Array:
    named = [_word_where_filled(cells[name], kind) for name, kind in USER_COLUMNS.items() if name in cells]
    return pc.coalesce(*named, pa.nulls(rows, pa.string()))


def _word_where_filled(cells: pa.Array, word: str) -> pa.Array:
    return pc.if_else(cells.is_valid(), word, pa.scalar(None, pa.string()))


def _first(cells: Mapping[str, pa.Array], names: Iterable[str], rows: int) -> pa.Array:
    """Return in each row the first of some columns that is filled."""
    return pc.coalesce(*(cells[name] for name in names if name in cells), pa.nulls(rows, pa.string()))


def _filled(cells: pa.Array) -> np.ndarray:
    return np.asarray(cells.is_valid())
