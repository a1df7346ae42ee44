"""The `source` part of an import's YAML, one model per kind."""

from typing import Annotated, Literal

from pydantic import Field

from cdp_pipelines.spec import Spec


class LocalSource(Spec):
    """Files in a folder of this machine."""

    kind: Literal["local"]
    uri: str
    """Path, absolute or relative to the folder of the YAML file; `{partition}` or `{partition:%Y%m%d}` and `*` allowed."""


class HttpSource(Spec):
    """One file per address, read with GET."""

    kind: Literal["http"]
    uri: str
    """Address with http:// or https://; `{partition}` or `{partition:%Y%m%d}` allowed."""
    timeout: float = Field(default=60, gt=0, le=3600)
    """Seconds without any byte after which a connection or a read counts as failed."""
    attempts: int = Field(default=4, ge=1, le=20)
    """How often a request is tried when the server is busy or the connection breaks."""


SourceSpec = Annotated[LocalSource | HttpSource, Field(discriminator="kind")]
