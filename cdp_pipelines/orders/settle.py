"""Known orders that a file says something else about: what becomes of each (K-017, K-018, D3, D21, D28)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from cdp_pipelines.orders.documents import fingerprint
from cdp_pipelines.orders.merge import Document, Silence, changes, merge, read, write
from cdp_pipelines.orders.statements import Statements
from cdp_pipelines.store.heads import Known, Version

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
    known = {number: said.known[number] for number in numbers}
    other = [k.seq for number, k in known.items() if k and k.version.content != said.contents[number]]
    stored = load(other) if other else {}
    return [
        _settle_one(said, number, k, stored.get(k.seq), silence, vintage) for number, k in known.items() if k is not None
    ]


def _settle_one(
    said: Statements, number: int, known: Known, stored: Stored | None, silence: Silence, vintage: Vintage
) -> Settled:
    last_updated = said.last_updated(number)
    if stored is None:
        return _unchanged(number, known, vintage.version(last_updated, known.version.content))
    document, after, content = _merged(said, number, stored, silence)
    version = vintage.version(last_updated, content)
    if content == known.version.content:
        return _unchanged(number, known, version)
    if version < known.version:
        return Settled(number, "stale", known, version)
    return Settled(number, "updated", known, version, document, tuple(_changed(said, number, stored, after)))


def _unchanged(number: int, known: Known, version: Version) -> Settled:
    return Settled(number, "unchanged", known, version, advanced=known.version < version)


def _merged(said: Statements, number: int, stored: Stored, silence: Silence) -> tuple[str, Document, str]:
    """Return the order after the statement: as text, as a document, and its content fingerprint."""
    stated = read(said.documents[number].as_py())
    after = merge(read(stored[0]), stated, silence, said.adult_unsaid[number].tolist())
    text = write(after)
    user_type, user, created = _envelope(said, number)
    micros = (created - _EPOCH) // timedelta(microseconds=1)
    return text, after, fingerprint("\x1f".join((user_type, user, str(micros), text)).encode())


def _envelope(said: Statements, number: int) -> tuple[str, str, datetime]:
    orders = said.orders
    return tuple(orders[name][number].as_py() for name in ("userIdType", "userId", "createdAt"))  # type: ignore[return-value]


def _changed(said: Statements, number: int, stored: Stored, after: Document) -> list[str]:
    document, *envelope = stored
    names = ("$.user.type", "$.user.id", "$.occurred_at")
    pairs = zip(names, envelope, _envelope(said, number), strict=True)
    return [name for name, before, now in pairs if before != now] + changes(read(document), after)
