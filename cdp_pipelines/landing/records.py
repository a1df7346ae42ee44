"""What is written down about landed files: small JSON files that are replaced as a whole, and marks of use.

No address with a query is written: it may hold a signature.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

LONGEST_NAME = 120


@dataclass(frozen=True)
class Landed:
    """One file in the landing.

    Attributes:
        uri: Where it came from, as it may be shown: without user, password and query.
        version: The source's version of it, empty if it has none.
        path: The copy; its name says nothing of where it came from.
        bytes: Size of the copy, which is the size as stored at the source.
        sha256: Hex digest of the copy.
        modified_at: When the source's file was changed, in UTC.
        completeness: How it was verified that nothing is missing.
        reused: Whether the copy lay there before.
    """

    uri: str
    version: str
    path: Path
    bytes: int
    sha256: str
    modified_at: datetime
    completeness: str
    reused: bool


class ImportRecords:
    """What the landing knows of one import.

    `manifests/` lists the files of each partition, `seen/` what each address last delivered, and `uses/` holds an
    empty file per copy whose time is that of the last use.

    Args:
        folder: This import's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._uses = folder / "uses"

    def mark_use(self, sha256: str) -> None:
        """Note that the import uses this copy now."""
        make_private(self._uses)
        (self._uses / sha256).touch(mode=0o600)

    def uses(self, sha256: str) -> bool:
        """Tell whether the import holds on to this copy."""
        return (self._uses / sha256).exists()

    def unused_since(self, moment: float) -> Iterator[str]:
        """Yield the digests of copies not used after `moment` (seconds since 1970)."""
        for mark in self._uses.glob("*"):
            if mark.stat().st_mtime <= moment:
                yield mark.name

    def manifest_path(self, partition: str | None) -> Path:
        """Return where the manifest of a partition stands, or that of an import without partitions."""
        if partition is None:
            return self._folder / "manifest.json"
        return self._folder / "manifests" / f"{file_name(partition)}.json"

    def seen_path(self, uri: str) -> Path:
        """Return where it is noted what this address last delivered."""
        return self._folder / "seen" / f"{hashlib.sha256(uri.encode()).hexdigest()}.json"

    def forget(self, sha256s: Collection[str]) -> None:
        """Remove the marks of these copies and every record that leads to one of them."""
        for record in self._folder.rglob("*.json"):
            if any(file["sha256"] in sha256s for file in (read_json(record) or {"files": []})["files"]):
                record.unlink(missing_ok=True)
        for sha256 in sha256s:
            (self._uses / sha256).unlink(missing_ok=True)


def file_name(key: str) -> str:
    """Return a name for a file or folder that stands for this key and no other, whatever the key holds."""
    name = quote(key, safe="")
    if len(name) > LONGEST_NAME or name.startswith((".", "~")):
        return f"~{hashlib.sha256(key.encode()).hexdigest()}"
    return name


def as_records(landed: Sequence[Landed]) -> list[dict[str, Any]]:
    """Return all but the paths, which follow from the digests: the landing may be moved."""
    values = [asdict(file) | {"modified_at": file.modified_at.isoformat()} for file in landed]
    return [{key: value for key, value in file.items() if key != "path"} for file in values]


def from_record(values: dict[str, Any], path: Path) -> Landed:
    """Return what `as_records` described, with its copy at `path`."""
    return Landed(**values | {"modified_at": datetime.fromisoformat(values["modified_at"]), "path": path})


def make_private(folder: Path) -> None:
    """Make the folder and its missing parents with mode 700; those that stand stay as they are."""
    if not folder.is_dir():
        make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def read_json(path: Path) -> Any:
    """Return the file's value, None if there is no such file or it was damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
