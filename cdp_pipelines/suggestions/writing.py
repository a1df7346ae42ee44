"""A suggestion -> YAML with its reasons as comments."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cdp_pipelines.suggestions.plans import Plan
from cdp_pipelines.suggestions.scalars import written
from cdp_pipelines.suggestions.steps import Step

_WIDTH = 118
_MOST_NAMES = 60
_LONGEST_NAME = 80


@dataclass
class Suggestion:
    """An import, and what its reader has to know.

    Attributes:
        head: Sentences above everything.
        type: The document's type.
        attributes: Keys of the import but for `format` and `transform`.
        format: The keys of `format`, its kind first.
        format_notes: Sentences above `format`.
        plan: What to do with the columns.
    """

    head: list[str]
    type: str
    attributes: dict[str, Any]
    format: dict[str, Any]
    format_notes: list[str] = field(default_factory=list)
    plan: Plan = field(default_factory=Plan)


def yaml_of(found: Suggestion) -> str:
    """Return the YAML of a suggestion; the same suggestion gives the same text."""
    lines = [*_comments(found.head), f"type: {found.type}", "attributes:"]
    lines += [f"  {key}: {written(value)}" for key, value in found.attributes.items()]
    lines += [*_comments(found.format_notes, "  "), f"  format: {written(found.format)}"]
    lines += _zone(found.plan)
    lines += _transform(found.plan)
    lines += _rest(found.plan)
    return "\n".join(lines) + "\n"


def _comments(sentences: Sequence[str], indent: str = "") -> list[str]:
    """Return sentences as comments of bounded width; a sentence may hold anything but what ends its line."""
    lines = []
    for sentence in sentences:
        folded = " ".join(sentence.split())
        wrapped = textwrap.wrap(folded, _WIDTH - len(indent), break_long_words=False, break_on_hyphens=False)
        lines += [f"{indent}# {line}" for line in wrapped]
    return lines


def _zone(plan: Plan) -> list[str]:
    if plan.zone is None:
        return []
    why = "times state no zone and are read as UTC: write the zone of the shop's clock, and remove the #"
    return [*_comments([f"low: {why}"], "  "), f"  # timezone: {plan.zone}"]


def _transform(plan: Plan) -> list[str]:
    active = [step for step in plan.steps if step.active]
    doubtful = [step for step in plan.steps if not step.active]
    proposed = [(target, step) for target, step in plan.missing if not any(one.target == target for one in doubtful)]
    if not active and not doubtful and not proposed:
        return []
    lines = ["  transform:" if active else "  # transform:"]
    for step in active:
        lines += _step(step)
    if doubtful:
        lines += _comments(["Doubtful: remove the # before what is right, and see what is wrong."], "    ")
    for step in doubtful:
        lines += _step(step)
    return lines + _missing(proposed)


def _missing(proposed: Sequence[tuple[str, Step | None]]) -> list[str]:
    lines = _comments(["Required, and nothing found for it:"], "    ") if proposed else []
    for target, step in proposed:
        if step is None:
            lines += _comments(
                [f"{target}: no column and no constant; export it, or rename the column that holds it"], "    "
            )
        else:
            lines += [f"    # - {written(step.keys)}  # {target}, {step.evidence}"]
    return lines


def _step(step: Step) -> list[str]:
    mark = "" if step.active else "# "
    return [
        *_comments([f"{step.confidence}: {step.target}: {step.evidence}"], "    "),
        f"    {mark}- {written(step.keys)}",
    ]


def _rest(plan: Plan) -> list[str]:
    sentences = list(plan.notes)
    if plan.kept:
        sentences.append(f"Right as they are: {', '.join(plan.kept)}.")
    if plan.unused:
        names = [written(name[:_LONGEST_NAME]) for name in plan.unused[:_MOST_NAMES]]
        more = f" and {len(plan.unused) - _MOST_NAMES} more" if len(plan.unused) > _MOST_NAMES else ""
        sentences.append(f"Not used: {', '.join(names)}{more}. A column renamed to custom_NAME is kept with its order.")
    return _comments(sentences, "  ")
