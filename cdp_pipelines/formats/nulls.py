"""Cells of plain CSV that stand for an empty one by a word: they become empty, quoted, so that no line gets blank.

Source: Synerise's import files have no empty cells and write `null` (formats section 8).
"""

import re
from collections.abc import Iterator

import numpy as np

from cdp_pipelines.formats.borders import quote_marks

EMPTY = b'""'


class NullCells:
    """The cells of a file that say `word` and nothing else, within quotes or not."""

    def __init__(self, word: str, delimiter: str) -> None:
        self._word, self._delimiter = word.encode(), delimiter
        between = re.escape(delimiter.encode())
        before, behind = rb"(?:\A|(?<=[\n" + between + rb"]))", rb"(?=" + between + rb"|\r?\n|\Z)"
        self._cell = re.compile(before + rb'("?)' + re.escape(self._word) + rb"\1" + behind)

    def emptied(self, data: bytes) -> bytes:
        """Return whole cells, with their ends, without the word."""
        if self._word not in data:
            return data
        if b'"' not in data:
            return self._cell.sub(EMPTY, data)
        inside = self._inside(data)
        return self._cell.sub(lambda cell: cell[0] if next(inside) else EMPTY, data)

    def _inside(self, data: bytes) -> Iterator[bool]:
        """Yield for each match whether it is a part of a quoted cell's text."""
        places = [cell.start() for cell in self._cell.finditer(data)]
        marks, _ = quote_marks(data, self._delimiter)
        return iter((np.searchsorted(marks, places) % 2 == 1).tolist())
