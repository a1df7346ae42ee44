"""Validated rows to the documents of orders, as JSON text, built by Arrow's string kernels.

A document is `{"order": {...}, "lineItems": [...]}` with the keys of the event (formats section 3). Its text is
canonical: keys by length, then by bytes (the order in which Postgres' jsonb keeps them), numbers as normalised
decimals, empty fields left out. So equal content is equal text, and the content
fingerprint is a hash of the text.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp_pipelines.formats.json_text import Parts, json_lists, object_of, string
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
    order = object_of(_fields(ORDER_COLUMNS, orders, "currency") + _custom_fields(orders))
    items = object_of(_fields(LINE_COLUMNS, _with_defaults(lines), "lineItem_currency"))
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


def given(column: Column, cells: pa.Array) -> pa.Array:
    """Return in which rows a text column gives its field a value; a list without entries gives none."""
    return (json_lists(cells) if column.type == "list" else cells).is_valid()


def _fields(columns: Iterable[Column], texts: Texts, currency: str) -> list[tuple[str, Parts]]:
    return [
        (column.field, _JSON[column.type](texts[column.name], texts[currency]))
        for column in columns
        if column.field and column.name in texts
    ]


def _custom_fields(orders: Texts) -> list[tuple[str, Parts]]:
    pairs = [(name.removeprefix(CUSTOM), string(cells)) for name, cells in orders.items() if name.startswith(CUSTOM)]
    if not pairs:
        return []
    values = object_of(pairs)
    return [("customFields", (pc.if_else(pc.equal(values, "{}"), None, values),))]


def _string(cells: pa.Array, _currency: pa.Array) -> Parts:
    return string(cells)


def _list(cells: pa.Array, _currency: pa.Array) -> Parts:
    return (json_lists(cells),)


def _plain(cells: pa.Array, _currency: pa.Array) -> Parts:
    return (cells,)


def _word(cells: pa.Array, _currency: pa.Array) -> Parts:
    """Return a validated code, which has nothing to escape."""
    return '"', cells, '"'


def _discount(cells: pa.Array, currency: pa.Array) -> Parts:
    return '{"value":', cells, ',"currency":"', currency, '"}'


_JSON: dict[str, Callable[[pa.Array, pa.Array], Parts]] = {
    "string": _string,
    "currency": _word,
    "status": _word,
    "number": _plain,
    "integer": _plain,
    "boolean": _plain,
    "list": _list,
    "discount": _discount,
}
