"""YAML as documents of plain values that know their lines.

Only what YAML 1.2 calls a number or a boolean becomes one: `no`, `010`, `12:30:00` and dates stay the text that stands
there. `Document.doubtful` has those that readers of YAML 1.1 (Dagster's among them) take for something else.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.imports.problems import Problem, Steps, dotted, shown

_TAG = "tag:yaml.org,2002:"
_TEXTS = {_TAG + name for name in ("str", "timestamp", "value")}
_MOST_NODES = 20_000  # aliases of aliases can ask for billions


@dataclass(frozen=True)
class Document:
    """One document of a file.

    Attributes:
        line: Where it begins, counted from 1.
        values: Mappings, lists and scalars.
        lines: Line of each key and each item of a list.
        doubtful: Scalars that are text here and something else in YAML 1.1, with that other value.
        problems: Duplicate keys and the like.
        elsewhere: File and line of each key that stands in another file, that of shared defaults.
    """

    path: Path
    line: int
    values: Any = None
    lines: dict[Steps, int] = field(default_factory=dict)
    doubtful: dict[Steps, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    elsewhere: dict[Steps, tuple[Path, int]] = field(default_factory=dict)

    def place_of(self, steps: Steps) -> tuple[Path, int]:
        """Return file and line of a key, or of the nearest one around it when it is not there."""
        while steps and steps not in self.lines and steps not in self.elsewhere:
            steps = steps[:-1]
        return self.elsewhere.get(steps) or (self.path, self.lines.get(steps, self.line))

    def problem(self, steps: Steps, message: str, line: int | None = None) -> Problem:
        """Return a problem at a key, by default at its line; keys are named as seen from `attributes`."""
        named = steps[1:] if steps[:1] == ("attributes",) and len(steps) > 1 else steps
        path, own_line = self.place_of(steps)
        return Problem(path, line or own_line, dotted(named), message)


def read_documents(path: Path) -> list[Document]:
    """Return the documents of a file; the last one holds only a problem if the file cannot be read to its end.

    Raises:
        ConfigurationError: The file cannot be opened.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{shown(path)} cannot be read ({error.strerror}): check path and rights") from error
    return list(_documents(path, raw))


def _documents(path: Path, raw: bytes) -> Iterator[Document]:
    try:
        for node in yaml.compose_all(raw.decode("utf-8-sig"), Loader=yaml.SafeLoader):
            yield _Reading(path, node).document()
    except UnicodeDecodeError as error:
        yield _broken(path, raw.count(b"\n", 0, error.start), "is not UTF-8 here: save the file as UTF-8")
    except yaml.MarkedYAMLError as error:
        lines = raw.decode("utf-8-sig").splitlines()
        yield _broken(path, *_explained(error, lines))
    except (yaml.YAMLError, RecursionError, OverflowError):
        yield _broken(path, 0, "is no YAML: it holds control characters or is nested too deeply")


def _broken(path: Path, line: int, message: str) -> Document:
    return Document(path, line + 1, problems=[Problem(path, line + 1, "", message)])


def _explained(error: yaml.MarkedYAMLError, lines: list[str]) -> tuple[int, str]:
    """Return the line, counted from 0, and a sentence for a parser's error."""
    begin = error.context_mark.line if error.context_mark else 0
    end = error.problem_mark.line if error.problem_mark else begin
    text, problem = "\n".join(lines[min(begin, end) : end + 1]), error.problem or ""
    if "quoted scalar" in (error.context or ""):
        return begin, "a quote is opened here and not closed: close it, or put double quotes around the text"
    if re.search(r"""uri["']?\s*:\s*(?!["'])[^"'\n]*\{(partition|home)""", text):
        return end, 'put the uri in double quotes, since its braces mean something in YAML: uri: "..."'
    if "parsing a flow" in (error.context or ""):
        return begin, "a bracket or brace is opened here and not closed, or a comma is missing in it"
    if r"'\t'" in problem:
        return end, "a tab stands here: indent with spaces"
    if "mapping values are not allowed" in problem:
        return end, "two colons in one line: put quotes around the text, or indent the key below"
    if "cannot start any token" in problem:
        return end, "put quotes around a text that begins with a special character such as @, ` or %"
    return end, f"is no YAML ({problem}): check indentation and quotes here and in the line above"


class _Reading:
    """Builds one document from PyYAML's nodes."""

    def __init__(self, path: Path, node: yaml.Node) -> None:
        self._node, self._found = node, Document(path, node.start_mark.line + 1)
        self._open: set[int] = set()
        self._nodes = 0

    def document(self) -> Document:
        """Return the document with its values."""
        return replace(self._found, values=self._value(self._node, ()))

    def _refuse(self, node: yaml.Node, at: Steps, message: str) -> None:
        self._found.lines.setdefault(at, node.start_mark.line + 1)
        self._found.problems.append(self._found.problem(at, message))

    def _value(self, node: yaml.Node, at: Steps) -> Any:
        self._nodes += 1
        if id(node) in self._open or self._nodes > _MOST_NODES:
            return self._refuse(node, at, "its aliases (*name) repeat without end: write the values out")
        self._open.add(id(node))
        try:
            return self._inside(node, at)
        finally:
            self._open.discard(id(node))

    def _inside(self, node: yaml.Node, at: Steps) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(item, (*at, number)) for number, item in enumerate(node.value)]
        return self._scalar(node, at) if isinstance(node, yaml.ScalarNode) else None

    def _item(self, node: yaml.Node, at: Steps) -> Any:
        self._found.lines[at] = node.start_mark.line + 1
        return self._value(node, at)

    def _mapping(self, node: yaml.MappingNode, at: Steps) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _TAG + "merge":
                merged = {**self._merged(value_node, at), **merged}
            elif isinstance(key_node, yaml.ScalarNode):
                self._add(own, key_node, value_node, at)
            else:
                self._refuse(key_node, at, "a key must be a word: put quotes around texts with braces or brackets")
        return {**merged, **own}

    def _add(self, mapping: dict[str, Any], key: yaml.ScalarNode, value: yaml.Node, at: Steps) -> None:
        here, line = (*at, key.value), key.start_mark.line + 1
        if key.value in mapping:
            message = f"stands twice, first in line {self._found.lines[here]}: keep one"
            self._found.problems.append(self._found.problem(here, message, line))
            return
        self._found.lines[here] = line
        mapping[key.value] = self._value(value, here)

    def _merged(self, node: yaml.Node, at: Steps) -> dict[str, Any]:
        """Return what `<<: *name` takes over."""
        parts = node.value if isinstance(node, yaml.SequenceNode) else [node]
        found: dict[str, Any] = {}
        for part in parts:
            values = self._value(part, at)
            found = {**values, **found} if isinstance(values, dict) else found
        return found

    def _scalar(self, node: yaml.ScalarNode, at: Steps) -> Any:
        name = node.tag.removeprefix(_TAG)
        if node.tag in _TEXTS or (node.style is not None and name in _SHAPES):
            return node.value
        if name == "null":
            return None
        if name not in _SHAPES:
            return self._refuse(node, at, f"has the tag {node.tag[:40]}, which means nothing here: remove it")
        value = SafeConstructor().construct_object(node)
        if re.fullmatch(_SHAPES[name], node.value, re.ASCII):
            return value
        self._found.doubtful[at] = value
        return node.value


_SHAPES = {
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?(0|[1-9][0-9]*)",
    "float": r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?",
}
"""What YAML 1.2 takes for a value of a type; whatever else YAML 1.1 takes for one stays text."""
