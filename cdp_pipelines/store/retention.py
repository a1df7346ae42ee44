"""Removing what is past its time from the store."""

from datetime import timedelta

import psycopg


def remove_rejects(connection: psycopg.Connection, import_name: str, older_than: timedelta) -> int:
    """Delete the rejected rows of runs that ended longer ago; return how many."""
    return connection.execute(
        "delete from cdp.rejects j using cdp.import_runs r where r.run_id = j.run_id"
        " and r.import_name = %s and r.finished_at < now() - %s",
        (import_name, older_than),
    ).rowcount


def files_with_open_rejects(connection: psycopg.Connection, import_name: str) -> set[str]:
    """Return the digests of files that rejected rows wait to be corrected from."""
    rows = connection.execute(
        "select distinct file ->> 'sha256' from cdp.import_runs r, jsonb_array_elements(r.report -> 'files') file"
        " where r.import_name = %s"
        " and exists (select from cdp.rejects j where j.run_id = r.run_id and j.state = 'open')",
        (import_name,),
    )
    return {row[0] for row in rows}
