"""How a run ends that nobody foresaw: a sentence for what the server or Python raised."""

import psycopg

from cdp_pipelines.errors import CdpError, StoreError
from cdp_pipelines.store import Store


def store_error(error: psycopg.Error, store: Store) -> StoreError:
    """Say what happened without the server's details, which may hold values of the file."""
    code = error.sqlstate or ""
    state = f" ({code})" if code else ""
    if isinstance(error, psycopg.OperationalError) and (not code or code.startswith(_CONNECTION_LOST)):
        return StoreError(
            f"the connection to the store {store.label} was lost{state}; nothing was applied: run it again"
        )
    reason = error.diag.message_primary or type(error).__name__
    if code.startswith(_BAD_VALUE):
        reason = reason.partition(":")[0]
    return StoreError(f"the store {store.label} gave up{state}: {reason}; nothing was applied: mend it and run again")


_CONNECTION_LOST = ("08", "57P")
_BAD_VALUE = "22"
"""SQLSTATE of data exceptions, whose message goes on with the value behind a colon."""


def cancelled(error: BaseException) -> CdpError:
    """Return what is told about a fault of ours, or about an end from outside."""
    if isinstance(error, Exception):
        return CdpError(f"an unexpected fault ({type(error).__name__}); nothing was applied: report it")
    return CdpError("the run was cancelled; nothing was applied")
