"""The quarantine of a run: its rejected rows, kept on disk until the run's end decides where they are stored.

A run that fails is rolled back, but its rejects must outlive it; a run that succeeds stores them in its own
transaction. So they wait in a file, and take no memory however many they are.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

from cdp_pipelines.errors import StoreError
from cdp_pipelines.formats.cells import cells
from cdp_pipelines.issues import CODES

_COPY = "copy cdp.rejects (run_id, file, line, item_id, code, column_name, message, raw) from stdin"


@dataclass(frozen=True)
class Rejected:
    """One rejected row. `raw` are its cells by column name."""

    file: str
    line: int
    item_id: str | None
    code: str
    column: str | None
    message: str
    raw: Mapping[str, Any]


class RejectSpool:
    """Collects rejected rows in a file of the folder, which vanishes with the process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = tempfile.TemporaryFile("w+", dir=folder, encoding="utf-8")  # noqa: SIM115 - closed on leaving
        self.rows = 0

    def add(self, row: Rejected) -> None:
        """Append a row."""
        raw = {name: _clean(cell) for name, cell in row.raw.items()}
        item_id = row.item_id and _clean(row.item_id)
        entry = [row.file, row.line, item_id, row.code, row.column, row.message, raw]
        with self._disk_errors():
            self._file.write(json.dumps(entry) + "\n")
        self.rows += 1

    def store(self, connection: psycopg.Connection, run_id: str) -> None:
        """Copy all rows into the store, in the caller's transaction."""
        with self._disk_errors():
            self._file.seek(0)
        with connection.cursor().copy(_COPY) as copy:
            for entry in map(json.loads, self._file):
                *plain, raw = entry
                copy.write_row([run_id, *plain, json.dumps(raw, ensure_ascii=False)])

    def clear(self) -> None:
        """Forget all rows, when a file is read anew."""
        with self._disk_errors():
            self._file.seek(0)
            self._file.truncate()
        self.rows = 0

    @contextmanager
    def _disk_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.rows = 0  # what was written may be cut
            reason = error.strerror or type(error).__name__
            raise StoreError(
                f"the rejected rows cannot be kept in {self._folder} ({reason}): free some space or set CDP_HOME to "
                "another disk, then run again"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(OSError):  # a full disk refuses the rest of the buffer once more
            self._file.close()


def _clean(cell: Any) -> Any:
    """Replace NUL, which Postgres cannot store; the landed file keeps it."""
    if isinstance(cell, list):
        return [_clean(part) for part in cell]
    return cell.replace("\0", "\ufffd")


def raw_cells(record: bytes, columns: tuple[str, ...], delimiter: str) -> dict[str, Any]:
    """Return the cells of a record by column name; what goes beyond the header is a list under ""."""
    found = cells(record, delimiter)
    raw: dict[str, Any] = dict(zip(columns, found, strict=False))
    if len(found) > len(columns):
        raw[""] = found[len(columns) :]
    return raw


def sentence(code: str, column: str | None) -> str:
    """Return what is wrong and what to do, with the column but without any value (no personal data)."""
    return f"{column}: {CODES[code].help}" if column else CODES[code].help
