"""A table of orders -> the steps that make it one, what is missing, and what a reader has to know."""

from collections.abc import Sequence

from cdp_pipelines.schemas.columns import COLUMNS, LINE
from cdp_pipelines.suggestions.candidates import MEDIUM, Match, Matches
from cdp_pipelines.suggestions.evidence import evidence_of
from cdp_pipelines.suggestions.headers import language_of, read_name
from cdp_pipelines.suggestions.plans import Plan
from cdp_pipelines.suggestions.scalars import written
from cdp_pipelines.suggestions.shapes import Column, currency_code, decimal_of
from cdp_pipelines.suggestions.steps import Step, in_order, needs_of, step_of

REQUIRED = tuple(column.name for column in COLUMNS if column.required)
_KNOWN = frozenset(column.name for column in COLUMNS)
_ZERO = ("tax", "shipping", "discount", "refund")
_ZONES = {
    "en": "Europe/London",
    "de": "Europe/Berlin",
    "fr": "Europe/Paris",
    "es": "Europe/Madrid",
    "pt": "Europe/Lisbon",
    "zh": "Asia/Shanghai",
}


def plan_orders(columns: Sequence[Column], matches: Matches) -> Plan:
    """Plan how the columns of a file become those of orders, with the matches that were found for them."""
    plan, language = Plan(), language_of(column.name for column in columns)
    made = _from_columns(plan, matches, language, decimal_of(columns))
    _derive(plan, made, matches)
    _tell_missing(plan, matches)
    _tell_levels(plan, matches)
    _tell_zone(plan, matches, language)
    taken = {match.column.name for match in matches.by_target.values()}
    plan.unused = [column.name for column in columns if column.name not in taken]
    plan.notes += [*_unit_prices(plan), *_hashing(plan), *_traps(plan)]
    return plan


def _from_columns(plan: Plan, matches: Matches, language: str | None, file_decimal: str | None) -> dict[str, Match]:
    """Add the steps of matched columns; return the matches that are written."""
    steps, made = [], {}
    for column in COLUMNS:
        match = matches.by_target.get(column.name)
        if match is None:
            continue
        values = needs_of(match, file_decimal)
        step = step_of(match, values, evidence_of(match, language))
        if step is None:
            plan.kept.append(column.name)
        if step is None or step.active:
            made[column.name] = match
        if step is not None:
            steps.append(step)
    active = in_order([step for step in steps if step.active])
    plan.steps += active + [step for step in steps if not step.active]
    demoted = {step.target for step in active if not step.active}
    made = {target: match for target, match in made.items() if target not in demoted}
    plan.found |= set(made)
    return made


def _derive(plan: Plan, made: dict[str, Match], matches: Matches) -> None:
    """Add the columns that follow from others."""
    _add(plan, _user_id_type(plan, made))
    _add(plan, _currency(plan, made))
    _add(plan, _line_currency(plan, made))
    for source, target, confidence, why in _SAME:
        if source in plan.found and not any(step.target == target for step in plan.steps) and target not in plan.found:
            _add(plan, Step({"copy": source, "to": target}, confidence, why))
    doubtful = {target for target in matches.by_target if target not in plan.found}
    plan.notes += [f"{target}: see the doubtful steps" for target in REQUIRED if target in doubtful]


def _user_id_type(plan: Plan, made: dict[str, Match]) -> Step | None:
    if "userId" not in made or "userIdType" in plan.found:
        return None
    column = made["userId"].column
    for kind, share in column.id_kinds.items():
        if share >= 0.9:
            is_device = kind == "gaid"
            doubt = "; they may be of type idfa, cookie or crm_id as well" if is_device else ""
            evidence = f"{share:.0%} of the values of userId are valid as {kind}{doubt}"
            return Step({"new": "userIdType", "value": kind}, "low" if is_device else "high", evidence, not is_device)
    return Step({"new": "userIdType", "value": "crm_id"}, "medium", "the values of userId are ids of the shop's own")


def _currency(plan: Plan, made: dict[str, Match]) -> Step | None:
    """Propose one currency where names or amounts carry it, and only if they agree."""
    amounts = [
        match.column for target, match in made.items() if target.removeprefix(LINE) in (*_ZERO, "total", "subtotal")
    ]
    if "currency" in plan.found or not amounts:
        return None
    carried = {one for column in amounts for one in (column.currency, read_name(column.name).currency) if one}
    if len(carried) != 1:
        return None
    (code,) = carried
    return Step(
        {"new": "currency", "value": code}, "medium", "the amounts or their names carry this currency and no other"
    )


def _line_currency(plan: Plan, made: dict[str, Match]) -> Step | None:
    """Return the currency of lines where only the first row of an order states it, so that a copy would not do."""
    target = f"{LINE}currency"
    if target in plan.found or "currency" not in made or made["currency"].column.filled == 1:
        return None
    codes = {currency_code(value) for value in made["currency"].column.values}
    code = codes.pop() if len(codes) == 1 else None
    why = "only the first row of an order states its currency"
    if code:
        return Step({"new": target, "value": code}, "medium", f"{why}, and it is the same in all of them")
    return Step({"copy": "currency", "to": target}, "low", f"{why}: export it on all rows", False)


def _add(plan: Plan, step: Step | None) -> None:
    if step is not None:
        plan.steps.append(step)
        plan.found |= {step.target} if step.active else set()


_SAME = (
    ("currency", f"{LINE}currency", "high", "lines are in the order's currency"),
    (
        f"{LINE}sku",
        f"{LINE}productId",
        "medium",
        "no other column names the product; the product feed has to use this id",
    ),
    (f"{LINE}productId", f"{LINE}sku", "medium", "no other column names what was sold"),
)
"""Columns that are the same as another one, where a file has but one of them."""


def _tell_missing(plan: Plan, matches: Matches) -> None:
    single = bool(matches.groups and not matches.groups.several)
    for target in REQUIRED:
        if target not in plan.found:
            plan.missing.append((target, _proposal(target, plan, single)))


def _proposal(target: str, plan: Plan, single: bool) -> Step | None:
    """Return a step that may make a required column that is not there."""
    name = target.removeprefix(LINE)
    if target in _CONSTANTS:
        return Step({"new": target, "value": _CONSTANTS[target]}, "low", "if it is the same for all rows", False)
    if target != name and single and name in plan.found and name in (*_ZERO, "total", "subtotal"):
        return Step({"copy": name, "to": target}, "low", "if each order has one line", False)
    if name in _ZERO:
        return Step({"new": target, "value": 0}, "low", "if there is none, or the totals hold it already", False)
    if name == "subtotal" and target.replace("subtotal", "total") in plan.found:
        total = target.replace("subtotal", "total")
        return Step({"copy": total, "to": target}, "low", "if totals hold neither tax nor shipping", False)
    return None


_CONSTANTS = {
    "currency": "EUR",
    "userIdType": "email",
    f"{LINE}currency": "EUR",
    f"{LINE}status": "fulfilled",
    f"{LINE}quantity": 1,
}


def _tell_levels(plan: Plan, matches: Matches) -> None:
    lines = any(target.startswith(LINE) and match.score >= MEDIUM for target, match in matches.by_target.items())
    if matches.groups and not lines and not matches.groups.several:
        plan.notes.append(
            "the file has one row per order and no columns of line items, which orders need: export the lines, too"
        )
    elif matches.groups and not matches.groups.several:
        plan.notes.append(
            "no order has several rows here, so amounts of orders and of lines cannot be told apart by their values"
        )


def _tell_zone(plan: Plan, matches: Matches, language: str | None) -> None:
    times = [match.column.times for target in ("createdAt", "lastUpdated") if (match := matches.by_target.get(target))]
    if any(one and not one.zoned for one in times):
        plan.zone = _ZONES.get(language or "", "Europe/Berlin")


def _unit_prices(plan: Plan) -> list[str]:
    """Say why a unit price is not used where totals of lines are missing."""
    if f"{LINE}total" in plan.found:
        return []
    names = [name for name in plan.unused if any("PRICE" in one.meanings for one in read_name(name).readings)]
    sentence = "{} looks like a unit price, and no step multiplies it by the quantity: export totals of lines, too"
    return [sentence.format(written(name)) for name in names[:1]]


def _hashing(plan: Plan) -> list[str]:
    kinds = [
        step.keys["value"] for step in plan.steps if step.active and step.target == "userIdType" and "new" in step.keys
    ]
    return ["hash_user_id: true stores these e-mail addresses as SHA-256 only"] if kinds == ["email"] else []


def _traps(plan: Plan) -> list[str]:
    """Return warnings of columns that the import would take for what they are not."""
    return [
        f"the file has a column named {name} whose values do not suit it: rename or delete it in a step"
        for name in plan.unused
        if name in _KNOWN
    ]
