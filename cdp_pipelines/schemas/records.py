"""Flat records, of which a row is one item: cells of text to typed columns, and the rules that follow from types.

What a kind of record adds to these rules stands in a module of its own: `promotions`, `vouchers`, `custom_events`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo

import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
from pandera.pandas import Check
from pandera.pandas import Column as Rule

from cdp_pipelines.schemas import numbers
from cdp_pipelines.schemas.columns import LONGEST, Column
from cdp_pipelines.schemas.numbers import parse_integers, parse_numbers
from cdp_pipelines.schemas.orders import FLOAT, INTEGER, MOMENT, TEXT, readable_time
from cdp_pipelines.schemas.timestamps import parse_timestamps
from cdp_pipelines.schemas.typed import Typed

Cells = Mapping[str, pa.Array]
"""Columns of text by name, null = empty; lists are JSON already."""

_RULES = {
    "string": lambda: (TEXT, []),
    "list": lambda: (TEXT, []),
    "number": lambda: (
        FLOAT,
        [Check.in_range(-numbers.LARGEST, numbers.LARGEST, False, False, error="INVALID_NUMBER")],
    ),
    "integer": lambda: (INTEGER, [Check.ge(0, error="INVALID_INTEGER")]),
    "timestamp": lambda: (MOMENT, [readable_time()]),
}
"""Type and checks of a column, by what the table of columns calls its type."""


def record_schema(columns: Sequence[Column], checks: Mapping[str, Check]) -> pandera.DataFrameSchema:
    """Return the rules of records: those of their columns' types, and one check more of some columns."""
    rules = {}
    for column in columns:
        kind, typed = _RULES[column.type]()
        more = [checks[column.name]] if column.name in checks else []
        rules[column.name] = Rule(kind, [*typed, *more], nullable=not column.required)
    return pandera.DataFrameSchema(rules)


def fits_the_key() -> Check:
    """Return the check of a text that the store looks records up by."""
    return Check.str_length(1, LONGEST, error="VALUE_TOO_LONG")


def type_records(cells: Cells, columns: Sequence[Column], zone: tzinfo) -> Typed:
    """Type rows as records.

    Args:
        cells: Their cells by column; a column that the file does not have is left out.
        columns: The columns of the kind.
        zone: Zone of timestamps that carry none (D33).
    """
    rows = len(next(iter(cells.values())))
    checked, values = {}, {}
    for column in columns:
        read = _READ.get(column.type, _as_it_is)
        checked[column.name], values[column.name] = read(cells.get(column.name, pa.nulls(rows, pa.string())), zone)
    return Typed(frame(checked), values)


def frame(columns: Mapping[str, pa.Array]) -> pd.DataFrame:
    """Return columns as the frame that Pandera judges."""
    return pa.table(dict(columns)).to_pandas(types_mapper=pd.ArrowDtype)


def _as_it_is(cells: pa.Array, _zone: tzinfo) -> tuple[pa.Array, pa.Array]:
    return cells, cells


def _number(cells: pa.Array, _zone: tzinfo) -> tuple[pa.Array, pa.Array]:
    parsed = parse_numbers(cells)
    return parsed.values, parsed.text


def _integer(cells: pa.Array, _zone: tzinfo) -> tuple[pa.Array, pa.Array]:
    return parse_integers(cells)


def _moment(cells: pa.Array, zone: tzinfo) -> tuple[pa.Array, pa.Array]:
    moments = parse_timestamps(cells, zone)
    return moments, utc_text(moments)


def utc_text(moments: pa.Array) -> pa.Array:
    """Return timestamps of UTC as text for the store, whose sessions are in UTC.

    Arrow writes them with their zone, too, and takes 25 times as long for it.
    """
    return moments.cast(pa.timestamp("us")).cast(pa.string())


_READ: dict[str, Callable[[pa.Array, tzinfo], tuple[pa.Array, pa.Array]]] = {
    "number": _number,
    "integer": _integer,
    "timestamp": _moment,
}
