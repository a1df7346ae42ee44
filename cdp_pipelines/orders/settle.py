"""Known orders that a file says something else about: what becomes of each (K-017, K-018, D3, D21, D28)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import orjson
import pyarrow as pa

from cdp_pipelines.formats.json_text import write
from cdp_pipelines.orders.documents import fingerprint
from cdp_pipelines.orders.merge import Document, Silence, adds_nothing, changes, merge, read
from cdp_pipelines.orders.statements import Statements
from cdp_pipelines.store.heads import Known, Version

Envelope = tuple[str, str, datetime]
"""An order's user id type, user id and creation time."""

Stored = tuple[str, str, str, datetime]
"""An order's state in the store: document, user id type, user id, creation time."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Vintage:
    """What a file's statements are versioned by, when they do not carry a time of their own (D23)."""

    as_of: datetime
    modified_at: datetime
    config_no: int

    def version(self, last_updated: datetime | None, content: str) -> Version:
        """Return the version of one statement."""
        return Version(last_updated or self.as_of, self.as_of, self.modified_at, self.config_no, content)


@dataclass(frozen=True)
class Settled:
    """The outcome for one known order; `number` is its place in the statements.

    `document` and `changed` are given for `updated` only; `advanced` tells that the version moves on with the same
    content.
    """

    number: int
    outcome: Literal["updated", "unchanged", "stale"]
    known: Known
    version: Version
    document: str | None = None
    changed: tuple[str, ...] = ()
    advanced: bool = False


def settle(
    said: Statements,
    numbers: Sequence[int],
    silence: Silence,
    vintage: Vintage,
    load: Callable[[list[int]], Mapping[int, Stored]],
) -> list[Settled]:
    """Decide about the known orders at the given places.

    Args:
        said: What the file says.
        numbers: Places of the known orders.
        silence: What stays where the file says nothing.
        vintage: The file's as-of time, modification time and configuration.
        load: Fetches stored states by number; asked only about orders whose content is not plainly the same.
    """
    known = {number: k for number in numbers if (k := said.known[number]) is not None}
    other = [k.seq for number, k in known.items() if k.version.content != said.contents[number]]
    stored = load(other) if other else {}
    said_of = _Said(said, list(known))
    return [_settle_one(said_of, number, k, stored.get(k.seq), silence, vintage) for number, k in known.items()]


class _Said:
    """What a file says about some orders, taken out of its columns at once."""

    def __init__(self, said: Statements, numbers: list[int]) -> None:
        places = pa.array(numbers, pa.int64())
        self.unsaid = {number: said.adult_unsaid(number) for number in numbers}
        self.contents = said.contents
        self.documents = _by_number(numbers, said.documents.take(places))
        self.last_updated = _by_number(numbers, said.orders["lastUpdated"].take(places))
        columns = [said.orders[name].take(places).to_pylist() for name in ("userIdType", "userId", "createdAt")]
        self.envelopes: dict[int, Envelope] = dict(zip(numbers, zip(*columns, strict=True), strict=True))


def _by_number(numbers: list[int], column: pa.Array) -> dict[int, Any]:
    return dict(zip(numbers, column.to_pylist(), strict=True))


def _settle_one(
    said: _Said, number: int, known: Known, stored: Stored | None, silence: Silence, vintage: Vintage
) -> Settled:
    last_updated = said.last_updated[number]
    if stored is None:
        return _unchanged(number, known, vintage.version(last_updated, known.version.content))
    after = _merged(said, number, stored, silence)
    version = vintage.version(last_updated, after.content)
    if after.content == known.version.content:
        return _unchanged(number, known, version)
    if version < known.version:
        return Settled(number, "stale", known, version)
    return Settled(number, "updated", known, version, after.text, _changed(stored, said.envelopes[number], after))


def _unchanged(number: int, known: Known, version: Version) -> Settled:
    return Settled(number, "unchanged", known, version, advanced=known.version < version)


@dataclass(frozen=True)
class _Merged:
    """An order before and after a statement (documents as parsed), and its new text and content fingerprint."""

    before: Document
    after: Document
    text: str
    content: str


def _merged(said: _Said, number: int, stored: Stored, silence: Silence) -> _Merged:
    """Apply a statement to what is stored."""
    text, unsaid = said.documents[number], said.unsaid[number]
    before, stated = orjson.loads(stored[0]), orjson.loads(text)  # in floats: which keys there are is all that counts
    if adds_nothing(before, stated, unsaid):
        return _Merged(before, stated, text, said.contents[number])
    before = read(stored[0])
    after = merge(before, read(text), silence, unsaid)
    user_type, user, created = said.envelopes[number]
    micros = (created - _EPOCH) // timedelta(microseconds=1)
    text = write(after)
    content = fingerprint("\x1f".join((user_type, user, str(micros), text)).encode())
    return _Merged(before, after, text, content)


def _changed(stored: Stored, envelope: Envelope, merged: _Merged) -> tuple[str, ...]:
    """Return the JSON paths of the event in which the order differs from before."""
    names = ("$.user.type", "$.user.id", "$.occurred_at")
    outside = [name for name, old, new in zip(names, stored[1:], envelope, strict=True) if old != new]
    inside = changes(merged.before, merged.after)
    if not inside and not outside:  # numbers that are equal as floats only
        inside = changes(read(stored[0]), read(merged.text))
    return (*outside, *inside)
