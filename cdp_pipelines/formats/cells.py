"""Whole CSV records -> their cells as text: a table of many by Arrow, or one by one.

Cells are text, exactly as in the file: `00123`, `1E5`, `NA` and outer spaces survive (D12). Only an empty cell is
null in a table, quoted or not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from cdp_pipelines.formats.borders import find_borders, lone_returns

BOM = b"\xef\xbb\xbf"
LINE_END = re.compile(rb"(?:\r?\n|\r)\Z")
SHORTENED = r"^[0-9][.,][0-9]+E\+[0-9]{2,3}$"
"""An id that a spreadsheet has shown as a number and saved so: many orders may have become one 3.51E+16."""

Buffer = bytes | memoryview


@dataclass(frozen=True, eq=False)
class Parsed:
    """Records as a table.

    Attributes:
        table: String columns, a row per record that has as many cells as the header; empty cells are null.
        rows: Index of the record of each row; None when every record is a row.
        wrong: Records with another number of cells: their index and that number.
    """

    table: pa.Table
    rows: np.ndarray | None
    wrong: list[tuple[int, int]]


def parse(
    data: Buffer,
    columns: Sequence[str],
    delimiter: str,
    include: Sequence[str] | None = None,
    starts: np.ndarray | None = None,
) -> Parsed:
    """Parse whole records.

    Args:
        data: The records, valid UTF-8, without blank lines, as `CsvReader` yields them.
        columns: The header's names, one per cell of a record.
        delimiter: The character between two cells.
        include: Names of the columns wanted, at least one; all that have a name if left out.
        starts: The records' n + 1 offsets in `data` where they are known; otherwise they are searched for.
    """
    if starts is None:
        starts = find_borders(bytes(data), delimiter).starts
    names = [name for name in columns if name] if include is None else list(include)
    places = [columns.index(name) for name in names]
    parsed = _by_arrow(data, len(columns), delimiter, places) if _suits_arrow(bytes(data), delimiter) else None
    if parsed is None or parsed[0].num_rows + len(parsed[1]) != len(starts) - 1:
        parsed = _one_by_one(data, len(columns), delimiter, places, starts)
    table, wrong = parsed
    rows = np.delete(np.arange(len(starts) - 1), [index for index, _ in wrong]) if wrong else None
    return Parsed(table.rename_columns(names), rows, wrong)


def cells(record: bytes, delimiter: str) -> list[str]:
    """Split one record into its cells, by the rules of Python's `csv`, whatever is in it.

    Unlike `csv` it knows no longest cell, and a CR inside a cell that is not quoted is text.
    """
    text = delimiter + without_line_end(record).decode()
    return [
        quoted.replace('""', '"') + plain if opened else plain
        for opened, quoted, plain in _cell_pattern(delimiter).findall(text)
    ]


def without_line_end(record: bytes) -> bytes:
    """Return a record without its LF, CRLF or CR."""
    return LINE_END.sub(b"", record)


@lru_cache
def _cell_pattern(delimiter: str) -> re.Pattern[str]:
    between = re.escape(delimiter)
    return re.compile(rf'{between}(?:(")([^"]*+(?:""[^"]*+)*+)"?+)?+([^{between}]*+)')


def _suits_arrow(data: bytes, delimiter: str) -> bool:
    """Whether there is anything for Arrow to read, and nothing that it takes for something else.

    It drops a byte-order mark, and ends a record at a CR alone, behind which a quote may then open a cell.
    """
    if not data or data.startswith(BOM):
        return False
    return not len(lone_returns(data)) or "LONE_CR" not in find_borders(data, delimiter).damaged.values()


def _by_arrow(data: Buffer, width: int, delimiter: str, places: list[int]) -> tuple[pa.Table, list[tuple[int, int]]]:
    wrong = []

    def skip(row: pa_csv.InvalidRow) -> str:
        wrong.append((row.number - 1, row.actual_columns))
        return "skip"

    # Positions instead of names, since unnamed columns share one. One block and no threads: else rows have no number.
    names = [str(place) for place in places]
    table = pa_csv.read_csv(
        pa.BufferReader(pa.py_buffer(data)),
        pa_csv.ReadOptions(
            use_threads=False, block_size=len(data) + 1, column_names=[str(place) for place in range(width)]
        ),
        pa_csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=skip
        ),
        pa_csv.ConvertOptions(
            check_utf8=False,
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            include_columns=names,
        ),
    )
    return table, wrong


def _one_by_one(
    data: Buffer, width: int, delimiter: str, places: list[int], starts: np.ndarray
) -> tuple[pa.Table, list[tuple[int, int]]]:
    rows, wrong = [], []
    for index, (start, end) in enumerate(pairwise(starts.tolist())):
        found = cells(bytes(data[start:end]), delimiter)
        if len(found) == width:
            rows.append(found)
        else:
            wrong.append((index, len(found)))
    columns = [pa.array([row[place] or None for row in rows], pa.string()) for place in places]
    return pa.table(columns, names=[str(place) for place in places]), wrong
