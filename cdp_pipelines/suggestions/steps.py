"""Matches -> steps of `transform`: what has to be done to a column's values so that its target can read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdp_pipelines.schemas.columns import COLUMNS
from cdp_pipelines.schemas.currencies import ISO_4217
from cdp_pipelines.schemas.products import PRODUCT_COLUMNS
from cdp_pipelines.suggestions.candidates import MEDIUM, Match
from cdp_pipelines.suggestions.shapes import CURRENCY_WORDS, Column
from cdp_pipelines.suggestions.statuses import status_of

_TYPES = {column.name: column.type for column in (*PRODUCT_COLUMNS, *COLUMNS)}
_TRUE = frozenset(["true", "yes", "ja", "oui", "si", "sim", "sí", "是", "y", "1", "t"])


@dataclass(frozen=True)
class Step:
    """One step and why it is proposed.

    Attributes:
        keys: As `transform` takes them.
        confidence: high, medium or low.
        evidence: What speaks for it.
        active: Whether it is written as a step, and not as a comment.
    """

    keys: Mapping[str, Any]
    confidence: str
    evidence: str
    active: bool = True

    @property
    def source(self) -> str | None:
        """The column that it reads."""
        return self.keys.get("rename") or self.keys.get("copy")

    @property
    def target(self) -> str:
        """The column that it makes."""
        return self.keys.get("to") or self.keys["new"]


@dataclass
class Values:
    """What values need: keys of a step, why the step is doubtful, and what no step can do."""

    keys: dict[str, Any] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    impossible: str | None = None
    notes: list[str] = field(default_factory=list)


def needs_of(match: Match, file_decimal: str | None, cast: bool = False) -> Values:
    """Return what the values of a match need; `cast` where numbers in text have to become numbers, as in feeds."""
    found, column, kind = Values(), match.column, _TYPES[match.target]
    if match.target == "orderId":
        if column.padded:
            found.notes.append("blanks stand around some ids and stay there: an id cannot be changed")
        return found
    mapped: dict[str, Any] = dict.fromkeys(column.blank_words)
    if kind in ("number", "discount", "integer"):
        _numbers(found, column, file_decimal, cast)
    elif kind == "timestamp":
        _moments(found, column)
    elif kind in _WORDS:
        mapped |= _WORDS[kind](found, column)
    before: dict[str, Any] = {"trim": True} if column.padded else {}
    found.keys = before | ({"map": mapped} if mapped else {}) | found.keys
    return found


def _numbers(found: Values, column: Column, file_decimal: str | None, cast: bool) -> None:
    notation = column.notation(file_decimal)
    if notation.decimal and column.values:
        found.keys["decimal"] = notation.decimal
    if cast:
        found.keys["cast"] = "float"
    if not notation.sure:
        found.doubts.append("whether a comma or a point is the decimal sign cannot be told from these values")
    if column.share(lambda value: "-" in value or "\u2212" in value) > 0:
        found.notes.append("some values are negative, which orders refuse")


def _moments(found: Values, column: Column) -> None:
    times = column.times
    if times is None:
        return
    if times.epoch:
        found.impossible = f"these are {times.epoch} since 1970, which no step reads: export them as ISO 8601"
    if times.other:
        found.doubts.append(f"whether day or month comes first cannot be told: it may be {times.other} as well")
    if times.pattern:
        found.keys["timestamp"] = times.pattern


def _currencies(_found: Values, column: Column) -> dict[str, Any]:
    return {
        value.strip(): CURRENCY_WORDS[value.strip().casefold()]
        for value in sorted(column.values)
        if value.strip() not in ISO_4217 and value.strip().casefold() in CURRENCY_WORDS
    }


def _statuses(found: Values, column: Column) -> dict[str, Any]:
    values = sorted({value.strip() for value in column.values})
    known = {value: status for value in values if (status := status_of(value))}
    if len(known) < len(values):
        found.doubts.append(f"{len(values) - len(known)} of its {len(values)} words are not known: add them to the map")
    return {value: status for value, status in known.items() if value != status}


def _booleans(_found: Values, column: Column) -> dict[str, Any]:
    values = sorted({value.strip() for value in column.values})
    meant = {value: "true" if value.casefold() in _TRUE else "false" for value in values}
    return {value: word for value, word in meant.items() if value != word}


_WORDS = {"currency": _currencies, "status": _statuses, "boolean": _booleans}


def step_of(match: Match, values: Values, evidence: str) -> Step | None:
    """Return the step that makes a target of a column; None where the column is right as it is."""
    name = match.column.name
    doubtful = bool(values.doubts) or match.score < MEDIUM or values.impossible is not None
    if name == match.target and not values.keys and not doubtful:
        return None
    action = "copy" if name == "orderId" != match.target else "rename"
    confidence = "low" if doubtful else match.confidence
    remarks = [*values.doubts, *([values.impossible] if values.impossible else []), *values.notes]
    return Step(
        {action: name, "to": match.target, **values.keys}, confidence, "; ".join([evidence, *remarks]), not doubtful
    )


def in_order(steps: Sequence[Step]) -> list[Step]:
    """Return steps so that none takes the place of a column that a later one reads.

    Where columns change places in a circle the last one of them can only be a comment.
    """
    waiting, found = list(steps), []
    while waiting:
        ready = [
            step for step in waiting if not any(other is not step and other.source == step.target for other in waiting)
        ]
        if not ready:
            step = waiting.pop()
            found.append(
                Step(step.keys, "low", f"{step.evidence}; another step needs the column of that name first", False)
            )
            continue
        found += ready
        waiting = [step for step in waiting if step not in ready]
    return found
