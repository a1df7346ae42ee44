"""What is wrong in a YAML file, each as `file:line: field: what to write instead`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from cdp_pipelines.spec import Spec

Steps = tuple[str | int, ...]
"""Where a value stands in a document: keys, and positions in lists."""


@dataclass(frozen=True)
class Problem:
    """One mistake in a file; `field` is empty where no key is to blame."""

    path: Path
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        """Return the line to show; the path is relative to the current folder where it lies below it."""
        return ": ".join(part for part in (f"{shown(self.path)}:{self.line}", self.field, self.message) if part)


def shown(path: Path) -> str:
    """Return a path as users know it: relative to the current folder where it lies below it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def dotted(steps: Steps) -> str:
    """Return `owners[0]` or `source.uri`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")


def suggestion(word: str, candidates: Sequence[str]) -> str:
    """Return `; did you mean x?`, or nothing when no candidate is alike."""
    from cdp_pipelines.formats.header import did_you_mean

    meant = did_you_mean(word, candidates, cutoff=0.6)
    return f"; did you mean {meant}?" if meant else ""


def sentences(error: ValidationError, model: type[Spec], values: Any) -> Iterator[tuple[Steps, str]]:
    """Yield each mistake that pydantic found: where it is, and what to write instead."""
    for detail in error.errors(include_url=False):
        mistake = _Mistake(detail, tuple(_without_tags(detail["loc"], values)), model, values)
        below = ("kind",) if mistake.lacks_kind else ()
        yield (*mistake.steps, *below), _SENTENCES.get(detail["type"], _other)(mistake)


@dataclass(frozen=True)
class _Mistake:
    """What pydantic found at `steps` of the `values`, which are meant to be of the `model`."""

    detail: ErrorDetails
    steps: Steps
    model: type[Spec]
    values: Any

    @property
    def input(self) -> Any:
        """What stands there."""
        return self.detail["input"]

    @property
    def lacks_kind(self) -> bool:
        """Whether the key `kind`, and not the group of keys around it, is to blame."""
        return self.detail["type"].startswith("union_tag") and isinstance(self.input, Mapping)

    @property
    def owner(self) -> type[Spec]:
        """The model of the group of keys in which it stands."""
        return _model_at(self.model, self.steps[:-1], self.values)

    @property
    def kinds(self) -> list[str]:
        """What `kind` may be there."""
        field = self.owner.model_fields[str(self.steps[-1])]
        return [str(kind) for one in _models(field.annotation) for kind in _kinds(one)]

    @property
    def text(self) -> str:
        """The documentation of the field, on one line."""
        field = _field(self.owner, self.steps[-1]) if self.steps else None
        return re.sub(r"\s+", " ", field.description or "") if field else ""


def _without_tags(loc: Steps, values: Any) -> Iterator[str | int]:
    """Leave out what pydantic adds to a location: the kind that chose the model."""
    for step in loc:
        if isinstance(values, Mapping) and step not in values and values.get("kind") == step:
            continue
        yield step
        values = _inside(values, step)


def _inside(values: Any, step: str | int) -> Any:
    if isinstance(values, Mapping):
        return values.get(step)
    return values[step] if isinstance(values, list) and isinstance(step, int) and step < len(values) else None


def _model_at(model: type[Spec], steps: Steps, values: Any) -> type[Spec]:
    for step in steps:
        values = _inside(values, step)
        field = _field(model, step)
        models = list(_models(field.annotation)) if field else []
        kind = values.get("kind") if isinstance(values, Mapping) else None
        model = next((one for one in models if kind in _kinds(one)), models[0] if models else model)
    return model


def _field(model: type[Spec], key: str | int) -> FieldInfo | None:
    """Return the field that a key of the YAML stands for; some keys are no names in Python."""
    return next((field for name, field in model.model_fields.items() if key == (field.alias or name)), None)


def _models(annotation: Any) -> Iterator[type[Spec]]:
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _kinds(model: type[Spec]) -> tuple[Any, ...]:
    return get_args(model.model_fields["kind"].annotation) if "kind" in model.model_fields else ()


def _unknown(mistake: _Mistake) -> str:
    known = [field.alias or name for name, field in mistake.owner.model_fields.items()]
    return f"unknown key{suggestion(str(mistake.steps[-1]), known) or '; the keys here are ' + ', '.join(known)}"


def _no_choice(mistake: _Mistake) -> str:
    choices = re.findall(r"'([^']*)'", mistake.detail.get("ctx", {}).get("expected", ""))
    return _not_one_of(mistake.input, choices)


def _no_kind(mistake: _Mistake) -> str:
    if not isinstance(mistake.input, Mapping):
        return f"must hold keys of its own, first of all kind: {' or '.join(mistake.kinds)}"
    if "kind" not in mistake.input:
        return f"is missing: write one of {', '.join(mistake.kinds)}"
    return _not_one_of(mistake.input["kind"], mistake.kinds)


def _not_one_of(value: Any, choices: Sequence[str]) -> str:
    written = str(value)[:40]
    return f"{written!r} is not one of {', '.join(map(repr, choices))}{suggestion(written, choices)}"


def _no_text(mistake: _Mistake) -> str:
    if isinstance(mistake.input, bool | int | float):
        return f"must be a text: put quotes around it, else it is read as {type(mistake.input).__name__}"
    if isinstance(mistake.input, Mapping):
        return "must be a text: put quotes around it, since braces make it a group of keys"
    return _other(mistake)


def _own(mistake: _Mistake) -> str:
    return str(mistake.detail.get("ctx", {}).get("error"))


def _other(mistake: _Mistake) -> str:
    """Turn pydantic's own words around: `Input should be less than 2` becomes `must be less than 2`."""
    begin = _BEGINNINGS.get(mistake.detail["type"]) or re.sub(r"^\w+ should", "must", mistake.detail["msg"])
    return f"{'is empty' if mistake.input is None else begin}: {mistake.text}"


_SENTENCES = {
    "extra_forbidden": _unknown,
    "literal_error": _no_choice,
    "union_tag_invalid": _no_kind,
    "union_tag_not_found": _no_kind,
    "model_attributes_type": _no_kind,
    "string_type": _no_text,
    "value_error": _own,
}
_BEGINNINGS = {
    "missing": "is missing",
    "model_type": "must hold keys of its own",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "tuple_type": "must be a list, in brackets or with a dash before each",
}
