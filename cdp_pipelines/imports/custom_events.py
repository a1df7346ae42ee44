"""Custom events as a kind of import: appended as they come, and, at the end, the users that they name."""

from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
import pandera.pandas as pandera
import psycopg

from cdp_pipelines.formats.header import Header
from cdp_pipelines.imports.header import check_record_header, refuse_without
from cdp_pipelines.imports.kind import FileFacts, FileWork
from cdp_pipelines.imports.record_findings import RecordFindings
from cdp_pipelines.imports.record_reading import read_records
from cdp_pipelines.imports.record_specs import EventImportSpec
from cdp_pipelines.records.batch import Batch
from cdp_pipelines.records.events import Setting, Told, first_action, tell
from cdp_pipelines.schemas.custom_events import ACTION, EVENT_COLUMNS, TIME_COLUMNS, USER_COLUMNS, Naming, event_schema
from cdp_pipelines.store import custom_events
from cdp_pipelines.users.identities import add_users


class CustomEvents:
    """An import of custom events."""

    def __init__(self, spec: EventImportSpec) -> None:
        self._spec = spec
        self._schema = event_schema()

    def prepare(self, connection: psycopg.Connection, dry_run: bool) -> None:
        """Make room for users, or for the events of a dry run."""
        custom_events.prepare(connection, dry_run)

    def apply(self, work: FileWork) -> FileFacts:
        """Apply one file.

        Raises:
            FileError: It cannot be applied as a whole.
        """
        return read_records(
            work,
            self._spec,
            EVENT_COLUMNS,
            partial(self._check, work),
            _Application(work, self._spec, self._schema).take,
        )

    def finish(self, connection: psycopg.Connection) -> None:
        """Add the users of the run's events, briefly and last, since all sites share them."""
        add_users(connection)

    def _check(self, work: FileWork, header: Header) -> None:
        """Refuse a file that cannot say who, when or what."""
        check_record_header(header, EVENT_COLUMNS, work.tally)
        refuse_without(header, USER_COLUMNS, "who the user is", work.tally)
        refuse_without(header, TIME_COLUMNS, "when the events were", work.tally)
        if self._spec.event is None:
            refuse_without(header, [ACTION], "which event it is", work.tally)


class _Application:
    """The state of one file's way: the name that its events have."""

    def __init__(self, work: FileWork, spec: EventImportSpec, schema: pandera.DataFrameSchema) -> None:
        self._work, self._schema = work, schema
        naming = Naming(spec.event, spec.event is not None)
        self._setting = Setting(work.site, naming, ZoneInfo(spec.timezone), spec.hash_user_id)
        # Events of a dry run are in no file of the ledger; what tells its files apart is their number.
        self._file_id = -len(work.tally.files) if work.dry_run else work.file_id

    def take(self, batch: Batch, findings: RecordFindings, _number: int) -> None:
        """Validate a batch, and append what is new."""
        work = self._work
        if self._setting.naming.name is None:
            self._setting = replace(self._setting, naming=Naming(first_action(batch), is_stated=False))
        with work.stages.timed("validate", len(batch.lines)):
            told = tell(batch, self._setting, self._schema)
            findings.judged(batch, told.judgement)
        if len(told.rows):
            self._append(told, batch.lines[told.rows], findings)

    def _append(self, told: Told, lines: np.ndarray, findings: RecordFindings) -> None:
        work = self._work
        _, firsts = np.unique(np.array(told.ids, object), return_index=True)
        places = np.sort(firsts)
        known = work.database.ask(self._known, [told.ids[place] for place in places.tolist()]).result()
        new = np.delete(places, list(known))
        same = np.sort(places[np.array([place for place, is_own in known.items() if not is_own], np.int64)])
        findings.counted("added", [told.ids[place] for place in new.tolist()], lines[new])
        findings.counted("unchanged", [told.ids[place] for place in same.tolist()], lines[same])
        self._repeated(np.setdiff1d(np.arange(len(lines)), np.concatenate((new, same))), lines, findings)
        if len(new):
            work.database.send(self._write, told.taken(new) | {"file_id": str(self._file_id)})

    def _repeated(self, places: np.ndarray, lines: np.ndarray, findings: RecordFindings) -> None:
        if len(places):
            findings.repeated("EVENT_REPEATED", None, lines[places].tolist(), len(places))

    def _known(self, connection: psycopg.Connection, ids: list[str]) -> dict[int, bool]:
        with self._work.stages.timed("compare", len(ids)):
            return custom_events.known(connection, ids, self._file_id, self._work.dry_run)

    def _write(self, connection: psycopg.Connection, rows: dict) -> None:
        with self._work.stages.timed("write"):
            sent = custom_events.append(connection, rows, self._work.dry_run)
        self._work.stages.add("write", 0.0, len(rows["event_id"]), sent)
