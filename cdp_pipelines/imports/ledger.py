"""Which landed files were applied already, and so are skipped (D24)."""

from collections.abc import Sequence

import psycopg

from cdp_pipelines.landing import Landed
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
