"""Whether the processes of Dagster's runs live: they beat, and after two minutes of silence count as dead.

Dagster itself counts a run whose whole process tree was killed as started until a limit of hours has passed.
"""

from collections.abc import Sequence

import psycopg

_BEAT = """
insert into cdp.dagster_leases (dagster_run_id) values (%s)
on conflict (dagster_run_id) do update set beat_at = now()
"""


def beat(connection: psycopg.Connection, dagster_run_id: str) -> None:
    """Tell that the process of a run is alive."""
    connection.execute(_BEAT, (dagster_run_id,))


def forget(connection: psycopg.Connection) -> None:
    """Remove what is long over."""
    connection.execute("delete from cdp.dagster_leases where beat_at < now() - interval '30 days'")


def alive(connection: psycopg.Connection, dagster_run_ids: Sequence[str]) -> dict[str, bool]:
    """Return, for those runs that ever told that they live, whether they did so in the last two minutes."""
    rows = connection.execute(
        "select dagster_run_id, beat_at > now() - interval '2 minutes' from cdp.dagster_leases"
        " where dagster_run_id = any(%s)",
        (list(dagster_run_ids),),
    )
    return dict(rows.fetchall())
