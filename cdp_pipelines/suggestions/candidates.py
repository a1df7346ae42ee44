"""Columns against targets: what each could be, how surely, and the best one-to-one choice of all."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cdp_pipelines.schemas.columns import LINE
from cdp_pipelines.suggestions.assignment import assign
from cdp_pipelines.suggestions.fits import HASHED, fit
from cdp_pipelines.suggestions.grouping import Groups, groups_of, repetition
from cdp_pipelines.suggestions.headers import Reading, read_name
from cdp_pipelines.suggestions.rules import Rule, order_rules, product_rules, weight_of
from cdp_pipelines.suggestions.shapes import Column

HIGH, MEDIUM = 0.85, 0.7
"""Scores from which a mapping is believed, and from which it is written; below, it is left as a comment."""
OWN_NAME = 1.2
"""Score of a column that has the very name of its target: it wins against all others."""
AS_LIKELY = 0.05
TIED = 0.65
"""What is left of a score when another column is as likely and says something else."""
_WORTH_A_LINE = 0.2
_LONGEST_ORDER = 500
"""Rows of an order from which its id is none: a column of the shop, or of the day."""
_HAS_DIGIT = re.compile(r"\d").search
LONGEST = 200
"""Characters of a column's name that a step may hold; a longer one is no name."""

LEVELS = {"total", "subtotal", "tax", "shipping", "discount", "refund"}


@dataclass(frozen=True)
class Match:
    """A column that is taken for a target.

    Attributes:
        score: How surely, up to `OWN_NAME`.
        reading: How its name was understood; None where the values alone tell.
        level: What it tells of by its values: order, line, or unknown.
        rival: The name of a column that is as likely.
    """

    target: str
    column: Column
    score: float
    reading: Reading | None
    level: str = "unknown"
    rival: str | None = None

    @property
    def confidence(self) -> str:
        """The score as a word."""
        return "high" if self.score >= HIGH else "medium" if self.score >= MEDIUM else "low"


@dataclass(frozen=True)
class Matches:
    """What was found in a table of orders: matches by target, and its orders if there is an order id."""

    by_target: Mapping[str, Match]
    groups: Groups | None

    @property
    def believed(self) -> set[str]:
        """The targets that are certain enough to be written."""
        return {target for target, match in self.by_target.items() if match.score >= MEDIUM}


def match_orders(columns: Sequence[Column]) -> Matches:
    """Match the columns of a file with those of orders."""
    columns = _writable(columns)
    order_id = _order_id(columns)
    groups = groups_of(order_id.column) if order_id and order_id.score >= MEDIUM else None
    if groups and groups.longest > _LONGEST_ORDER:
        groups = None
    scored: dict[tuple[str, str], Match] = {}
    for column in columns:
        level = groups.level(column) if groups else "unknown"
        for match in _scores(column, order_rules(), "", level):
            scored[match.target, column.name] = match
    if order_id:  # that column is nothing else, and no other column is that
        name = order_id.column.name
        scored = {key: match for key, match in scored.items() if key[0] != "orderId" and key[1] != name}
        scored["orderId", name] = order_id
    return Matches(_chosen(scored), groups)


def match_products(columns: Sequence[Column]) -> Matches:
    """Match the fields of a file with those of products."""
    scored = {
        (match.target, column.name): match
        for column in _writable(columns)
        for match in _scores(column, product_rules(), "product ", "unknown")
    }
    return Matches(_chosen(scored), None)


def _writable(columns: Sequence[Column]) -> list[Column]:
    """Return the columns whose name a step may hold: `{{` would be taken for a template."""
    return [column for column in columns if len(column.name) <= LONGEST and "{{" not in column.name]


def _scores(column: Column, rules: Mapping[str, tuple[Rule, ...]], prefix: str, level: str) -> list[Match]:
    found = []
    for target, its_rules in rules.items():
        best = _best(column, target, its_rules, prefix, level)
        if best and best.score > _WORTH_A_LINE:
            found.append(best)
    return found


def _best(column: Column, target: str, rules: tuple[Rule, ...], prefix: str, level: str) -> Match | None:
    readings = read_name(column.name).readings
    matches = [
        Match(target, column, score, reading, level)
        for reading in readings
        if (weight := _weight(column, target, rules, reading, level))
        and (score := weight * fit(prefix + target, column, reading))
    ]
    if not matches and target in _TOLD_BY_VALUES:
        matches = _by_values(target, column, level)
    return max(matches, key=lambda one: one.score, default=None)


def _weight(column: Column, target: str, rules: tuple[Rule, ...], reading: Reading, level: str) -> float:
    """Return the weight of a name, which the level of its values can take back."""
    if column.name == target:
        return OWN_NAME
    weight = weight_of(rules, reading, level)
    if target in LEVELS and level == "line":
        return 0.0 if "ORDER" not in reading.meanings else weight * 0.5
    if target.startswith(LINE) and target.removeprefix(LINE) in LEVELS and level == "order":
        return weight if "LINE" in reading.meanings else weight * 0.5
    if target == f"{LINE}quantity" and level == "order":
        return weight * 0.7
    if level == "line" and target in ("userId", "createdAt", "currency", "promotions"):
        return weight * 0.8
    return weight


_TOLD_BY_VALUES = ("userId", "currency")


def _by_values(target: str, column: Column, level: str) -> list[Match]:
    """Take a column whose name says nothing for a target, if its values can hardly be anything else."""
    readings = read_name(column.name).readings
    if not column.values or any(reading.meanings for reading in readings):
        return []
    if target == "currency":
        return [Match(target, column, 0.72, None, level)] if column.currencies == 1 else []
    shaped = max(column.id_kinds[name] for name in HASHED)
    return [Match(target, column, 0.6 * shaped, None, level)] if shaped >= 0.95 else []


def _order_id(columns: Sequence[Column]) -> Match | None:
    """Return the column of order ids: by name, and of those that are alike the one whose values stay together."""
    found = [
        match for column in columns if (match := _best(column, "orderId", order_rules()["orderId"], "", "unknown"))
    ]
    ranked = [replace(match, score=round(match.score * _together(match), 3)) for match in found]
    best = max(ranked, key=lambda match: match.score, default=None)
    return best if best and best.score > _WORTH_A_LINE else None


def _together(match: Match) -> float:
    """Return the factor for how ids stand together: rows of an order are neighbours.

    A name that says little, like `Name` in exports of Shopify, is believed if ids repeat among neighbours and never
    come back.
    """
    repeats, returns = repetition(match.column)
    if match.score < MEDIUM and repeats > 0.05 and returns == 0 and match.column.share(_HAS_DIGIT) >= 0.9:
        return (MEDIUM + 0.01) / match.score
    return 1 - 0.3 * returns


def _chosen(scored: Mapping[tuple[str, str], Match]) -> dict[str, Match]:
    """Choose a column for each target, and doubt those that another free column could be as well."""
    chosen = assign({key: match.score for key, match in scored.items()})
    taken = set(chosen.values())
    found = {}
    for target, name in chosen.items():
        match = scored[target, name]
        rivals = [
            other
            for (wanted, _), other in scored.items()
            if wanted == target and other.column.name not in taken and other.score >= match.score - AS_LIKELY
        ]
        rival = next((other for other in rivals if other.column.cells != match.column.cells), None)
        if rival:
            match = replace(match, score=match.score * TIED, rival=rival.column.name)
        found[target] = match
    return found
