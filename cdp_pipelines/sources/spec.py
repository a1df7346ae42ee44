"""The `source` part of an import's YAML, one model per kind."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from cdp_pipelines.sources.template import placeholders
from cdp_pipelines.spec import Spec


class LocalSource(Spec):
    """Files in a folder of this machine."""

    kind: Literal["local"]
    uri: str
    """Path, absolute or relative to the folder of the YAML file; may hold `*`, `{partition}` or `{partition:%Y%m%d}`,
    and `{home}` for the folder CDP_HOME.

    `*` leaves out what uploads name while they run (`.part`, `.tmp`, ...), names that begin with a dot, and `_SUCCESS`.
    """

    @field_validator("uri")
    @classmethod
    def _is_a_path(cls, uri: str) -> str:
        if not uri.strip() or "\0" in uri:
            raise ValueError("is empty: write the path of a file")
        if "://" in uri:
            raise ValueError("is an address, not a path: take another kind (kind: http), or write a path")
        placeholders(uri)
        return uri


class HttpSource(Spec):
    """One file per address, read with GET."""

    kind: Literal["http"]
    uri: str
    """Address with http:// or https://, without user and password; `{partition}` or `{partition:%Y%m%d}` allowed.

    Redirects are followed within its own scheme, host and port, and to public addresses.
    """
    timeout: float = Field(default=60, gt=0, le=3600)
    """Seconds without any byte, or with fewer than 100 bytes per second, after which an attempt counts as failed."""
    attempts: int = Field(default=4, ge=1, le=20)
    """How often a request is tried when the server is busy or the connection breaks."""

    @field_validator("uri")
    @classmethod
    def _is_an_address(cls, uri: str) -> str:
        if not uri.startswith(("http://", "https://")) or not _host(uri):
            raise ValueError("is no web address: write one like https://files.example.com/orders.csv")
        if "@" in urlsplit(uri).netloc:
            raise ValueError("holds a user name or password: leave out what stands before the @")
        if "*" in uri:
            raise ValueError("has a *, which works for kind: local only: write the address of one file")
        if any(name == "home" for name, _ in placeholders(uri)):
            raise ValueError("has {home}, which works for kind: local only")
        return uri


def _host(uri: str) -> str | None:
    try:
        return urlsplit(uri).hostname
    except ValueError:
        return None


SourceSpec = Annotated[LocalSource | HttpSource, Field(discriminator="kind")]
