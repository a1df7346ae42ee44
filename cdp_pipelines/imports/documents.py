"""Finding imports: a name or a file becomes a specification that knows where it was written."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cdp_pipelines.alerts.spec import AlertTargetSpec
from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.imports.defaults import NAME, with_defaults
from cdp_pipelines.imports.for_each import one_per_entry
from cdp_pipelines.imports.problems import Problem, sentences, shown, suggestion
from cdp_pipelines.imports.spec import ImportSpec, OrderImportSpec, ProductImportSpec
from cdp_pipelines.imports.yaml_text import Document, read_documents
from cdp_pipelines.segments.spec import SegmentSpec

_PACKAGE = "cdp_pipelines"
_SEGMENT = f"{_PACKAGE}.Segment"
_ALERT_TARGET = f"{_PACKAGE}.AlertTarget"
AnySpec = ImportSpec | SegmentSpec | AlertTargetSpec
_TYPES: dict[str, type[AnySpec]] = {
    f"{_PACKAGE}.OrderImport": OrderImportSpec,
    f"{_PACKAGE}.ProductImport": ProductImportSpec,
    _SEGMENT: SegmentSpec,
    _ALERT_TARGET: AlertTargetSpec,
}
_NOUNS = {_SEGMENT: "segment", _ALERT_TARGET: "alert target"}
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


def defs_folder() -> Path:
    """Return the folder of imports: `CDP_DEFS`, else the package's own `defs`.

    Raises:
        ConfigurationError: `CDP_DEFS` names no folder.
    """
    named = os.environ.get("CDP_DEFS")
    if not named:
        return Path(__file__).resolve().parent.parent / "defs"
    folder = Path(named).expanduser().absolute()
    if not folder.is_dir():
        raise ConfigurationError(f"CDP_DEFS names {named}, which is no folder: make it, or name the one with your YAML")
    return folder


def yaml_files(place: Path) -> list[Path]:
    """Return a file itself, or the YAML files below a folder in order of their names; hidden folders are left out.

    Raises:
        ConfigurationError: There is no such file or folder.
    """
    if place.is_dir():
        found = (path for path in place.rglob("*") if path.suffix in (".yaml", ".yml") and path.is_file())
        return sorted(path for path in found if not _hidden(path.relative_to(place)))
    if not place.exists():
        raise ConfigurationError(f"There is no {shown(place)}: write the path of a YAML file, or of a folder of them")
    return [place]


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def our_documents(path: Path, chosen: bool = False) -> list[Document]:
    """Return those documents of a file that are meant for us; other components of a Dagster project are not.

    Shared defaults are in them, and a document with `for_each` is there once per entry.

    Args:
        path: A YAML file.
        chosen: Whether the user named this very file; otherwise only `defs.yaml`, which is Dagster's name for a file of
            components, and files that mention this package are looked into.

    Raises:
        ConfigurationError: The file cannot be opened.
    """
    if path.name == NAME or (not chosen and path.stem != "defs" and not _mentions(path, _PACKAGE)):
        return []
    documents = read_documents(path)
    if all(document.values is None and not document.problems for document in documents):
        return [Document(path, 1, problems=[Problem(path, 1, "", "is empty: write an import, or remove the file")])]
    return [one for document in documents if _is_ours(document) for one in _completed(document)]


def _completed(document: Document) -> list[Document]:
    """Return the imports that a document stands for, with what they leave to shared defaults; others as they are."""
    if not _has_attributes(document) or not is_import(document):
        return [document]
    kinds = [model for model in _TYPES.values() if issubclass(model, ImportSpec)]
    known_anywhere = {key for model in kinds for key in model.model_fields}
    known = specification_of(document).model_fields
    return one_per_entry(with_defaults(document, known, known_anywhere))


def _mentions(path: Path, word: str) -> bool:
    try:
        return word.encode() in path.read_bytes()
    except OSError:
        return False


def _is_ours(document: Document) -> bool:
    """Whether a document is of a type of ours, of one that is nearly spelt so, of none, or cannot be read."""
    if not isinstance(document.values, Mapping):
        return document.values is not None or bool(document.problems)
    package = str(document.values.get("type", _PACKAGE)).split(".")[0]
    return package == _PACKAGE or bool(suggestion(package, [_PACKAGE]))


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
    if not _has_attributes(document):
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
    return _TYPES.get(str(document.values.get("type")), OrderImportSpec)


def _specification(document: Document) -> tuple[AnySpec | None, list[Problem]]:
    model = specification_of(document)
    attributes = document.values["attributes"]
    try:
        return model.model_validate(attributes), []
    except ValidationError as error:
        found = sentences(error, model, attributes)
        return None, [document.problem(("attributes", *steps), message) for steps, message in found]


def _has_attributes(document: Document) -> bool:
    return isinstance(document.values, Mapping) and isinstance(document.values.get("attributes"), Mapping)


def _frame_problems(document: Document) -> Iterator[Problem]:
    """Yield what is wrong around the attributes."""
    values = document.values
    if not isinstance(values, Mapping):
        if not document.problems:
            yield document.problem((), f"must hold the keys type and attributes, like type: {next(iter(_TYPES))}")
        return
    for key in values:
        if key not in _KEYS:
            yield document.problem((key,), f"unknown key{suggestion(key, _KEYS) or '; it belongs below attributes'}")
    if str(values.get("type")) not in _TYPES:
        yield document.problem(("type",), _type_sentence(values.get("type")))
    if not _has_attributes(document):
        needed = _NEEDED[noun(document)]
        yield document.problem(("attributes",), f"is missing: write at least {needed}, indented below it")


def _type_sentence(written: Any) -> str:
    known = " or ".join(_TYPES)
    if written is None:
        return f"is missing: write type: {known}"
    return f"{str(written)[:60]!r} is no type of {_PACKAGE}: write {known}"


def find_import(wanted: str) -> LoadedImport:
    """Return the import of a name, looked for in `defs_folder()`, or that of a YAML file.

    Raises:
        ConfigurationError: There is none or more than one, or its YAML is wrong; the text has a line per mistake.
    """
    if wanted.endswith((".yaml", ".yml")) or Path(wanted).is_file():
        return _only_import(Path(wanted).absolute())
    documents = [document for path in yaml_files(defs_folder()) for document in _imports(path)]
    named = [document for document in documents if name_of(document) == wanted]
    if not named:
        raise ConfigurationError(_no_such_import(wanted, documents))
    if len(named) > 1:
        places = " and ".join(f"{shown(document.path)}:{document.line}" for document in named)
        raise ConfigurationError(f"Several imports are named {wanted} ({places}): give each a name of its own")
    return _loaded(named[0])


def _imports(path: Path, chosen: bool = False) -> list[Document]:
    return [document for document in our_documents(path, chosen) if is_import(document)]


def _only_import(path: Path) -> LoadedImport:
    if not path.exists():
        raise ConfigurationError(
            f"There is no file {shown(path)}: write an import's name, or the path of its YAML file"
        )
    documents = _imports(path, chosen=True)
    if not documents:
        raise ConfigurationError(f"{shown(path)} holds no import: write type: {next(iter(_TYPES))} and attributes")
    if len(documents) > 1 and not any(document.problems for document in documents):
        names = ", ".join(name_of(document) or "?" for document in documents)
        raise ConfigurationError(
            f"{shown(path)} holds several imports ({names}): set CDP_DEFS to its folder and name the one to run"
        )
    return _loaded(*(document for document in documents if document.problems or document is documents[0]))


def load_at(path: Path, line: int) -> list[LoadedImport]:
    """Return the imports of the document that begins at a line of a file; several if it has `for_each`.

    Raises:
        ConfigurationError: Its YAML is wrong; the text has a line per mistake.
    """
    documents = [document for document in our_documents(path, chosen=True) if document.line == line]
    return [loaded for loaded in _all_loaded(documents) if isinstance(loaded, LoadedImport)]


def alert_targets_in(paths: Iterable[Path]) -> list[LoadedAlertTarget]:
    """Return the alert targets in YAML files; those that mention none are not read.

    Raises:
        ConfigurationError: The YAML of one is wrong; the text has a line per mistake.
    """
    mentioning = [path for path in paths if _mentions(path, _ALERT_TARGET)]
    documents = [one for path in mentioning for one in our_documents(path) if noun(one) == "alert target"]
    return [loaded for loaded in _all_loaded(documents) if isinstance(loaded, LoadedAlertTarget)]


def _loaded(*documents: Document) -> LoadedImport:
    found = [loaded for loaded in _all_loaded(documents) if isinstance(loaded, LoadedImport)]
    return found[0]


def _all_loaded(documents: Sequence[Document]) -> list[Loaded]:
    results = [load(document) for document in documents]
    problems = [problem for _, found in results for problem in found]
    if problems:
        in_order = sorted(dict.fromkeys(problems), key=lambda problem: problem.line)
        raise ConfigurationError("\n".join(map(str, in_order)))
    return [loaded for loaded, _ in results if loaded]


def name_of(document: Document) -> str | None:
    """Return the name that a document gives its import, right or wrong; None if it gives none."""
    attributes = document.values.get("attributes") if isinstance(document.values, Mapping) else None
    name = attributes.get("name") if isinstance(attributes, Mapping) else None
    return None if name is None else str(name)


def _no_such_import(wanted: str, documents: list[Document]) -> str:
    names = sorted({name for document in documents if (name := name_of(document))})
    broken = sum(bool(document.problems) for document in documents)
    listed = ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
    hint = suggestion(wanted, names) or f"; there are {listed or 'none'}"
    unread = f" ({broken} more cannot be read: run cdp-pipelines check)" if broken else ""
    return f"No import is named {wanted} in {shown(defs_folder())}{hint}{unread}"
