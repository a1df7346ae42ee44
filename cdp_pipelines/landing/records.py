"""What is written down about landed files: small JSON files that are replaced as a whole, and marks of use.

No address with a query is written: it may hold a signature.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from cdp_pipelines.landing.storage import Storage

LONGEST_NAME = 120
IMPORTS = "imports/"
_BETWEEN = 3600.0
"""Seconds that may pass between the mark of a use and a record that follows from it."""


@dataclass(frozen=True)
class Landed:
    """One file in the landing.

    Attributes:
        uri: Where it came from, as it may be shown: without user, password and query.
        version: The source's version of it, empty if it has none.
        bytes: Size of the copy, which is the size as stored at the source.
        sha256: Hex digest of the copy.
        modified_at: When the source's file was changed, in UTC.
        completeness: How it was verified that nothing is missing.
        reused: Whether the copy lay there before.
    """

    uri: str
    version: str
    bytes: int
    sha256: str
    modified_at: datetime
    completeness: str
    reused: bool


class ImportRecords:
    """What the landing knows of one import.

    `manifests/` lists the files of each partition, `seen/` what each address last delivered, and `uses/` holds an
    empty record per copy whose time is that of the last use.

    Args:
        storage: Where the landing is.
        folder: What the import is called there.
    """

    def __init__(self, storage: Storage, folder: str) -> None:
        self._storage = storage
        self._folder = f"{IMPORTS}{folder}/"

    @classmethod
    def of(cls, storage: Storage, import_name: str) -> "ImportRecords":
        """Return the records of an import."""
        return cls(storage, file_name(import_name))

    def mark_use(self, sha256: str) -> None:
        """Note that the import uses this copy now."""
        self._storage.touch(self._use(sha256))

    def uses(self, sha256: str) -> bool:
        """Tell whether the import holds on to this copy."""
        return self._storage.has_record(self._use(sha256))

    def unused_since(self, moment: float) -> set[str]:
        """Return the digests of copies not used after `moment` (seconds since 1970)."""
        marks = self._storage.records(self._use(""))
        return {name.rpartition("/")[2] for name, used in marks if used <= moment}

    def manifest(self, partition: str | None) -> str:
        """Return the record of a partition's files, or of those of an import without partitions."""
        if partition is None:
            return f"{self._folder}manifest.json"
        return f"{self._folder}manifests/{file_name(partition)}.json"

    def seen(self, uri: str) -> str:
        """Return the record of what this address last delivered."""
        return f"{self._folder}seen/{hashlib.sha256(uri.encode()).hexdigest()}.json"

    def read(self, name: str) -> Any:
        """Return a record's value, None if there is none or it was damaged."""
        try:
            return json.loads(self._storage.read(name) or b"")
        except ValueError:
            return None

    def write(self, name: str, value: dict[str, Any]) -> None:
        """Replace a record."""
        self._storage.write(name, json.dumps(value, indent=1).encode())

    def forget(self, sha256s: Collection[str], moment: float) -> None:
        """Remove the marks of these copies, not used after `moment`, and every record that leads to one of them."""
        for name, written in list(self._storage.records(self._folder)):
            # Whoever writes a record marks the use first: a younger one leads to none of them.
            old = name.endswith(".json") and written <= moment + _BETWEEN
            if old and any(file["sha256"] in sha256s for file in (self.read(name) or {"files": []})["files"]):
                self._storage.delete(name)
        for sha256 in sha256s:
            self._storage.delete(self._use(sha256))

    def _use(self, sha256: str) -> str:
        return f"{self._folder}uses/{sha256}"


def file_name(key: str) -> str:
    """Return a name for a file or folder that stands for this key and no other, whatever the key holds."""
    name = quote(key, safe="")
    if len(name) > LONGEST_NAME or name.startswith((".", "~")):
        return f"~{hashlib.sha256(key.encode()).hexdigest()}"
    return name


def as_records(landed: Sequence[Landed]) -> list[dict[str, Any]]:
    """Return what is written down of files; where their copies lie follows from the digests."""
    return [asdict(file) | {"modified_at": file.modified_at.isoformat()} for file in landed]


def from_record(values: dict[str, Any]) -> Landed:
    """Return what `as_records` described."""
    moment: dict[str, Any] = {"modified_at": datetime.fromisoformat(values["modified_at"])}
    return Landed(**(values | moment))
