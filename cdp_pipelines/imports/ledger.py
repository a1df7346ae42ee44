"""The ledger of files: which were applied already, and so are skipped (D24), and how one is entered."""

from collections.abc import Sequence
from datetime import datetime

import psycopg

from cdp_pipelines.imports.report import Report
from cdp_pipelines.landing import Landed
from cdp_pipelines.orders.settle import Vintage
from cdp_pipelines.store import runs


def already_applied(
    connection: psycopg.Connection,
    held: runs.ImportRow,
    partition: str | None,
    config_hash: str,
    files: Sequence[Landed],
) -> dict[str, runs.Applied]:
    """Return, by sha256, the ledger entries of files that say nothing new.

    Those are the latest applied ones of the import and partition, as long as each is among the files at hand and was
    applied under the same configuration: any other file in between may have changed what they said.
    """
    at_hand = {file.sha256 for file in files}
    found: dict[str, runs.Applied] = {}
    for entry in runs.latest_applied(connection, held.import_name, held.site, partition):
        if entry.sha256 not in at_hand or entry.config_hash != config_hash:
            break
        found.setdefault(entry.sha256, entry)
        if len(found) == len(at_hand):
            break
    return found


def entered(
    connection: psycopg.Connection, held: runs.ImportRow, report: Report, file: Landed, as_of: datetime
) -> tuple[int, Vintage]:
    """Enter a file into the ledger and number its configuration; return the entry's id and what its versions go by."""
    values = {
        "run_id": report.run_id,
        "import_name": held.import_name,
        "site": held.site,
        "partition": report.partition,
        "uri": file.uri,
        "version": file.version,
        "sha256": file.sha256,
        "bytes": file.bytes,
        "config_hash": report.config_hash,
        "modified_at": file.modified_at,
        "as_of": as_of,
    }
    number = runs.config_number(connection, held.import_id, report.config_hash)
    return runs.enter_file(connection, values), Vintage(as_of, file.modified_at, number)


def noted(
    connection: psycopg.Connection, held: runs.ImportRow, report: Report, file: Landed, as_of: datetime
) -> tuple[int, Vintage]:
    """Return what `entered` would for a dry run, which writes nothing: no entry, and the number still to come."""
    number = runs.next_config_number(connection, held.import_id, report.config_hash)
    return 0, Vintage(as_of, file.modified_at, number)
