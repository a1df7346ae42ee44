"""A table of products, from JSON lines -> the steps that make its fields those of products."""

import re
from collections.abc import Mapping, Sequence

from cdp_pipelines.schemas.products import PRODUCT_COLUMNS
from cdp_pipelines.suggestions.candidates import Match, Matches
from cdp_pipelines.suggestions.evidence import evidence_of
from cdp_pipelines.suggestions.headers import language_of
from cdp_pipelines.suggestions.plans import Plan
from cdp_pipelines.suggestions.shapes import Column, decimal_of
from cdp_pipelines.suggestions.steps import Step, Values, in_order, needs_of, step_of

_AMOUNTS = ("price", "salePrice")
_PRICE = re.compile(r"\d+(\.\d+)?( [A-Z]{3})?", re.ASCII)
"""A price that product files may hold as it is, its currency with it."""


def plan_products(columns: Sequence[Column], matches: Matches, texts: frozenset[str]) -> Plan:
    """Plan how the fields of a feed become those of products.

    Args:
        columns: The feed's fields.
        matches: What was found for them.
        texts: Those whose values are texts, so that numbers in them have to be cast.
    """
    found = matches.by_target
    plan, language, file_decimal = Plan(), language_of(column.name for column in columns), decimal_of(columns)
    steps = []
    for field in PRODUCT_COLUMNS:
        if match := found.get(field.name):
            step = step_of(match, _needs(match, file_decimal, texts), evidence_of(match, language))
            steps += [step] if step else []
            plan.kept += [] if step else [field.name]
            plan.found |= {field.name} if step is None or step.active else set()
    plan.steps = in_order([step for step in steps if step.active]) + [step for step in steps if not step.active]
    _add_currency(plan, found)
    if "id" not in plan.found:
        plan.missing.append(("id", None))
    taken = {match.column.name for match in found.values()}
    plan.unused = [column.name for column in columns if column.name not in taken]
    return plan


def _add_currency(plan: Plan, found: Mapping[str, Match]) -> None:
    """Add the one currency that prices carry, if no field has it."""
    prices = [found[name].column for name in _AMOUNTS if name in found and name in plan.found]
    carried = {column.currency for column in prices} - {None}
    if prices and len(carried) == 1 and "currency" not in plan.found:
        evidence = "the prices carry this currency and no other"
        plan.steps.append(Step({"new": "currency", "value": carried.pop()}, "high", evidence))


def _needs(match: Match, file_decimal: str | None, texts: frozenset[str]) -> Values:
    is_text = match.column.name in texts
    values = needs_of(match, file_decimal, cast=is_text and match.target in _AMOUNTS)
    if values.keys.get("decimal") == "." and match.column.share(lambda price: bool(_PRICE.fullmatch(price))) == 1:
        values.keys.pop("decimal")
    if match.target == "adult" and is_text:
        values.keys["cast"] = "bool"
    if match.target == "adult" and not is_text:
        values.keys.pop("map", None)
    return values
