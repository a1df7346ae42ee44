"""A table of products, from JSON lines -> the steps that make its fields those of products."""

from collections.abc import Sequence

from cdp_pipelines.schemas.products import PRODUCT_COLUMNS
from cdp_pipelines.suggestions.candidates import Match, match_products
from cdp_pipelines.suggestions.evidence import evidence_of
from cdp_pipelines.suggestions.headers import language_of
from cdp_pipelines.suggestions.orders import Plan
from cdp_pipelines.suggestions.shapes import Column, decimal_of
from cdp_pipelines.suggestions.steps import Values, in_order, needs_of, step_of, writable

_AMOUNTS = ("price", "salePrice")


def plan_products(columns: Sequence[Column], texts: frozenset[str] = frozenset()) -> Plan:
    """Plan how the fields of a feed become those of products.

    Args:
        columns: The feed's fields.
        texts: Those whose values are texts, so that numbers in them have to be cast.
    """
    found = match_products([column for column in columns if writable(column.name)]).by_target
    plan, language, file_decimal = Plan(), language_of(column.name for column in columns), decimal_of(columns)
    steps = []
    for field in PRODUCT_COLUMNS:
        if match := found.get(field.name):
            step = step_of(match, _needs(match, file_decimal, texts), evidence_of(match, language))
            steps += [step] if step else []
            plan.kept += [] if step else [field.name]
            plan.found |= {field.name} if step is None or step.active else set()
    plan.steps = in_order([step for step in steps if step.active]) + [step for step in steps if not step.active]
    if "id" not in plan.found:
        plan.missing.append(("id", None))
    taken = {match.column.name for match in found.values()}
    plan.unused = [column.name for column in columns if column.name not in taken]
    return plan


def _needs(match: Match, file_decimal: str | None, texts: frozenset[str]) -> Values:
    is_text = match.column.name in texts
    values = needs_of(match, file_decimal, cast=is_text and match.target in _AMOUNTS)
    if match.target == "adult" and is_text:
        values.keys["cast"] = "bool"
    if match.target == "adult" and not is_text:
        values.keys.pop("map", None)
    return values
