"""One look after runs and targets: what ended is taken note of, and whoever is to be told is told.

Looks wait for each other, so that nothing is told twice; what could not be told is told by a later look.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from cdp_pipelines.alerts import ledger
from cdp_pipelines.alerts.messages import Message, messages
from cdp_pipelines.alerts.sending import NotTakenError, send
from cdp_pipelines.alerts.spec import AlertTargetSpec
from cdp_pipelines.errors import StoreError
from cdp_pipelines.store import Store, runs
from cdp_pipelines.store.locks import locked

_LOCK = "alerts"
_PATIENCE = 60.0


@dataclass(frozen=True)
class Target:
    """An alert target, and the folder of its YAML."""

    spec: AlertTargetSpec
    folder: Path


@dataclass(frozen=True)
class Told:
    """What a look came to: the headlines of messages sent, and a sentence per target that did not take one."""

    headlines: Sequence[str]
    failures: Sequence[str]


def tell(store: Store, targets: Sequence[Target], now: datetime) -> Told:
    """Take note of the runs that ended, of those whose process died too, and tell the targets.

    Raises:
        StoreError: The store cannot be reached, or another look takes longer than a minute.
    """
    headlines: list[str] = []
    failures: list[str] = []
    with store.connect(autocommit=True) as connection, locked(connection, _LOCK, _PATIENCE) as alone:
        if not alone:
            raise StoreError("Alerts are being sent by another process for more than a minute: they are told later.")
        runs.close_dead(connection)
        ledger.take_in(connection, now)
        for target in targets:
            try:
                headlines += _tell(connection, target, now)
            except NotTakenError as error:
                failures.append(f"The alert target {target.spec.name} was not told: {error}; it is tried again.")
    return Told(headlines, failures)


def _tell(connection: psycopg.Connection, target: Target, now: datetime) -> list[str]:
    """Tell one target; what it does not take ends the look at it, so that the end of a cause never comes first."""
    headlines = []
    for message in messages(ledger.due(connection, target.spec.name, now), target.spec):
        _send(connection, message, target, now)
        headlines.append(message.headline)
    return headlines


def _send(connection: psycopg.Connection, message: Message, target: Target, now: datetime) -> None:
    error = None
    try:
        send(message, target.spec.target, target.folder)
    except NotTakenError as not_taken:
        error = str(not_taken)
        raise
    finally:
        for one in message.about:
            ledger.tried(connection, one, target.spec.name, now, error)
