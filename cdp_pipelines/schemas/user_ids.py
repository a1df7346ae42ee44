"""User identifier types: how each is normalised, what a valid one looks like, and hashing.

Sources: D5 (lower-cased types, refused values), D11 (always validated), K-086, K-087, formats section 1.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp_pipelines.schemas.columns import LONGEST

REFUSED = ("", "null", "undefined", "none", "nan", "n/a", "0", "anonymous", "unknown")
"""Values, in any case, that a shop writes when it does not know the user (D5)."""

_EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()
_SHA256 = "^[0-9a-f]{64}$"
_UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_ANY = "[^ ]"
_ASCII_SPACE = " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"
"""What Python's strip() takes off, so that the fast way for ASCII is no other way."""

_INVISIBLE = "\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
"""Spaces of any kind, and what pasted addresses carry without anyone seeing it: both would spoil the hash."""
_EMAIL = rf"^[^@{_INVISIBLE}]{{1,64}}@[^@.{_INVISIBLE}]+(\.[^@.{_INVISIBLE}]+)+$"


@dataclass(frozen=True)
class IdType:
    """One type of user identifier; `pattern` is a regular expression that a normalised id must match."""

    name: str
    pattern: str
    lower: bool = False
    separators: str = ""
    refused: tuple[str, ...] = ()
    hashed: str | None = None
    longest: int = LONGEST


_TYPES = (
    IdType("email", _EMAIL, lower=True, hashed="email_sha256", longest=254),
    IdType("email_sha256", _SHA256, lower=True, refused=(_EMPTY_SHA256,)),
    IdType("email_md5", "^[0-9a-f]{32}$", lower=True, refused=(hashlib.md5(b"", usedforsecurity=False).hexdigest(),)),
    IdType("phone", r"^\+[1-9][0-9]{6,14}$", separators=" ()-", hashed="phone_sha256"),
    IdType("phone_sha256", _SHA256, lower=True, refused=(_EMPTY_SHA256,)),
    IdType("gaid", _UUID, lower=True, refused=("00000000-0000-0000-0000-000000000000",)),
    IdType("idfa", _UUID, lower=True, refused=("00000000-0000-0000-0000-000000000000",)),
    IdType("cookie", _ANY),
    IdType("crm_id", _ANY),
    IdType("synerise_id", _ANY),
)

ID_TYPES = {kind.name: kind for kind in _TYPES}


def normalise(kind: IdType, ids: pa.Array) -> pa.Array:
    """Return ids as they are compared and stored: trimmed, and lower-cased where the type says so."""
    ids = _by_python(ids, str.strip) if _beyond_ascii(ids) else pc.ascii_trim(ids, _ASCII_SPACE)
    for separator in kind.separators:
        ids = pc.replace_substring(ids, separator, "")
    if not kind.lower:
        return ids
    return _by_python(ids, str.lower) if _beyond_ascii(ids) else pc.ascii_lower(ids)


def hash_ids(ids: pa.Array) -> pa.Array:
    """Return the sha256 of normalised ids in lower-case hex (K-028, K-087)."""
    return _by_python(ids, lambda value: hashlib.sha256(value.encode()).hexdigest())


def _by_python(ids: pa.Array, change) -> pa.Array:
    return pa.array([None if value is None else change(value) for value in ids.to_pylist()], pa.string())


def _beyond_ascii(ids: pa.Array) -> bool:
    data = ids.buffers()[2]
    return data is not None and bool((np.frombuffer(data, np.uint8) > 127).any())
