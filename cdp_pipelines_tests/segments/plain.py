"""Segments in plain Python: profiles with their orders, and who belongs. What Postgres finds must be the same."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any

from cdp_pipelines.segments.fields import moment, number
from cdp_pipelines.segments.spec import Rule, SegmentSpec

COMPARE: dict[str, Callable[[Any, Any], bool]] = {"at_least": ge, "at_most": le, "above": gt, "below": lt}


@dataclass(frozen=True)
class Line:
    total: Decimal
    refund: Decimal = Decimal(0)
    status: str = "paid"


@dataclass(frozen=True)
class Order:
    currency: str
    created_at: datetime
    lines: tuple[Line, ...]
    refund: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        return sum((line.total for line in self.lines), Decimal(0))

    @property
    def net(self) -> Decimal | None:
        cancelled = [line for line in self.lines if line.status == "cancelled"]
        kept = [line for line in self.lines if line.status != "cancelled"]
        if not kept:
            return None
        gone = sum(line.total for line in cancelled) + sum(line.refund for line in kept)
        return self.total - (max(self.refund, gone) if cancelled else self.refund)


@dataclass(frozen=True)
class Profile:
    orders: tuple[Order, ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)


def figures(profile: Profile, rates: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The fields of a profile that its orders give; those without a value are left out."""
    counted = [one for one in profile.orders if one.net is not None and one.currency in rates]
    total = sum((Decimal(str(rates[one.currency])) * one.net for one in counted), Decimal(0))
    found: dict[str, Any] = {"orders.count": len(counted), "orders.total": total}
    if counted:
        first, last = (pick(one.created_at for one in counted) for pick in (min, max))
        found |= {"orders.first_at": first, "orders.last_at": last, "orders.average": total / len(counted)}
        found |= {"orders.days_since_first": (at - first).days, "orders.days_since_last": (at - last).days}
    return found


def all_figures(profiles: list[Profile], rates: dict[str, Any], at: datetime) -> list[dict[str, Any]]:
    """The fields of all profiles, quintiles among those who bought included."""
    found = [figures(profile, rates, at) for profile in profiles]
    buyers = [one for one in found if one["orders.count"]]
    for name, source in (("recency", "last_at"), ("frequency", "count"), ("monetary", "total")):
        values = [one[f"orders.{source}"] for one in buyers]
        for one, value in zip(buyers, values, strict=True):
            worse = sum(other < value for other in values)
            one[f"rfm.{name}"] = 1 + 5 * worse // len(buyers)
    return found


def members(spec: SegmentSpec, profiles: list[Profile], rates: dict[str, Any], at: datetime) -> set[int]:
    """Return the numbers of the profiles that belong."""
    found = all_figures(profiles, rates, at)
    return {n for n, profile in enumerate(profiles) if _belongs(spec, found[n], profile.attributes)}


def _belongs(spec: SegmentSpec, known: dict[str, Any], attributes: dict[str, Any]) -> bool:
    if spec.rfm:
        return all(known.get(name) in quintiles for name, quintiles in spec.rfm.chosen.items())
    return _holds(spec.rule, known, attributes)


def _holds(rule: Rule, known: dict[str, Any], attributes: dict[str, Any]) -> bool:
    if rule.all_:
        return all(_holds(one, known, attributes) for one in rule.all_)
    if rule.any_:
        return any(_holds(one, known, attributes) for one in rule.any_)
    if rule.not_:
        return not _holds(rule.not_, known, attributes)
    if rule.field.startswith("attributes."):
        value = attributes.get(rule.field.removeprefix("attributes."))
        return all(_attribute(operator, value, wanted) for operator, wanted in rule.asked.items())
    return all(_field(operator, known.get(rule.field), wanted) for operator, wanted in rule.asked.items())


def _field(operator: str, value: Any, wanted: Any) -> bool:
    if operator == "exists":
        return (value is not None) == wanted
    if operator == "is_not":
        return value is None or value != number(wanted)
    if value is None:
        return False
    if operator == "in":
        return value in [number(one) for one in wanted]
    wanted = moment(wanted) if isinstance(wanted, str) else number(wanted)
    return value == wanted if operator == "is" else COMPARE[operator](value, wanted)


def _attribute(operator: str, value: Any, wanted: Any) -> bool:
    if operator == "exists":
        return (value is not None) == wanted
    if operator == "is_not":
        return not _same(value, wanted)
    if operator in ("is", "in"):
        return any(_same(value, one) for one in (wanted if operator == "in" else [wanted]))
    if operator == "contains":
        return isinstance(value, str | list) and wanted in value
    if operator == "starts_with":
        return isinstance(value, str) and value.startswith(wanted)
    if isinstance(value, str) and isinstance(wanted, str):
        return COMPARE[operator](value.encode(), wanted.encode())
    return _number(value) and _number(wanted) and COMPARE[operator](number(value), number(wanted))


def _same(value: Any, wanted: Any) -> bool:
    if _number(value) and _number(wanted):
        return number(value) == number(wanted)
    return type(value) is type(wanted) and value == wanted


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
