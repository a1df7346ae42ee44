"""What a rule may ask about a profile: the only list of fields and operators; nothing else reaches SQL."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal, LiteralString

ATTRIBUTES = "attributes."
"""Prefix of the fields that are a profile's own attributes, under any name."""

COMPARISONS: Mapping[str, LiteralString] = {"at_least": ">=", "at_most": "<=", "above": ">", "below": "<"}
EQUALITIES = ("is", "is_not", "in")
TEXT_SEARCHES = ("contains", "starts_with")
OPERATORS = (*EQUALITIES, *COMPARISONS, *TEXT_SEARCHES, "exists")


@dataclass(frozen=True)
class Field:
    """One field that is no attribute.

    Attributes:
        kind: What it is compared with: numbers, or moments in ISO 8601.
        needs: Where it comes from: a profile's orders, or their quintiles among all profiles.
        expression: Its SQL; `o` is the profile's row of orders, all null where it has none.
        money: Whether amounts of different currencies would be mixed in it.
    """

    kind: Literal["number", "time"]
    needs: Literal["orders", "rfm"]
    expression: LiteralString
    money: bool = False

    @property
    def operators(self) -> tuple[str, ...]:
        """What it can be asked."""
        return (*EQUALITIES, *COMPARISONS) if self.kind == "number" else (*COMPARISONS, "exists")


_DAYS: LiteralString = "floor(extract(epoch from %(at)s::timestamptz - {}) / 86400)"

FIELDS: Mapping[str, Field] = {
    "orders.count": Field("number", "orders", "coalesce(o.orders, 0)"),
    "orders.total": Field("number", "orders", "coalesce(o.net, 0)", money=True),
    "orders.average": Field("number", "orders", "o.net / o.orders", money=True),
    "orders.first_at": Field("time", "orders", "o.first_at"),
    "orders.last_at": Field("time", "orders", "o.last_at"),
    "orders.days_since_first": Field("number", "orders", _DAYS.format("o.first_at")),
    "orders.days_since_last": Field("number", "orders", _DAYS.format("o.last_at")),
    "rfm.recency": Field("number", "rfm", "o.recency", money=True),
    "rfm.frequency": Field("number", "rfm", "o.frequency", money=True),
    "rfm.monetary": Field("number", "rfm", "o.monetary", money=True),
}


def is_attribute(field: str) -> bool:
    """Return whether a field is an attribute of the profile."""
    return field.startswith(ATTRIBUTES) and len(field) > len(ATTRIBUTES)


def operators(field: str) -> tuple[str, ...]:
    """Return what a field can be asked; it is known."""
    return OPERATORS if is_attribute(field) else FIELDS[field].operators


def misfit(field: str, operator: str, value: Any) -> str | None:
    """Return why a value does not fit a field and an operator that it knows, None if it does."""
    if operator == "exists":
        return None if isinstance(value, bool) else "write true or false"
    if operator == "in":
        return _misfit_of_list(field, value)
    if is_attribute(field):
        return _misfit_of_attribute(operator, value)
    if FIELDS[field].kind == "time":
        return None if moment(value) else "write a date or time like 2026-01-31 or 2026-01-31T05:00:00Z"
    return None if _is_number(value) else "write a number"


def _misfit_of_list(field: str, value: Any) -> str | None:
    if not isinstance(value, list | tuple) or not value:
        return "write a list in brackets, like [de, at]"
    return next((sentence for one in value if (sentence := misfit(field, "is", one))), None)


def _misfit_of_attribute(operator: str, value: Any) -> str | None:
    if isinstance(value, str) and ("\0" in value or not _encodable(value)):
        return "holds a character that no text may hold: remove it"
    if operator in TEXT_SEARCHES:
        return None if isinstance(value, str) and value else "write a text"
    if operator in COMPARISONS:
        return None if isinstance(value, str) or _is_number(value) else "write a number or a text"
    return None if isinstance(value, str | bool) or _is_number(value) else "write a text, a number, true or false"


def _encodable(text: str) -> bool:
    """Return whether a text is Unicode without half characters, which YAML can spell and UTF-8 cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def number(value: float) -> Decimal:
    """Return a YAML number as the decimal that stands there."""
    return Decimal(str(value))


def moment(value: Any) -> datetime | None:
    """Return an ISO date or time as a moment, in UTC unless it names a zone; None if it is none."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found
