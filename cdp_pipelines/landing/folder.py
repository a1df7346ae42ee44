"""The landing in a folder: take over a file, tell later what a partition consists of, remove what is old."""

import errno
import json
import shutil
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from cdp_pipelines.errors import SourceError
from cdp_pipelines.landing.copies import Copies, to_disk
from cdp_pipelines.landing.records import (
    ImportRecords,
    Landed,
    as_records,
    file_name,
    from_record,
    make_private,
    read_json,
)
from cdp_pipelines.sources import Fetched, Found, Source, shown


class Landing:
    """Landed files of all imports under one folder, made private (mode 700, files 600).

    Several processes may use it at once. Errors of its disk are raised as SourceError with what to do.

    Args:
        root: The folder, made when first needed.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._copies = Copies(root)

    def land(self, import_name: str, source: Source, found: Found) -> Landed:
        """Return the copy of the file as it is now; one that the source knows to be unchanged isn't read again."""
        records = self._records(import_name)
        with self._disk_errors():
            last, known = self._last(records, found.uri)
            landed = self._take_over(records, source, found, last, known)
            if landed is None:  # unchanged, but the copy was removed meanwhile
                landed = self._take_over(records, source, found, None, "")
        if landed is None:
            raise SourceError(f"{shown(found.uri)} was not delivered; run again.")
        return landed

    def write_manifest(self, import_name: str, partition: str | None, landed: Sequence[Landed]) -> Path:
        """Note which files an import's partition consists of, in this order; None stands for no partitions."""
        path = self._records(import_name).manifest_path(partition)
        with self._disk_errors():
            self._write(path, {"import": import_name, "partition": partition, "files": as_records(landed)})
        return path

    def read_manifest(self, import_name: str, partition: str | None) -> list[Landed]:
        """Return the files of the last manifest; SourceError if nothing is landed, or no longer."""
        records = self._records(import_name)
        with self._disk_errors(), self._copies.locked():
            manifest = read_json(records.manifest_path(partition)) or {"files": []}
            landed = [self._from_record(record) for record in manifest["files"]]
            if not landed or not all(self._copies.has(file.sha256, file.bytes) for file in landed):
                what = f"{import_name} {partition}" if partition else import_name
                raise SourceError(f"Nothing of {what} is landed, or no longer; land it first, then run again.")
            for file in landed:
                records.mark_use(file.sha256)
        return landed

    def prune(self, import_name: str, older_than: timedelta, keep: Collection[str] = ()) -> int:
        """Remove what the import hasn't used for that long, and no other import uses.

        Args:
            import_name: Whose copies to look at.
            older_than: Time since the last landing or reading.
            keep: Digests that stay in any case: those of what is open.

        Returns:
            How many copies were removed.
        """
        records, removed = self._records(import_name), 0
        with self._disk_errors(), self._copies.locked():
            moment = time.time() - older_than.total_seconds()
            unused = {sha256 for sha256 in records.unused_since(moment) if sha256 not in keep}
            if unused:
                records.forget(unused)
            for sha256 in unused:
                if not any(ImportRecords(folder).uses(sha256) for folder in self._imports.glob("*")):
                    removed += self._copies.remove(sha256)
        return removed

    @property
    def _imports(self) -> Path:
        return self._root / "imports"

    def _records(self, import_name: str) -> ImportRecords:
        return ImportRecords(self._imports / file_name(import_name))

    def _write(self, path: Path, value: dict) -> None:
        self._copies.write(path, json.dumps(value, indent=1).encode())

    def _from_record(self, record: dict) -> Landed:
        return from_record(record, self._copies.path_of(record["sha256"]))

    def _last(self, records: ImportRecords, uri: str) -> tuple[Landed | None, str]:
        """Return what this address last delivered, if its copy is intact, and how its source recognises it."""
        seen = read_json(records.seen_path(uri))
        if not seen:
            return None, ""
        landed = self._from_record(seen["files"][0])
        return (landed, seen["known"]) if self._copies.has(landed.sha256, landed.bytes) else (None, "")

    def _take_over(
        self, records: ImportRecords, source: Source, found: Found, last: Landed | None, known: str
    ) -> Landed | None:
        if last is None:
            self._require_room(found)
        with self._copies.incoming() as target:
            fetched = source.fetch(found, target, known)
            if fetched is None:
                return self._reuse(records, last) if last else None
            to_disk(target)
            return self._keep(records, target, fetched)

    def _reuse(self, records: ImportRecords, last: Landed) -> Landed | None:
        with self._copies.locked():
            if not self._copies.has(last.sha256, last.bytes):
                return None
            records.mark_use(last.sha256)
        return replace(last, reused=True)

    def _keep(self, records: ImportRecords, target: BinaryIO, fetched: Fetched) -> Landed:
        with self._copies.locked():
            # Marked first: a process killed in between leaves a mark without a copy, never a copy for ever.
            records.mark_use(fetched.sha256)
            added = self._copies.keep(target, fetched.sha256, fetched.bytes)
        landed = Landed(
            uri=shown(fetched.found.uri),
            version=fetched.found.version,
            path=self._copies.path_of(fetched.sha256),
            bytes=fetched.bytes,
            sha256=fetched.sha256,
            modified_at=fetched.found.modified_at or datetime.now(UTC),
            completeness=fetched.completeness,
            reused=not added,
        )
        seen = {"known": fetched.known, "files": as_records([landed])}
        self._write(records.seen_path(fetched.found.uri), seen)
        return landed

    def _require_room(self, found: Found) -> None:
        """Refuse what can't fit, rather than fill the disk that the database may stand on."""
        make_private(self._root)
        if found.size and found.size > shutil.disk_usage(self._root).free:
            raise OSError(errno.ENOSPC, "No space left on device")

    @contextmanager
    def _disk_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                message = "is full; free some space or set CDP_HOME to another disk, then run again."
                raise SourceError(f"The disk of {self._root} {message}") from error
            message = f"({error.strerror or type(error).__name__}); make it readable and writable for this user."
            raise SourceError(f"Files can't be kept in {self._root} {message}") from error
