"""The `format` part of an import's YAML, one model per kind."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from cdp_pipelines.spec import Spec


class KevelCsv(Spec):
    """A CSV file of one row per line item: Kevel Audience's order CSV, or any that `transform` gives its columns."""

    kind: Literal["kevel_csv", "csv"]
    encoding: str = "utf-8"
    """Text encoding of the files, by the name that Python gives it, like utf-8 or cp1252."""
    compression: Literal["auto", "gzip", "none"] = "auto"
    """Whether files are packed; `auto` looks at their first bytes, whatever their names say."""
    delimiter: Literal[",", ";", "\t", "|"] = ","
    """The character between two cells."""

    @field_validator("encoding")
    @classmethod
    def _is_a_codec(cls, encoding: str) -> str:
        try:
            "a".encode(encoding)
        except (LookupError, ValueError):
            raise ValueError("is no text encoding that Python knows: write one like utf-8 or cp1252") from None
        return encoding


class GoogleFeed(Spec):
    """Google product data as RSS 2.0 or Atom 1.0 (formats: Product feed)."""

    kind: Literal["google_feed"]
    compression: Literal["auto", "gzip", "none"] = "auto"
    """Whether files are packed; `auto` looks at their first bytes, whatever their names say."""


class JsonLines(Spec):
    """One JSON object per line, in UTF-8; of a product only `id` is required."""

    kind: Literal["jsonl"]
    compression: Literal["auto", "gzip", "none"] = "auto"
    """Whether files are packed; `auto` looks at their first bytes, whatever their names say."""


ProductFormatSpec = Annotated[GoogleFeed | JsonLines, Field(discriminator="kind")]

FormatSpec = Annotated[KevelCsv, Field(discriminator="kind")]
