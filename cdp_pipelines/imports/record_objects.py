"""JSON lines as batches of records, behind the steps of `transform`; values keep their types (D12)."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, Self
from zoneinfo import ZoneInfo

import numpy as np

from cdp_pipelines.formats.entries import Entry
from cdp_pipelines.formats.json_lines import JsonLinesReader
from cdp_pipelines.formats.reading import Around
from cdp_pipelines.formats.spec import JsonRecords
from cdp_pipelines.imports.kind import FileWork
from cdp_pipelines.imports.record_specs import RecordImportSpec
from cdp_pipelines.records.batch import Batch, Fault, Objects, Piece, Unreadable
from cdp_pipelines.schemas.columns import Column
from cdp_pipelines.transforms.objects import transform_objects

OBJECTS = 10_000
"""Objects taken at once; their values are Python objects, so more takes memory and gains nothing."""


class ObjectSource(Around[JsonLinesReader]):
    """Objects of JSON lines.

    Raises:
        FileError: On entering and while reading, whatever makes the whole file unusable.
    """

    def __init__(self, work: FileWork, spec: RecordImportSpec, packed: JsonRecords, known: Sequence[Column]) -> None:
        self._work, self._spec, self._packed, self._known = work, spec, packed, known

    def __enter__(self) -> Self:
        packed = self._packed
        self._reader = JsonLinesReader(self._work.path, packed.compression, self._work.uri, packed.limits)
        return self

    def pieces(self) -> Iterator[Piece]:
        """Yield the objects, some at once."""
        entries = self._reader.entries()
        while True:
            with self._work.stages.timed("read"):
                some = list(islice(entries, min(OBJECTS, self._work.batch)))
            if not some:
                return
            self._work.stages.add("read", 0.0, len(some), sum(len(one.raw) for one in some))
            yield self._piece(some)

    def _piece(self, entries: list[Entry]) -> Piece:
        unreadable = [Unreadable(one.line, one.fault, _raw_entry(one)) for one in entries if one.fault]
        good = [one for one in entries if not one.fault]
        if not good:
            return Piece(None, unreadable)
        with self._work.stages.timed("transform", len(good)):
            zone = ZoneInfo(self._spec.timezone)
            done = transform_objects([one.values for one in good], self._spec.transform, zone, self._spec.on_cast_error)
        kept = np.flatnonzero(done.kept).tolist()
        if not kept:
            return Piece(None, unreadable, len(good))
        faults: dict[int, list[Fault]] = {
            row: [(code, name) for name, code in done.faults.get(old, ())] for row, old in enumerate(kept)
        }
        batch = self._batch([good[old] for old in kept], [done.objects[old] for old in kept], faults)
        return Piece(batch, unreadable, len(good) - len(kept))

    def _batch(self, entries: list[Entry], objects: Sequence[dict[str, Any]], faults: dict[int, list[Fault]]) -> Batch:
        taken = Objects(objects, self._known)
        for row, found in taken.faults.items():
            faults[row] = [*faults.get(row, ()), *found]
        lines = np.array([one.line for one in entries], np.int64)
        return Batch(lines, taken.cells, taken.attributes, partial(_raw_entries, entries), faults)


def _raw_entries(entries: list[Entry], rows: Sequence[int]) -> list[dict[str, Any]]:
    return [_raw_entry(entries[row]) for row in rows]


def _raw_entry(entry: Entry) -> dict[str, Any]:
    return {"entry": entry.raw}
