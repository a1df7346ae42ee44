"""The dialect of a CSV file: delimiter, quote, escape and comment characters, by how evenly they cut its lines."""

import math
import re
from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.borders import find_borders
from cdp_pipelines.formats.cells import cells
from cdp_pipelines.formats.dialect import Dialect
from cdp_pipelines.formats.octets import Octets
from cdp_pipelines.formats.rows import Row
from cdp_pipelines.formats.spec import NO_CHARACTER, KevelCsv
from cdp_pipelines.formats.text import Text
from cdp_pipelines.suggestions.headers import known_words

DELIMITERS = (",", ";", "\t", "|")
_HEAD = 1 << 16
_AROUND = re.compile(r"(?:^|(?<=[,;\t|]))'[^'\n]*'(?=[,;\t|\r\n]|$)", re.MULTILINE)


@dataclass(frozen=True)
class Cut:
    """A text cut into rows by one dialect.

    Attributes:
        spec: The dialect.
        rows: Rows with their physical lines.
        width: How many cells most rows have.
        even: Share of rows that have as many.
        covered: Share of the text that stands in whole rows; the rest is in a quoted cell that does not end.
    """

    spec: KevelCsv
    rows: list[Row]
    width: int
    even: float
    covered: float


def dialect_of(text: str) -> Cut:
    """Find the dialect that cuts a text most evenly into most cells, and cut it.

    Raises:
        FileError: No dialect cuts it.
    """
    head = text[:_HEAD]
    cuts = [cut for spec in _specs(head) if (cut := _cut(head, spec))]
    if not cuts:
        _cut_all(text, KevelCsv(kind="csv"))  # tells what is wrong, if anything but that no row has a value
        raise FileError("EMPTY_FILE", "the file is empty: check the export")
    best = max(cuts, key=_worth)
    spec = _with_comment(best)
    return _cut(text, spec) or best


def _specs(head: str) -> list[KevelCsv]:
    quotes = ["'"] if len(_AROUND.findall(head)) > 3 * head.count('"') + 3 else ['"']
    if '"' in head:
        quotes.append(NO_CHARACTER)
    escapes = ["\\", NO_CHARACTER] if re.search(r'\\["\',;|\t]', head) else [NO_CHARACTER]
    return [
        KevelCsv(kind="csv", delimiter=delimiter, quote=quote, escape=escape)
        for delimiter in DELIMITERS
        for quote in quotes
        for escape in escapes
    ]


def _worth(cut: Cut) -> tuple[float, int, int, int]:
    """Weigh a cut: even rows of many cells first, then known names, then the plainer dialect."""
    names = max((sum(map(known_words, row.cells)) for row in cut.rows[:5]), default=0)
    damaged = sum(row.fault is not None for row in cut.rows)
    evenness = (
        cut.covered * cut.even**2 * math.log(cut.width + 0.5)
        + 0.2 * math.log(1 + names)
        - damaged / max(len(cut.rows), 1)
    )
    return round(evenness, 3), names, cut.spec.quote == '"', cut.spec.escape == NO_CHARACTER


def _cut(text: str, spec: KevelCsv) -> Cut | None:
    """Cut a text, or return None where this dialect can't."""
    try:
        rows, covered = _cut_all(text, spec)
    except FileError:
        return None
    filled = [row for row in rows if any(row.cells)]
    filled = [row for row in filled if not row.cells[0].startswith("#")] or filled
    if not filled:
        return None
    width, count = Counter(len(row.cells) for row in filled).most_common(1)[0]
    return Cut(spec, rows, width, count / len(filled), covered)


def _cut_all(text: str, spec: KevelCsv) -> tuple[list[Row], float]:
    plain = Dialect(Text(Octets(BytesIO(text.encode())), "utf-8"), spec)
    pieces = []
    while piece := plain.read(1 << 20):
        pieces.append(piece)
    data = b"".join(pieces)
    borders = find_borders(data, spec.delimiter, last=_closed(data, spec.delimiter))
    starts, lines = borders.starts.tolist(), borders.lines.tolist()
    rows = [
        Row(lines[number], cells(data[start:end], spec.delimiter), borders.damaged.get(number))
        for number, (start, end) in enumerate(pairwise(starts))
        if data[start:end].strip()
    ]
    return rows, starts[-1] / max(len(data), 1)


def _closed(data: bytes, delimiter: str) -> bool:
    """Whether the last record is whole: a sample may end within a quoted cell, and a wrong dialect may open one."""
    try:
        find_borders(data, delimiter)
    except FileError:
        return False
    return True


def _with_comment(cut: Cut) -> KevelCsv:
    """Return the dialect with `#` as its comment where lines below the first rows begin with it and hold no row."""
    notes = [row for row in cut.rows if row.cells and row.cells[0].startswith("#") and len(row.cells) != cut.width]
    if not any(row.line > cut.rows[0].line for row in notes) or cut.width < 2:
        return cut.spec
    return cut.spec.model_copy(update={"comment": "#"})
