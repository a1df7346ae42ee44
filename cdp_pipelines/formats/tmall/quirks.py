"""Cells of Tmall's exports as they are meant (formats section 5), and what shows that a file was edited.

Ids stand there as `="3579..."`, so that spreadsheets keep their digits; phones have a `'` in front; what is not known
is `null`, `'null`, `NaN` or nothing.
"""

import pyarrow as pa
import pyarrow.compute as pc

_WRAPPED = r'^\s*(?:="([^"]*)"|=)\s*$'
_AROUND = r"^[\s']+|\s+$"
_NOTHING = r"(?i)^(?:null|nan)?$"
ROUNDED = r"^[+-]?[0-9]+(?:[.,][0-9]+)?[eE][+]?[0-9]+$"
"""An id as a spreadsheet writes it, like 3.51E+16: the digits behind are lost."""
REWRITTEN_TIME = r"^[0-9]{1,4}/[0-9]{1,2}/[0-9]{1,4}\b"
"""A time as a spreadsheet writes it, like 2017/1/5 10:20; Tmall writes 2017-01-05 10:20:30."""


def meant(cells: pa.Array) -> pa.Array:
    """Return what cells mean, null where they mean nothing."""
    distinct = cells.dictionary_encode()
    bare = pc.replace_substring_regex(distinct.dictionary, _WRAPPED, r"\1")
    bare = pc.replace_substring_regex(bare, _AROUND, "")
    empty = pc.match_substring_regex(bare, _NOTHING)
    return pc.if_else(empty, None, bare).take(distinct.indices)


def first_like(cells: pa.Array, pattern: str) -> int | None:
    """Return the place of the first cell of a pattern."""
    place = pc.index(pc.fill_null(pc.match_substring_regex(cells, pattern), False), True).as_py()
    return place if place >= 0 else None
