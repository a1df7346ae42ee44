"""What the assets of each kind of import are called in words, and the columns that they show."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdp_pipelines.imports.spec import ImportSpec
from cdp_pipelines.schemas.columns import COLUMNS, Column
from cdp_pipelines.schemas.custom_events import EVENT_COLUMNS
from cdp_pipelines.schemas.products import PRODUCT_COLUMNS
from cdp_pipelines.schemas.promotions import PROMOTION_COLUMNS
from cdp_pipelines.schemas.vouchers import VOUCHER_COLUMNS


@dataclass(frozen=True)
class Wording:
    """Descriptions of the assets `validated` and `applied`, and the columns of a valid row."""

    validated: str
    applied: str
    columns: Sequence[Column]


_ORDERS = Wording(
    "The orders that keep the rules.",
    "Order state, events and profiles in the store, written in one transaction per file.",
    COLUMNS,
)

_PRODUCTS = Wording(
    "The products that keep the rules.",
    "Versions of products in the store, each with the time from which to which it held.",
    PRODUCT_COLUMNS,
)

_PROMOTIONS = Wording(
    "The promotions that keep the rules; other columns are attributes of theirs.",
    "The current state of each promotion in the store.",
    PROMOTION_COLUMNS,
)

_VOUCHERS = Wording(
    "The vouchers that keep the rules; other columns are attributes of theirs.",
    "The current state of each voucher of the pool in the store.",
    VOUCHER_COLUMNS,
)

_EVENTS = Wording(
    "The events that keep the rules; other columns are parameters of theirs.",
    "Events and the profiles of their users in the store, each event once.",
    EVENT_COLUMNS,
)

_WORDINGS = {
    "orders": _ORDERS,
    "products": _PRODUCTS,
    "promotions": _PROMOTIONS,
    "vouchers": _VOUCHERS,
    "custom_events": _EVENTS,
}


def wording(spec: ImportSpec) -> Wording:
    """Return the words for an import's kind."""
    return _WORDINGS[spec.KIND]
