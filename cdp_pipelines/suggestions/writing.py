"""A suggestion -> YAML with its reasons as comments, which YAML 1.1 and 1.2 read alike.

Names of columns are written by whoever made the file: each but the plainest is put in double quotes, with escapes for
what does not print, so that none ends its line, its quotes or its comment.
"""

import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdp_pipelines.suggestions.orders import Plan
from cdp_pipelines.suggestions.steps import Step

_WIDTH = 118
_MOST_NAMES = 60
_LONGEST_NAME = 80
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:[./-][A-Za-z0-9_]+)*", re.ASCII)
_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"])
"""Words that some reader of YAML takes for something else than text."""


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


def written(value: Any) -> str:
    """Return a value in YAML's flow style, on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{written(key)}: {written(one)}" for key, one in value.items()) + "}"
    if value is None or isinstance(value, bool | int | float):
        return json.dumps(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return quoted(value)


def quoted(text: str) -> str:
    """Return a text in double quotes."""
    return "".join(
        one if one.isprintable() and one not in "\ufeff\u2028\u2029\x85" else _escaped(one)
        for one in json.dumps(text, ensure_ascii=False)
    )


def _escaped(one: str) -> str:
    return f"\\u{ord(one):04x}" if ord(one) < 0x10000 else f"\\U{ord(one):08x}"


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
