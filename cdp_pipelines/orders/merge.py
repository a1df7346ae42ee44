"""What a file does not say, an order keeps (D21); and which parts of an order changed.

Works on single documents, for the few orders that are known and say something else than last time.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeGuard

from cdp_pipelines.formats.json_text import Number, key_order
from cdp_pipelines.schemas.columns import CUSTOM, LINE_COLUMNS, ORDER_COLUMNS

Document = dict[str, Any]


def read(text: str) -> Document:
    """Parse a document, numbers as their text."""
    return json.loads(text, parse_float=Number, parse_int=Number)


@dataclass(frozen=True)
class Silence:
    """What a file's silence means, by field: the fields that stay when the file gives no value for them."""

    order: frozenset[str]
    line: frozenset[str]
    cleared_custom: frozenset[str]

    @classmethod
    def of(cls, header: tuple[str, ...], empty: str) -> "Silence":
        """Return what stays for a file with this header under `empty: keep` or `clear`."""
        stated = set(header) if empty == "clear" else set()
        return cls(
            frozenset(column.field for column in ORDER_COLUMNS if column.field and column.name not in stated),
            frozenset(column.field for column in LINE_COLUMNS if column.field and column.name not in stated),
            frozenset(name.removeprefix(CUSTOM) for name in stated if name.startswith(CUSTOM)),
        )


def merge(stored: Document, stated: Document, silence: Silence, adult_unsaid: list[bool]) -> Document:
    """Return the order after a file's statement: its values, and what is stored where it is silent.

    Args:
        stored: The order's document in the store.
        stated: The document built from the file alone.
        silence: Which fields stay when not stated.
        adult_unsaid: For each stated line item, whether its `adult` is the default and not the file's word.
    """
    order = _kept(stored["order"], stated["order"], silence.order)
    custom = {k: v for k, v in stored["order"].get("customFields", {}).items() if k not in silence.cleared_custom}
    custom |= stated["order"].get("customFields", {})
    if custom:
        order["customFields"] = custom
    lines = [
        line if before is None else _merged_line(before, line, silence.line, unsaid)
        for line, before, unsaid in zip(
            stated["lineItems"], _counterparts(stored["lineItems"], stated["lineItems"]), adult_unsaid, strict=True
        )
    ]
    return {"order": order, "lineItems": lines}


def adds_nothing(stored: Document, stated: Document, adult_unsaid: list[bool]) -> bool:
    """Return whether a statement is complete: nothing is stored that it does not state, so merging leaves it as it is.

    This is what almost every file's order is, and it spares writing the document anew.
    """
    if any(adult_unsaid) or not _covers(stated["order"], stored["order"]):
        return False
    if not _covers(stated["order"].get("customFields", {}), stored["order"].get("customFields", {})):
        return False
    before = _counterparts(stored["lineItems"], stated["lineItems"])
    return all(old is None or _covers(line, old) for line, old in zip(stated["lineItems"], before, strict=True))


def _covers(stated: Document, stored: Document) -> bool:
    return stored.keys() <= stated.keys()


def _kept(stored: Document, stated: Document, silent: frozenset[str]) -> Document:
    return {field: value for field, value in stored.items() if field in silent} | stated


def _merged_line(before: Document, line: Document, silent: frozenset[str], adult_unsaid: bool) -> Document:
    if adult_unsaid and "adult" in silent:
        line = {field: value for field, value in line.items() if field != "adult"}
        line = {"adult": False} | _kept(before, line, silent)
    return _kept(before, line, silent)


def _counterparts(stored: list[Document], stated: list[Document]) -> Iterator[Document | None]:
    """Yield the stored line of each stated one: same lineItemId, else same sku and occurrence (D21).

    No stored line goes to two stated ones: a line whose id the statement gives belongs to that id alone, so that
    no id comes to stand in an order twice.
    """
    by_id = {line["lineItemId"]: line for line in stored if "lineItemId" in line}
    by_sku = dict(zip(_occurrences(stored), stored, strict=True))
    ids = {line["lineItemId"] for line in stated if "lineItemId" in line}
    for line, occurrence in zip(stated, _occurrences(stated), strict=True):
        same = by_sku.get(occurrence, {})
        if line.get("lineItemId") in by_id:
            yield by_id[line["lineItemId"]]
        elif "lineItemId" in line:
            yield same if same and "lineItemId" not in same else None
        else:
            yield same if same and same.get("lineItemId") not in ids else None


def _occurrences(lines: list[Document]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    result = []
    for line in lines:
        counts[line["sku"]] = counts.get(line["sku"], 0) + 1
        result.append((line["sku"], counts[line["sku"]]))
    return result


def changes(before: Any, after: Any, path: str = "$") -> list[str]:
    """Return the JSON paths (RFC 9535) of what differs: changed, added or removed values."""
    if before == after:
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        keys = sorted((key for key in before.keys() | after.keys() if before.get(key) != after.get(key)), key=key_order)
        return [found for key in keys for found in changes(before.get(key), after.get(key), path + _step(key))]
    if _is_objects(before) and _is_objects(after):
        longest = max(len(before), len(after))
        pairs = zip(_padded(before, longest), _padded(after, longest), strict=True)
        return [found for n, pair in enumerate(pairs) for found in changes(*pair, f"{path}[{n}]")]
    return [path]


def _is_objects(value: Any) -> TypeGuard[list[Document]]:
    return isinstance(value, list) and all(isinstance(part, dict) for part in value)


def _padded(parts: list[Document], length: int) -> list[Document | None]:
    return parts + [None] * (length - len(parts))


def _step(key: str) -> str:
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key):
        return f".{key}"
    escaped = json.dumps(key, ensure_ascii=False)[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"['{escaped}']"
