"""One import per entry of a list: `for_each: [{shop: de}, {shop: fr}]` fills `{shop}` in all texts of an import."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cdp_pipelines.imports.yaml_text import Document

KEY = "for_each"
_AT = ("attributes", KEY)
_TAKEN = ("partition", "home", "file")
_ENTRIES = "write a list of entries with the same keys, like [{shop: de, zone: Europe/Berlin}, {shop: fr, zone: ...}]"


def one_per_entry(document: Document) -> list[Document]:
    """Return a document for each entry, or the document itself where it has none or they are wrong.

    A text that is nothing but `{key}` becomes the entry's value as it is, so that numbers and lists can be given.
    """
    attributes = document.values["attributes"]
    if KEY not in attributes:
        return [document]
    entries = attributes[KEY]
    rest = {key: value for key, value in attributes.items() if key != KEY}
    doubtful = {steps: value for steps, value in document.doubtful.items() if steps[:2] != _AT}
    problem = _problem(entries, rest)
    if problem:
        found = [*document.problems, document.problem(_AT, problem)]
        return [replace(document, values=None, problems=found)]  # the braces alone would look like more mistakes
    return [
        replace(document, values={**document.values, "attributes": _filled(rest, entry)}, doubtful=doubtful)
        for entry in entries
    ]


def _problem(entries: Any, attributes: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the entries."""
    if not isinstance(entries, list) or not entries or not all(isinstance(one, Mapping) and one for one in entries):
        return _ENTRIES
    keys = set(entries[0])
    for number, entry in enumerate(entries, start=1):
        if odd := sorted(keys ^ set(entry)):
            return f"entry {number} and the first one differ in {', '.join(odd)}: {_ENTRIES}"
    for key in entries[0]:
        if key in _TAKEN or not key.isidentifier():
            return f"{key[:40]!r} cannot be a key here: take another word of letters, digits and _"
        if f"{{{key}}}" not in str(attributes):
            return f"nothing holds {{{key}}}: write it where the entries differ, or remove {key} from them"
    return None


def _filled(value: Any, entry: Mapping[str, Any]) -> Any:
    """Return the value with the entry's in place of its keys in braces."""
    if isinstance(value, Mapping):
        return {key: _filled(one, entry) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, entry) for one in value]
    if not isinstance(value, str):
        return value
    if value[:1] == "{" and value[1:-1] in entry and value[-1:] == "}":
        return entry[value[1:-1]]
    return re.sub(r"\{(\w+)\}", lambda match: str(entry.get(match[1], match[0])), value)
