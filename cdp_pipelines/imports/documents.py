"""Finding imports: a name, a file or a folder becomes documents, and those become what they describe."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.imports.defaults import NAME, with_defaults
from cdp_pipelines.imports.for_each import one_per_entry
from cdp_pipelines.imports.loaded import (
    ALERT_TARGET,
    PACKAGE,
    TYPES,
    Loaded,
    LoadedAlertTarget,
    LoadedImport,
    has_attributes,
    is_import,
    load,
    name_of,
    noun,
    specification_of,
)
from cdp_pipelines.imports.problems import Problem, shown, suggestion
from cdp_pipelines.imports.spec import ImportSpec
from cdp_pipelines.imports.yaml_text import Document, read_documents


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
    if path.name == NAME or (not chosen and path.stem != "defs" and not _mentions(path, PACKAGE)):
        return []
    documents = read_documents(path)
    if all(document.values is None and not document.problems for document in documents):
        return [Document(path, 1, problems=[Problem(path, 1, "", "is empty: write an import, or remove the file")])]
    return [one for document in documents if _is_ours(document) for one in _completed(document)]


def _completed(document: Document) -> list[Document]:
    """Return the imports that a document stands for, with what they leave to shared defaults; others as they are."""
    if not has_attributes(document) or not is_import(document):
        return [document]
    kinds = [model for model in TYPES.values() if issubclass(model, ImportSpec)]
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
    package = str(document.values.get("type", PACKAGE)).split(".")[0]
    return package == PACKAGE or bool(suggestion(package, [PACKAGE]))


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
        raise ConfigurationError(f"{shown(path)} holds no import: write type: {next(iter(TYPES))} and attributes")
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
    mentioning = [path for path in paths if _mentions(path, ALERT_TARGET)]
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


def _no_such_import(wanted: str, documents: list[Document]) -> str:
    names = sorted({name for document in documents if (name := name_of(document))})
    broken = sum(bool(document.problems) for document in documents)
    listed = ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
    hint = suggestion(wanted, names) or f"; there are {listed or 'none'}"
    unread = f" ({broken} more cannot be read: run cdp-pipelines check)" if broken else ""
    return f"No import is named {wanted} in {shown(defs_folder())}{hint}{unread}"
