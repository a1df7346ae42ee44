"""The landing: take over a file, tell later what a partition consists of, remove what is old."""

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from cdp_pipelines.errors import SourceError
from cdp_pipelines.landing.folder import to_disk
from cdp_pipelines.landing.records import IMPORTS, ImportRecords, Landed, as_records, from_record
from cdp_pipelines.landing.storage import Storage
from cdp_pipelines.sources import Fetched, Found, Source, shown


class Landing:
    """Landed files of all imports in one place.

    Several processes may use it at once. Errors of the place are raised as SourceError with what to do.

    Args:
        storage: The place.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def check(self) -> None:
        """Raise SourceError if the place can't be looked at."""
        with self._storage.errors():
            next(iter(self._storage.names(IMPORTS)), None)

    def land(self, import_name: str, source: Source, found: Found) -> Landed:
        """Return the copy of the file as it is now; one that the source knows to be unchanged isn't read again."""
        records = self._records(import_name)
        with self._storage.errors():
            last, known = self._last(records, found.uri)
            landed = self._take_over(records, source, found, last, known)
            if landed is None:  # unchanged, but the copy was removed meanwhile
                landed = self._take_over(records, source, found, None, "")
        if landed is None:
            raise SourceError(f"{shown(found.uri)} was not delivered; run again.")
        return landed

    @contextmanager
    def at_hand(self, landed: Landed) -> Iterator[Path]:
        """Give the copy of a file as a file of this machine, for as long as it is read."""
        with ExitStack() as stack:
            with self._storage.errors():
                path = stack.enter_context(self._storage.at_hand(landed.sha256, landed.bytes))
            yield path

    def write_manifest(self, import_name: str, partition: str | None, landed: Sequence[Landed]) -> None:
        """Note which files an import's partition consists of, in this order; None stands for no partitions."""
        records = self._records(import_name)
        with self._storage.errors():
            value = {"import": import_name, "partition": partition, "files": as_records(landed)}
            records.write(records.manifest(partition), value)

    def read_manifest(self, import_name: str, partition: str | None) -> list[Landed]:
        """Return the files of the last manifest; SourceError if nothing is landed, or no longer."""
        records = self._records(import_name)
        with self._storage.errors(), self._storage.locked():
            manifest = records.read(records.manifest(partition)) or {"files": []}
            landed = [from_record(record) for record in manifest["files"]]
            if not landed or not all(self._storage.has(file.sha256, file.bytes) for file in landed):
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
        with self._storage.errors(), self._storage.locked():
            moment = time.time() - older_than.total_seconds()
            unused = records.unused_since(moment) - set(keep)
            if unused:
                records.forget(unused, moment)
                everyone = [ImportRecords(self._storage, folder) for folder in self._storage.names(IMPORTS)]
                for sha256 in unused:
                    if not any(one.uses(sha256) for one in everyone):
                        removed += self._storage.remove(sha256)
        return removed

    def _records(self, import_name: str) -> ImportRecords:
        return ImportRecords.of(self._storage, import_name)

    def _last(self, records: ImportRecords, uri: str) -> tuple[Landed | None, str]:
        """Return what this address last delivered, if its copy is intact, and how its source recognises it."""
        seen = records.read(records.seen(uri))
        if not seen:
            return None, ""
        landed = from_record(seen["files"][0])
        return (landed, seen["known"]) if self._storage.has(landed.sha256, landed.bytes) else (None, "")

    def _take_over(
        self, records: ImportRecords, source: Source, found: Found, last: Landed | None, known: str
    ) -> Landed | None:
        if last is None and found.size:
            self._storage.require_room(found.size)
        with self._storage.incoming() as target:
            fetched = source.fetch(found, target, known)
            if fetched is None:
                return self._reuse(records, last) if last else None
            to_disk(target)
            return self._keep(records, target, fetched)

    def _reuse(self, records: ImportRecords, last: Landed) -> Landed | None:
        with self._storage.locked():
            if not self._storage.has(last.sha256, last.bytes):
                return None
            records.mark_use(last.sha256)
        return replace(last, reused=True)

    def _keep(self, records: ImportRecords, target: BinaryIO, fetched: Fetched) -> Landed:
        with self._storage.locked():
            # Marked first: a process killed in between leaves a mark without a copy, never a copy for ever; and what is
            # marked is not removed, so bytes may be transferred without the lock.
            records.mark_use(fetched.sha256)
            there = self._storage.has(fetched.sha256, fetched.bytes)
        if not there:
            self._storage.keep(target, fetched.sha256, fetched.bytes)
        landed = Landed(
            uri=shown(fetched.found.uri),
            version=fetched.found.version,
            bytes=fetched.bytes,
            sha256=fetched.sha256,
            modified_at=fetched.found.modified_at or datetime.now(UTC),
            completeness=fetched.completeness,
            reused=there,
        )
        records.write(records.seen(fetched.found.uri), {"known": fetched.known, "files": as_records([landed])})
        return landed
