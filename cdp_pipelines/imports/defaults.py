"""Defaults that imports share: `defaults.yaml` beside an import's file or in a folder above it; the nearer key wins.

It holds keys of `attributes`, as they would stand in an import. Groups of keys are merged key by key, but for a group
of another `kind`, which replaces the whole one.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from cdp_pipelines.imports.problems import Steps
from cdp_pipelines.imports.yaml_text import Document, read_documents

NAME = "defaults.yaml"
_TOPS = ("pyproject.toml", ".git")
_AT: Steps = ("attributes",)


def with_defaults(document: Document, known: Collection[str], known_anywhere: Collection[str]) -> Document:
    """Return an import's document with what it leaves to the defaults; a mistake is told at the line it stands on.

    Args:
        document: As it is written.
        known: Keys of its own type.
        known_anywhere: Keys of all types; those of others alone are passed by, since defaults are for all types.
    """
    for path in defaults_files(document.path):
        for found in read_documents(path):
            document = _below(document, _only(found, set(known_anywhere) - set(known)))
    return document


def defaults_files(path: Path) -> list[Path]:
    """Return the defaults that count for a file, the nearest first.

    They are looked for up to the root of the project, a folder with `.git` or `pyproject.toml`, or of the disk.
    """
    found: list[Path] = []
    for folder in path.parents:
        if (folder / NAME).is_file():
            found.append(folder / NAME)
        if any((folder / top).exists() for top in _TOPS):
            break
    return found


def _only(defaults: Document, passed_by: Collection[str]) -> Document:
    if not isinstance(defaults.values, Mapping):
        if defaults.values is not None:
            defaults.problems.append(defaults.problem((), "must hold keys of attributes, like site: de"))
        return replace(defaults, values={})
    return replace(defaults, values={key: value for key, value in defaults.values.items() if key not in passed_by})


def _below(document: Document, defaults: Document) -> Document:
    """Return the document over the defaults, of which only what still stands keeps its place."""
    attributes = merged(defaults.values, document.values["attributes"])
    elsewhere = {
        _AT + steps: (defaults.path, line)
        for steps, line in defaults.lines.items()
        if _AT + steps not in document.lines and _stands(attributes, steps)
    }
    doubtful = {_AT + steps: value for steps, value in defaults.doubtful.items() if _AT + steps in elsewhere}
    return replace(
        document,
        values={**document.values, "attributes": attributes},
        elsewhere={**elsewhere, **document.elsewhere},
        doubtful={**doubtful, **document.doubtful},
        problems=[*document.problems, *defaults.problems],
    )


def merged(far: Any, near: Any) -> Any:
    """Return what counts where both state something: the nearer, key by key in groups of the same kind."""
    if not isinstance(far, Mapping) or not isinstance(near, Mapping):
        return near
    if near.get("kind", far.get("kind")) != far.get("kind", near.get("kind")):
        return near
    return {**far, **{key: merged(far[key], value) if key in far else value for key, value in near.items()}}


def _stands(values: Any, steps: Steps) -> bool:
    for step in steps:
        if isinstance(values, Mapping) and step in values:
            values = values[str(step)]
        elif isinstance(values, list) and isinstance(step, int) and step < len(values):
            values = values[step]
        else:
            return False
    return True
