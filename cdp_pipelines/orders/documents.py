"""Validated rows to the documents of orders, as JSON text, built by Arrow's string kernels.

A document is `{"order": {...}, "lineItems": [...]}` with the keys of the event (formats section 3). Its text is
canonical: keys by length, then by bytes (the order in which Postgres' jsonb keeps them, which makes loading a fifth
cheaper), numbers as normalised decimals, empty fields left out. So equal content is equal text, and the content
fingerprint is a hash of the text.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp_pipelines.schemas.columns import CUSTOM, LINE_COLUMNS, ORDER_COLUMNS, Column

Texts = Mapping[str, pa.Array]
"""Columns of text by column name, null = empty, numbers canonical."""

ADULT = "lineItem_adult"


def documents(orders: Texts, lines: Texts, bounds: np.ndarray) -> pa.Array:
    """Return one document per order.

    Args:
        orders: Order columns (and `custom_*`) of each order's first row.
        lines: Line item columns of all rows.
        bounds: Row numbers where orders begin, and the number of rows.
    """
    order = _object(_fields(ORDER_COLUMNS, orders, "currency") + _custom_fields(orders))
    items = _object(_fields(LINE_COLUMNS, _with_defaults(lines), "lineItem_currency"))
    listed = pc.binary_join(pa.ListArray.from_arrays(pa.array(bounds, pa.int32()), items), ",")
    return pc.binary_join_element_wise('{"order":', order, ',"lineItems":[', listed, "]}", "")


def fingerprints(user_types: pa.Array, users: pa.Array, created: pa.Array, texts: pa.Array) -> list[str]:
    """Return the content fingerprint of each order: 32 hex digits over its user, creation time and document."""
    joined = pc.binary_join_element_wise(user_types, users, created, texts, "\x1f")
    return [fingerprint(content) for content in _slices(joined)]


def fingerprint(content: bytes | memoryview) -> str:
    """Return the fingerprint of one order's content, its parts joined by the unit separator."""
    return hashlib.sha256(content).hexdigest()[:32]


def _slices(texts: pa.Array) -> Iterable[memoryview]:
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1].tolist()
    view = memoryview(texts.buffers()[2])
    return (view[start:end] for start, end in pairwise(offsets))


def _with_defaults(lines: Texts) -> Texts:
    """`adult` is false where a line does not say (K-065)."""
    rows = len(next(iter(lines.values())))
    adult = (
        lines[ADULT].fill_null("false") if ADULT in lines else pa.array(["false"]).take(pa.array(np.zeros(rows, int)))
    )
    return {**lines, ADULT: adult}


def _fields(columns: Iterable[Column], texts: Texts, currency: str) -> list[tuple[str, pa.Array]]:
    return [
        (column.field, _JSON[column.type](texts[column.name], texts[currency]))
        for column in columns
        if column.field and column.name in texts
    ]


def _custom_fields(orders: Texts) -> list[tuple[str, pa.Array]]:
    pairs = [(name.removeprefix(CUSTOM), quoted(cells)) for name, cells in orders.items() if name.startswith(CUSTOM)]
    if not pairs:
        return []
    filled = pc.is_valid(pc.coalesce(*(values for _, values in pairs)))
    chosen = [(name, values.filter(filled)) for name, values in pairs]
    places = np.cumsum(np.asarray(filled)) - 1
    return [("customFields", _object(chosen).take(pa.array(places, mask=~np.asarray(filled))))]


def _object(pairs: list[tuple[str, pa.Array]]) -> pa.Array:
    """Join fields to JSON objects, leaving out what is null; a row of nothing but nulls would vanish in Arrow 26."""
    ordered = sorted(pairs, key=lambda pair: key_order(pair[0]))
    members = [pc.binary_join_element_wise(_key(name), values, "") for name, values in ordered]
    return pc.binary_join_element_wise("{", pc.binary_join_element_wise(*members, ",", null_handling="skip"), "}", "")


def key_order(key: str) -> tuple[int, bytes]:
    """Return what jsonb sorts keys by: length in bytes, then bytes."""
    octets = key.encode()
    return len(octets), octets


def _key(name: str) -> str:
    return json.dumps(name, ensure_ascii=False) + ":"


def quoted(cells: pa.Array, _currency: pa.Array | None = None) -> pa.Array:
    """Return cells as JSON strings."""
    return pc.binary_join_element_wise('"', _escaped(cells), '"', "")


def _escaped(cells: pa.Array) -> pa.Array:
    data = cells.buffers()[2]
    if data is None or not _needs_escapes(data.to_pybytes()):
        return cells
    return _by_value(cells, lambda cell: json.dumps(cell, ensure_ascii=False)[1:-1])


def _needs_escapes(octets: bytes) -> bool:
    if b'"' in octets or b"\\" in octets:
        return True
    return len(octets) > 0 and int(np.frombuffer(octets, np.uint8).min()) < 32


def _by_value(cells: pa.Array, change: Callable[[str], str | None]) -> pa.Array:
    encoded = cells.dictionary_encode()
    changed = pa.array([change(cell) for cell in encoded.dictionary.to_pylist()], pa.string())
    return changed.take(encoded.indices)


def _by_few_values(change: Callable[[pa.Array], pa.Array]) -> Callable[[pa.Array, pa.Array], pa.Array]:
    """Apply a change to the distinct values of a column that has few."""

    def column(cells: pa.Array, _currency: pa.Array) -> pa.Array:
        encoded = cells.dictionary_encode()
        return change(encoded.dictionary).take(encoded.indices)

    return column


def split_list(cell: str) -> list[str]:
    """Return the entries of a `;` list, trimmed, without empty ones (K-044, K-055)."""
    return [entry.strip() for entry in cell.split(";") if entry.strip()]


def _json_list(cell: str) -> str | None:
    entries = split_list(cell)
    return json.dumps(entries, ensure_ascii=False, separators=(",", ":")) if entries else None


def _json_lists(cells: pa.Array, _currency: pa.Array) -> pa.Array:
    return _by_value(cells, _json_list)


def _as_it_is(cells: pa.Array, _currency: pa.Array) -> pa.Array:
    return cells


def _discount(cells: pa.Array, currency: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise('{"value":', cells, ',"currency":"', currency, '"}', "")


_JSON: dict[str, Callable[[pa.Array, pa.Array], pa.Array]] = {
    "string": quoted,
    "currency": _by_few_values(quoted),
    "status": _by_few_values(quoted),
    "number": _as_it_is,
    "integer": _as_it_is,
    "boolean": _as_it_is,
    "list": _json_lists,
    "discount": _discount,
}
