"""Past runs: their list, reports and rejected rows, as the store keeps them."""

from collections.abc import Iterator
from typing import Any

from cdp_pipelines.alerts import ledger
from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.imports.report import Report
from cdp_pipelines.store import Store, runs


def list_runs(store: Store, import_name: str | None = None, limit: int = 20) -> list[dict[str, Any]]:
    """Return the latest runs, newest first."""
    with store.connect(autocommit=True) as connection:
        return runs.runs(connection, import_name, limit)


def untold_alerts(store: Store) -> list[str]:
    """Return a sentence for each alert target that could not be told of something in the last days."""
    with store.connect(autocommit=True) as connection:
        found = ledger.untold(connection)
    return [f"The alert target {name} was not told of {count} alerts: {reason}." for name, count, reason in found]


def load_report(store: Store, run_id: str) -> Report:
    """Return the report of a run; the beginning of its id is enough if no other run's begins so.

    Raises:
        ConfigurationError: No run, or more than one, has an id that begins so.
    """
    with store.connect(autocommit=True) as connection:
        found = runs.runs_like(connection, run_id.upper())
    if not found or not run_id:
        raise ConfigurationError(f"no run has an id that begins with {run_id!r}: see `cdp-pipelines runs`")
    if len(found) > 1 and found[0]["run_id"] != run_id.upper():
        raise ConfigurationError(f"several runs have an id that begins with {run_id!r}: write more of it")
    return _report(found[0])


def _report(row: dict[str, Any]) -> Report:
    """Return the stored report, or what the record of a run without one tells (running, or interrupted)."""
    if row["report"] and "run_id" in row["report"]:
        return Report.model_validate(row["report"])
    shared = set(Report.model_fields) & set(row) - {"report"}
    return Report.model_validate({name: row[name] for name in shared})


def load_rejects(store: Store, run_id: str) -> Iterator[dict[str, Any]]:
    """Yield the rejected rows of a run: file, line, item_id, code, column, message, raw, state."""
    with store.connect() as connection:
        yield from runs.rejects(connection, run_id)
