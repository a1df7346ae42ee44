"""Imports of promotions, vouchers and custom events as their YAML states them."""

from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from cdp_pipelines.formats.spec import RecordFormatSpec
from cdp_pipelines.imports.spec import ImportSpec
from cdp_pipelines.schemas.columns import LONGEST
from cdp_pipelines.spec import named
from cdp_pipelines.transforms.spec import OnCastError, Transform


class RecordImportSpec(ImportSpec):
    """What imports of flat records have in common, of which a row or an object is one item."""

    CHANGES_RESULTS: ClassVar[frozenset[str]] = frozenset({"format", "transform", "on_cast_error", "timezone", "site"})

    format: RecordFormatSpec
    """How the files are written."""
    transform: tuple[Transform, ...] = ()
    """What is done to the columns before they are validated, step by step, like {rename: coupon, to: code}."""
    on_cast_error: OnCastError = "reject"
    """What a cell does that a cast or timestamp of `transform` cannot read: `reject` its row, or become `null`."""

    @field_validator("transform")
    @classmethod
    def _knows_no_orders(cls, steps: tuple[Transform, ...]) -> tuple[Transform, ...]:
        if any(step.per == "order" for step in steps):
            raise ValueError("each row stands for itself and belongs to no order: remove per")
        return steps


class PromotionImportSpec(RecordImportSpec):
    """One import of promotions (`type: cdp_pipelines.PromotionImport`)."""

    KIND: ClassVar[str] = "promotions"


class VoucherImportSpec(RecordImportSpec):
    """One import of voucher codes into a pool (`type: cdp_pipelines.VoucherImport`)."""

    KIND: ClassVar[str] = "vouchers"
    CHANGES_RESULTS: ClassVar[frozenset[str]] = RecordImportSpec.CHANGES_RESULTS | {"pool"}

    pool: Annotated[str, Field(max_length=100), named("SUMMER26")]
    """The pool that the codes go into, like SUMMER26; a code that stands in another pool of the site is rejected."""


class EventImportSpec(RecordImportSpec):
    """One import of custom events of one type (`type: cdp_pipelines.EventImport`)."""

    KIND: ClassVar[str] = "custom_events"
    CHANGES_RESULTS: ClassVar[frozenset[str]] = RecordImportSpec.CHANGES_RESULTS | {"event", "hash_user_id"}

    event: str | None = Field(default=None, max_length=LONGEST)
    """Name of the events, like page.visit; left out, the column `action` says it, the same in all rows."""
    hash_user_id: bool = False
    """Whether e-mail addresses of users are stored as their SHA-256 only."""

    @field_validator("event")
    @classmethod
    def _names_an_event(cls, event: str | None) -> str | None:
        if event is not None and (not event.strip() or event != event.strip()):
            raise ValueError("write a name without blanks around it, like page.visit, or leave it out")
        return event
