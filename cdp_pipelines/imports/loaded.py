"""What a YAML document describes: an import, a segment or an alert target, which knows where it was written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cdp_pipelines.alerts.spec import AlertTargetSpec
from cdp_pipelines.imports.problems import Problem, sentences, suggestion
from cdp_pipelines.imports.record_specs import EventImportSpec, PromotionImportSpec, VoucherImportSpec
from cdp_pipelines.imports.spec import ImportSpec, OrderImportSpec, ProductImportSpec
from cdp_pipelines.imports.yaml_text import Document
from cdp_pipelines.segments.spec import SegmentSpec

PACKAGE = "cdp_pipelines"
"""What types of ours begin with."""
_SEGMENT = f"{PACKAGE}.Segment"
ALERT_TARGET = f"{PACKAGE}.AlertTarget"
"""The type of alert targets."""
AnySpec = ImportSpec | SegmentSpec | AlertTargetSpec
TYPES: dict[str, type[AnySpec]] = {
    f"{PACKAGE}.OrderImport": OrderImportSpec,
    f"{PACKAGE}.ProductImport": ProductImportSpec,
    f"{PACKAGE}.PromotionImport": PromotionImportSpec,
    f"{PACKAGE}.VoucherImport": VoucherImportSpec,
    f"{PACKAGE}.EventImport": EventImportSpec,
    _SEGMENT: SegmentSpec,
    ALERT_TARGET: AlertTargetSpec,
}
"""What attributes are read as, by the document's type."""
_NOUNS = {_SEGMENT: "segment", ALERT_TARGET: "alert target"}
_NEEDED = {"import": "name, source and format", "segment": "name and rfm or rule", "alert target": "name and target"}
_DAGSTER_KEYS = ("requirements", "post_processing")  # Dagster's own beside type and attributes; we pass them by
_KEYS = ("type", "attributes", *_DAGSTER_KEYS)


@dataclass(frozen=True)
class LoadedImport:
    """An import's specification and where it was written.

    Attributes:
        path: The YAML file.
        line: Line on which the document begins, counted from 1.
        folder: Folder of the file, to which relative paths refer.
    """

    spec: ImportSpec
    path: Path
    line: int
    folder: Path


@dataclass(frozen=True)
class LoadedSegment:
    """A segment's specification and where it was written: the YAML file and the line of the document."""

    spec: SegmentSpec
    path: Path
    line: int


@dataclass(frozen=True)
class LoadedAlertTarget:
    """An alert target's specification and where it was written: the YAML file and the line of the document."""

    spec: AlertTargetSpec
    path: Path
    line: int


Loaded = LoadedImport | LoadedSegment | LoadedAlertTarget


def noun(document: Document) -> str:
    """Return what a document is: a segment, an alert target, or an import, which all others are meant to be."""
    kind = document.values.get("type") if isinstance(document.values, Mapping) else None
    return _NOUNS.get(str(kind), "import")


def is_import(document: Document) -> bool:
    """Return whether a document is an import, or is meant to be."""
    return noun(document) == "import"


def load(document: Document) -> tuple[Loaded | None, list[Problem]]:
    """Return a document's import, segment or alert target, or None and everything that is wrong with it."""
    problems = [*document.problems, *_frame_problems(document)]
    if not has_attributes(document):
        return None, problems
    spec, mistakes = _specification(document)
    problems += mistakes
    if problems or spec is None:
        return None, problems
    if isinstance(spec, SegmentSpec):
        return LoadedSegment(spec, document.path, document.line), []
    if isinstance(spec, AlertTargetSpec):
        return LoadedAlertTarget(spec, document.path, document.line), []
    return LoadedImport(spec, document.path, document.line, document.path.parent), []


def specification_of(document: Document) -> type[AnySpec]:
    """Return the model of a document's attributes."""
    return TYPES.get(str(document.values.get("type")), OrderImportSpec)


def _specification(document: Document) -> tuple[AnySpec | None, list[Problem]]:
    model = specification_of(document)
    attributes = document.values["attributes"]
    try:
        return model.model_validate(attributes), []
    except ValidationError as error:
        found = sentences(error, model, attributes)
        return None, [document.problem(("attributes", *steps), message) for steps, message in found]


def has_attributes(document: Document) -> bool:
    """Return whether a document has keys below `attributes`."""
    return isinstance(document.values, Mapping) and isinstance(document.values.get("attributes"), Mapping)


def _frame_problems(document: Document) -> Iterator[Problem]:
    """Yield what is wrong around the attributes."""
    values = document.values
    if not isinstance(values, Mapping):
        if not document.problems:
            yield document.problem((), f"must hold the keys type and attributes, like type: {next(iter(TYPES))}")
        return
    for key in values:
        if key not in _KEYS:
            yield document.problem((key,), f"unknown key{suggestion(key, _KEYS) or '; it belongs below attributes'}")
    if str(values.get("type")) not in TYPES:
        yield document.problem(("type",), _type_sentence(values.get("type")))
    if not has_attributes(document):
        needed = _NEEDED[noun(document)]
        yield document.problem(("attributes",), f"is missing: write at least {needed}, indented below it")


def _type_sentence(written: Any) -> str:
    known = " or ".join(TYPES)
    if written is None:
        return f"is missing: write type: {known}"
    return f"{str(written)[:60]!r} is no type of {PACKAGE}: write {known}"


def name_of(document: Document) -> str | None:
    """Return the name that a document gives its import, right or wrong; None if it gives none."""
    attributes = document.values.get("attributes") if isinstance(document.values, Mapping) else None
    name = attributes.get("name") if isinstance(attributes, Mapping) else None
    return None if name is None else str(name)
