"""Everything that is wrong with the YAML of imports, segments and alert targets, found at once and without Dagster."""

import copy
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cdp_pipelines.errors import CdpError
from cdp_pipelines.imports.documents import defs_folder, our_documents, yaml_files
from cdp_pipelines.imports.loaded import (
    AnySpec,
    LoadedAlertTarget,
    LoadedImport,
    LoadedSegment,
    load,
    name_of,
    noun,
    specification_of,
)
from cdp_pipelines.imports.partitions import fill, first_partition, newest_partition
from cdp_pipelines.imports.problems import Problem, Steps, shown
from cdp_pipelines.imports.spec import ImportSpec, OrderImportSpec, ProductImportSpec
from cdp_pipelines.imports.yaml_text import Document
from cdp_pipelines.sources import RemoteSource


@dataclass(frozen=True)
class Examined:
    """The imports, segments and alert targets of a place: those that are right, and what is wrong with the others."""

    imports: list[LoadedImport]
    problems: list[Problem]
    segments: list[LoadedSegment]
    alert_targets: list[LoadedAlertTarget]


def check(path: Path | None = None, connect: bool = False) -> list[Problem]:
    """Return all problems of a file, of a folder, or of `defs_folder()`.

    Args:
        path: A YAML file or a folder of them; None for the folder that runs.
        connect: Whether to open the store and list each source, too.

    Raises:
        CdpError: There is no such file or folder; with `connect`, also what is wrong with the store.
    """
    examined = examine(path)
    problems = [*examined.problems, *unset_variables(examined)]
    return [*problems, *(unreachable(examined.imports) if connect else [])]


def examine(path: Path | None = None) -> Examined:
    """Load all imports, segments and alert targets of a file, of a folder, or of `defs_folder()`.

    Raises:
        ConfigurationError: There is no such file or folder.
    """
    place = (path or defs_folder()).absolute()
    documents = [one for file in yaml_files(place) for one in our_documents(file, chosen=file == place)]
    results = [load(document) for document in documents]
    problems = [problem for _, found in results for problem in found]
    problems += _same_names(documents)
    for document, (loaded, _) in zip(documents, results, strict=True):
        problems += _doubtful(document, loaded.spec) if loaded else []
    imports = [loaded for loaded, _ in results if isinstance(loaded, LoadedImport)]
    segments = [loaded for loaded, _ in results if isinstance(loaded, LoadedSegment)]
    targets = [loaded for loaded, _ in results if isinstance(loaded, LoadedAlertTarget)]
    # What shared defaults or one list of entries get wrong is wrong in many imports, and told once.
    problems = sorted(dict.fromkeys(problems), key=lambda problem: (problem.path, problem.line))
    return Examined(imports, problems, segments, targets)


def _same_names(documents: list[Document]) -> Iterator[Problem]:
    """Yield a problem for each import whose name another one has, or has but for what Dagster's names leave out.

    Segments and alert targets have names of their own, under the same rule.
    """
    alike: dict[tuple[str, str], list[tuple[str, Document]]] = defaultdict(list)
    for document in documents:
        if name := name_of(document):
            word = re.sub(r"\W", "_", name.replace("/", "__"))
            alike[noun(document), word].append((name, document))
    for (first_name, first), *others in alike.values():
        for name, document in others:
            yield document.problem(("attributes", "name"), _same_name(name, first_name, first))


def _same_name(name: str, first_name: str, first: Document) -> str:
    path, line = first.place_of(("attributes", "name"))
    place = f"{shown(path)}:{line}"
    if name == first_name:
        return f"{name!r} is taken, see {place}: give each {noun(first)} a name of its own"
    return f"{name!r} and {first_name!r} ({place}) have one name in Dagster: make them differ in letters or digits"


def _doubtful(document: Document, spec: AnySpec) -> Iterator[Problem]:
    """Yield the scalars that Dagster, a reader of YAML 1.1, would take for another value."""
    for steps, other in document.doubtful.items():
        if steps[:1] == ("attributes",) and not _means(document, steps[1:], other, spec):
            written = str(other).lower() if isinstance(other, bool) else other
            yield document.problem(steps, f"put quotes around it: other readers of YAML take it for {written}")


def _means(document: Document, steps: Steps, other: Any, spec: AnySpec) -> bool:
    """Whether what is described stays what it is with another value at `steps`."""
    changed: Any = copy.deepcopy(document.values["attributes"])
    part = changed
    for step in steps[:-1]:
        part = part[step]
    part[steps[-1]] = other
    try:
        return specification_of(document).model_validate(changed) == spec
    except ValidationError:
        return False


def unset_variables(examined: Examined) -> list[Problem]:
    """Return the environment variables that alert targets, sources and steps name and that are not set here."""
    return [
        *_unset_of_targets(examined.alert_targets),
        *_unset_credentials(examined.imports),
        *_unset_keys(examined.imports),
    ]


def _unset_of_targets(targets: list[LoadedAlertTarget]) -> list[Problem]:
    return [
        Problem(loaded.path, loaded.line, "target", _unset(name))
        for loaded in targets
        for name in loaded.spec.target.variables()
        if not os.environ.get(name)
    ]


def _unset_credentials(imports: list[LoadedImport]) -> list[Problem]:
    return [
        Problem(*_place(loaded, "source", "credentials"), "source.credentials", sentence)
        for loaded in imports
        if isinstance(loaded.spec.source, RemoteSource)
        for sentence in loaded.spec.source.unset()
    ]


def _unset_keys(imports: list[LoadedImport]) -> list[Problem]:
    return [
        Problem(*_place(loaded, "transform", number, "key"), f"transform[{number}].key", _unset(step.key))
        for loaded in imports
        if isinstance(loaded.spec, OrderImportSpec | ProductImportSpec)
        for number, step in enumerate(loaded.spec.transform)
        if step.key and not os.environ.get(step.key)
    ]


def _unset(name: str) -> str:
    return f"{name} is not set: set this environment variable where this runs"


def unreachable(imports: list[LoadedImport]) -> list[Problem]:
    """Open the store and the landing, list each import's source, and return the sources that cannot be listed.

    Raises:
        CdpError: What is wrong with the store or the landing.
    """
    from cdp_pipelines.imports.landing import import_landing
    from cdp_pipelines.store import open_store

    open_store()
    import_landing().check()
    return [problem for loaded in imports for problem in _source_problems(loaded)]


def _source_problems(loaded: LoadedImport) -> Iterator[Problem]:
    from cdp_pipelines.sources import open_source

    source = open_source(loaded.spec.source, loaded.folder)
    uris = _uris_to_try(loaded.spec)
    failures: list[CdpError] = []
    for uri in uris:
        try:
            source.list(uri)
        except CdpError as error:
            failures.append(error)
        else:
            return
    yield Problem(*_place(loaded, "source", "uri"), "source.uri", str(failures[0]))


def _uris_to_try(spec: ImportSpec) -> list[str]:
    """Return the address of the newest partition and, as it may not be there yet, of the first one."""
    if spec.partitions is None:
        return [fill(spec.source.uri, None)]
    newest, first = newest_partition(spec.partitions), first_partition(spec.partitions)
    return list(dict.fromkeys(fill(spec.source.uri, partition) for partition in (newest or first, first)))


def _place(loaded: LoadedImport, *steps: str | int) -> tuple[Path, int]:
    """Return file and line of one of the import's attributes."""
    for document in our_documents(loaded.path, chosen=True):
        if document.line == loaded.line and name_of(document) == loaded.spec.name:
            return document.place_of(("attributes", *steps))
    return loaded.path, loaded.line
