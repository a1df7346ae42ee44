"""Rows to tables by `COPY`, built from Arrow columns without a loop over rows."""

from collections.abc import Mapping

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql

from cdp_pipelines.errors import StoreError
from cdp_pipelines.failpoints import reach

PIECE = 1 << 20
"""Bytes handed to the connection at once."""

NULL = "\\N"

_REPLACED = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))


Columns = Mapping[str, pa.Array | str]
"""Text columns by name (null = NULL), or one text for all rows; at least one column is an array."""


def row_count(columns: Columns) -> int:
    """Return the number of rows."""
    return next(len(values) for values in columns.values() if not isinstance(values, str))


def copy_rows(connection: psycopg.Connection, table: str, rows: Columns) -> int:
    """Append rows to a table of the search path, within a transaction.

    Returns:
        The number of bytes sent.

    Raises:
        StoreError: The server stored another number of rows.
    """
    octets = _rows([_cell(values) for values in rows.values()])
    names = sql.SQL(", ").join(map(sql.Identifier, rows))
    cursor = connection.cursor()
    with cursor.copy(sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(table), names)) as copy:
        for start in range(0, len(octets), PIECE):
            copy.write(octets[start : start + PIECE])
            reach("mid_copy")
    check_count(cursor, row_count(rows))
    return len(octets)


def check_count(cursor: psycopg.Cursor, rows: int) -> None:
    """Hold the number of rows that the server stored against the number that we sent (D15).

    Raises:
        StoreError: They differ; the transaction must not be committed.
    """
    if cursor.rowcount != rows:
        raise StoreError(f"the store took {cursor.rowcount} of {rows} rows; nothing was applied: report this fault")


def _cell(values: pa.Array | str) -> pa.Array | str:
    if isinstance(values, str):
        return values if values == NULL else escaped(pa.array([values]))[0].as_py()
    cells = escaped(values)
    return pc.fill_null(cells, NULL) if cells.null_count else cells


def escaped(values: pa.Array) -> pa.Array:
    """Return text with what COPY's text format treats specially written as escapes."""
    data = values.buffers()[2]
    octets = b"" if data is None else data.to_pybytes()
    for character, escape in _REPLACED:
        if character.encode() in octets:
            values = pc.replace_substring(values, character, escape)
    return values


def _rows(cells: list[pa.Array | str]) -> memoryview:
    last = cells[-1]
    ended = last + "\n" if isinstance(last, str) else pc.binary_join_element_wise(last, "\n", "")
    joined = pc.binary_join_element_wise(*cells[:-1], ended, "\t")
    offsets = np.frombuffer(joined.buffers()[1], np.int32)
    return memoryview(joined.buffers()[2])[offsets[joined.offset] : offsets[joined.offset + len(joined)]]
