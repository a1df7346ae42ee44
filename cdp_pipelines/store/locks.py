"""Locks by name in the store: held by a connection, gone when it ends, however its process ends.

They need a session of their own on the server, so no transaction pooler may stand between.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg


def key(name: str) -> int:
    """Return the number that stands for `name` in Postgres: 64 bits of its sha256, signed."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def try_lock(connection: psycopg.Connection, name: str) -> bool:
    """Take the lock `name` for this connection if nobody else holds it.

    It outlives commit and rollback. A connection may take it again and must then free it as often.
    """
    return _yes(connection, "select pg_try_advisory_lock(%s)", name)


def wait_for_lock(connection: psycopg.Connection, name: str, timeout: float | None = None) -> bool:
    """Wait for the lock `name`, at most `timeout` seconds (None: for ever); return whether we have it."""
    milliseconds = 0 if timeout is None else max(1, round(timeout * 1000))
    try:
        with connection.transaction():
            connection.execute("select set_config('lock_timeout', %s, true)", [str(milliseconds)])
            connection.execute("select pg_advisory_lock(%s)", [key(name)])
    except psycopg.errors.LockNotAvailable:
        return False
    return True


def wait_within_transaction(connection: psycopg.Connection, name: str) -> None:
    """Wait for the lock `name` and hold it until the transaction ends."""
    connection.execute("select pg_advisory_xact_lock(%s)", [key(name)])


def unlock(connection: psycopg.Connection, name: str) -> bool:
    """Free the lock `name`; return False if this connection did not hold it."""
    return _yes(connection, "select pg_advisory_unlock(%s)", name)


@contextmanager
def locked(connection: psycopg.Connection, name: str, timeout: float | None = None) -> Iterator[bool]:
    """Hold the lock `name` for a block, which is told whether it was had within `timeout` seconds (0: at once).

    If the connection is lost meanwhile, so is the lock: what must not happen then has to be fenced by the caller.
    """
    taken = try_lock(connection, name) if timeout == 0 else wait_for_lock(connection, name, timeout)
    try:
        yield taken
    finally:
        if taken and not connection.closed:
            _free(connection, name)


def _free(connection: psycopg.Connection, name: str) -> None:
    if connection.info.transaction_status == psycopg.pq.TransactionStatus.INERROR:
        connection.rollback()  # a failed transaction would refuse the statement that frees the lock
    unlock(connection, name)


def _yes(connection: psycopg.Connection, statement: str, name: str) -> bool:
    row = connection.execute(statement, [key(name)]).fetchone()  # pyright: ignore[reportArgumentType]
    return bool(row and row[0])
