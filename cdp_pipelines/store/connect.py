"""How to reach a store: the URL of a server or of the embedded one, and connections set up alike for all."""

import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from cdp_pipelines.errors import ConfigurationError, StoreError

_DRIVER = "postgresql+psycopg"
_SCHEMES = {"postgresql", "postgres", _DRIVER}
_OLDEST = 150000  # as Postgres counts: 15.0

_SESSION = {
    "search_path": "cdp,public",
    "timezone": "UTC",
    # a server notices within two minutes that a client's machine is gone, and frees what it locked
    "tcp_keepalives_idle": "60",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "6",
}
_CLIENT = {
    "application_name": "cdp-pipelines",
    "client_encoding": "UTF8",
    "connect_timeout": 10,
    "keepalives_idle": 60,
    "keepalives_interval": 10,
    "keepalives_count": 6,
}


@dataclass(frozen=True)
class Store:
    """A Postgres database that holds our tables, in schema `cdp`.

    Attributes:
        url: SQLAlchemy URL with driver psycopg and password; `repr` and `str` hide the password.
        embedded: Whether it is our own server on this machine.
    """

    url: URL
    embedded: bool = False

    @property
    def label(self) -> str:
        """Name the store for people: `embedded` or `host:port/database`, never a password."""
        if self.embedded:
            return "embedded"
        return f"{self.url.host or 'localhost'}:{self.url.port or 5432}/{self.url.database or self.url.username or ''}"

    def engine(self) -> Engine:
        """Return the one engine of this store; dead idle connections are replaced when taken."""
        return self._engine

    @cached_property
    def _engine(self) -> Engine:
        return create_engine(self.url, creator=self.connect, pool_pre_ping=True)

    def connect(self, **kwargs: Any) -> psycopg.Connection:
        """Open a connection of our own: search path `cdp, public`, time zone UTC, UTF-8, keepalives both ways.

        Args:
            **kwargs: Passed on to `psycopg.connect`, over what the URL says.

        Raises:
            StoreError: The server cannot be reached, refuses us, or is older than Postgres 15.
        """
        try:
            connection = psycopg.connect(**{**_CLIENT, **self._named(), **kwargs})
        except psycopg.OperationalError as error:
            raise StoreError(f"The store {self.label} cannot be opened: {_reason(error)}; {self._hint}.") from error
        if connection.info.server_version < _OLDEST:
            connection.close()
            raise StoreError(f"The store {self.label} is older than Postgres 15; use Postgres 15 or later.")
        return connection

    def _named(self) -> dict[str, Any]:
        query = dict(self.url.query)
        named = self.url.translate_connect_args(database="dbname", username="user")
        settings = " ".join(f"-c {name}={value}" for name, value in _SESSION.items())
        return {**query, **named, "options": f"{settings} {query.get('options', '')}".strip()}

    @property
    def _hint(self) -> str:
        return "see `cdp-pipelines db status`" if self.embedded else "check CDP_DATABASE_URL and that server"


def server_store() -> Store | None:
    """Return the store that `CDP_DATABASE_URL` names, None if it names none; nothing is connected.

    Raises:
        ConfigurationError: It is no URL of a Postgres, or is missing where `CDP_REQUIRE_SERVER=1`.
    """
    text = os.environ.get("CDP_DATABASE_URL", "").strip()
    if text:
        return Store(_url(text))
    if os.environ.get("CDP_REQUIRE_SERVER", "") not in ("", "0"):
        raise ConfigurationError(
            "CDP_DATABASE_URL is not set, and CDP_REQUIRE_SERVER forbids the embedded Postgres; "
            "set CDP_DATABASE_URL to postgresql://USER:PASSWORD@HOST/DATABASE."
        )
    return None


def _url(text: str) -> URL:
    # errors are not chained: SQLAlchemy's carry the text, and with it the password
    scheme = text.partition("://")[0]
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        url = None
    if url is None or scheme not in _SCHEMES:
        raise ConfigurationError(
            "CDP_DATABASE_URL is not the address of a Postgres; write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, "
            "with special characters of the password percent-encoded."
        )
    return url.set(drivername=_DRIVER)


def _reason(error: psycopg.OperationalError) -> str:
    """Return the server's or the system's own words from libpq's message of several lines."""
    text = str(error)
    if "FATAL:" in text:
        return text.partition("FATAL:")[2].strip().splitlines()[0]
    return text.splitlines()[0].rpartition("failed: ")[2].strip().rstrip(".") or "no answer"
