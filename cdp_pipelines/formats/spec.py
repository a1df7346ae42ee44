"""The `format` part of an import's YAML, one model per kind."""

from typing import Annotated, Literal

from pydantic import Field

from cdp_pipelines.spec import Spec


class KevelCsv(Spec):
    """Kevel Audience's order CSV: one row per line item (formats: Kevel Audience order CSV)."""

    kind: Literal["kevel_csv"]
    encoding: str = "utf-8"
    """Name of a Python codec."""
    compression: Literal["auto", "gzip", "none"] = "auto"
    """`auto` looks at the first bytes, whatever the file's name says."""
    delimiter: Literal[",", ";", "\t", "|"] = ","
    """The character between two cells."""


FormatSpec = Annotated[KevelCsv, Field(discriminator="kind")]
