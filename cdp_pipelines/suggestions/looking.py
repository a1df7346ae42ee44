"""A file of unknown make -> a table of its first rows, and the `format` that reads it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.cells import cells
from cdp_pipelines.formats.google_feed import GoogleFeedReader
from cdp_pipelines.formats.json_lines import JsonLinesReader
from cdp_pipelines.formats.json_rows import JsonRowsReader
from cdp_pipelines.formats.rows import DELIMITER
from cdp_pipelines.formats.spec import ExcelOrders, JsonOrders, KevelCsv
from cdp_pipelines.formats.text import Text
from cdp_pipelines.formats.workbook import first_rows
from cdp_pipelines.suggestions.dialects import dialect_of
from cdp_pipelines.suggestions.encodings import Encoding, encoding_of, text_of
from cdp_pipelines.suggestions.headers import known_words
from cdp_pipelines.suggestions.shapes import Column
from cdp_pipelines.suggestions.tables import MOST_ROWS, Table, table_of
from cdp_pipelines.suggestions.taking import Taken

_MOST_LINES = 4 * MOST_ROWS
"""Lines that are cut into rows; cells may hold some of their ends."""
_SHEETS = 5
"""Sheets among which a table is looked for."""
_LIMITS = ExcelOrders(kind="xlsx", max_cells=4_000_000, max_unpacked_gb=0.5)
"""How large a workbook may be to be looked at: it is read as a whole."""
_DEFAULTS = KevelCsv(kind="csv")


@dataclass(frozen=True)
class Look:
    """What a file looks like.

    Attributes:
        form: csv, xlsx, jsonl or xml.
        format: The keys of `format`, but for its kind.
        notes: What the reader has to know of them.
        table: Its columns; none of XML.
        texts: Fields of JSON whose values are texts.
        whole: Whether all of it was looked at.
    """

    form: str
    format: dict[str, Any]
    notes: list[str]
    table: Table
    whole: bool
    texts: frozenset[str] = frozenset()


def look_at(taken: Taken) -> Look:
    """Look at the beginning of a file.

    Raises:
        FileError: It is nothing that an import reads.
    """
    if taken.workbook:
        return _workbook(taken)
    if not taken.head.strip(b"\0 \t\r\n"):
        raise FileError("EMPTY_FILE", "the file is empty: check the export")
    _refuse_foreign(taken.head)
    start = text_of(taken.head[:4096], "utf-16" if taken.head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8").lstrip()
    if start.startswith("<"):
        return _feed(taken)
    if start.startswith("{"):
        return _json_lines(taken)
    if start.startswith("[") and start[1:].lstrip()[:1] in ("{", "["):
        message = (
            "the file is one JSON array: write one object per line (JSON lines), without brackets and commas around"
        )
        raise FileError("NOT_TEXT", message)
    return _csv(taken)


def _refuse_foreign(head: bytes) -> None:
    """Refuse what begins like a packed file or an old workbook, with the sentence that its import would give."""
    from io import BytesIO

    from cdp_pipelines.formats.octets import Octets

    if head[:4] in _FOREIGN or head[:6] == b"\xfd7zXZ\0":
        Text(Octets(BytesIO(head)), "latin-1").read(1)
    if head.startswith(b"%PDF"):
        raise FileError("NOT_TEXT", "the file is a PDF and holds no table that can be read: export it as CSV or xlsx")


_FOREIGN = (b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"\x1f\x8b\x08\x00", b"\x28\xb5\x2f\xfd")


def _csv(taken: Taken) -> Look:
    encoding = encoding_of(taken.head, taken.whole)
    text = text_of(taken.head, encoding.name)
    _check_text(text)
    cut = dialect_of(_beginning(text, taken.whole))
    comment = "" if cut.spec.comment == "none" else cut.spec.comment
    table = table_of(cut.rows, comment)
    spec = cut.spec.model_copy(update={"header_line": table.header_line})
    return Look("csv", _keys(encoding, spec), _encoding_notes(encoding), table, taken.whole and table.rows < MOST_ROWS)


def _beginning(text: str, whole: bool) -> str:
    """Return the first lines of a text, none of them cut."""
    end = -1
    for _ in range(_MOST_LINES):
        following = text.find("\n", end + 1)
        if following < 0:
            return text if whole else text[: end + 1] or text
        end = following
    return text[: end + 1]


def _check_text(text: str) -> None:
    """Refuse what is no text, whatever encoding reads it."""
    odd = sum(one < " " and one not in "\t\r\n\f\v" for one in text[:65536])
    if "\0" in text or odd * 100 > len(text[:65536]):
        message = "the file holds control characters and is no text: export it as CSV, JSON lines or xlsx"
        raise FileError("NOT_TEXT", message)


def _keys(encoding: Encoding, spec: KevelCsv) -> dict[str, Any]:
    """Return the keys that differ from what is read without them."""
    keys: dict[str, Any] = {} if encoding.name == "utf-8" else {"encoding": encoding.name}
    for key in ("delimiter", "quote", "escape", "comment", "header_line"):
        if (value := getattr(spec, key)) != getattr(_DEFAULTS, key):
            keys[key] = "tab" if value == "\t" else value
    return keys


def _encoding_notes(encoding: Encoding) -> list[str]:
    return [f"{encoding.confidence}: encoding {encoding.name}: {encoding.why}"]


def _workbook(taken: Taken) -> Look:
    """Look at the first sheet that holds a table."""
    failure: FileError | None = None
    for sheet in range(1, _SHEETS + 1):
        try:
            rows = first_rows(taken.path, _LIMITS.model_copy(update={"sheet": sheet}), MOST_ROWS + 1)
            table = _no_cover(table_of([row for row in rows if any(row.cells)]))
        except FileError as error:
            if error.code in ("SHEET_TOO_LARGE", "UNPACKED_TOO_LARGE"):
                message = (
                    "the workbook is too large to be looked at: export some thousand rows of it, or export it as CSV"
                )
                raise FileError(error.code, message) from None
            if error.code not in ("EMPTY_FILE", "MALFORMED_HEADER", "DUPLICATE_COLUMN", "NO_SUCH_SHEET"):
                raise
            failure = failure or error
            continue
        keys = {"sheet": sheet} if sheet > 1 else {}
        keys |= {"header_line": table.header_line} if table.header_line > 1 else {}
        return Look("xlsx", keys, [], table, table.rows < MOST_ROWS)
    assert failure is not None  # noqa: S101 - there was no table on any sheet
    raise failure


def _no_cover(table: Table) -> Table:
    """Return a table unless it is a sheet's title above nothing.

    Raises:
        FileError: It is.
    """
    if len(table.columns) == 1 and not known_words(table.columns[0].name):
        raise FileError("EMPTY_FILE", "no sheet of the workbook holds a table: check the export")
    return table


@contextmanager
def _written(head: bytes) -> Iterator[Path]:
    with TemporaryDirectory(prefix="cdp-suggest-") as folder:
        path = Path(folder) / "sample"
        path.write_bytes(head)
        yield path


def _json_lines(taken: Taken) -> Look:
    head = taken.head if taken.whole else taken.head[: taken.head.rfind(b"\n") + 1]
    with _written(head) as path:
        with JsonLinesReader(path, "none") as lines:
            entries = [entry.values for entry in islice(lines.entries(), MOST_ROWS) if not entry.fault]
        with JsonRowsReader(path, JsonOrders(kind="jsonl", compression="none")) as reader:
            names = reader.header.columns
            rows = [row for block in reader.blocks() for row in _cells(block.data, block.starts.tolist())][:MOST_ROWS]
    sound = [row for row in rows if len(row) == len(names)]
    columns = tuple(Column(name, tuple(row[place] for row in sound)) for place, name in enumerate(names) if name)
    texts = frozenset(name for one in entries for name, value in one.items() if isinstance(value, str))
    return Look("jsonl", {}, [], Table(columns, 1, len(sound)), taken.whole and len(rows) < MOST_ROWS, texts)


def _cells(data: bytes, starts: Sequence[int]) -> Iterator[list[str]]:
    for start, end in pairwise(starts):
        yield cells(data[start:end], DELIMITER)


def _feed(taken: Taken) -> Look:
    """Look at XML: it has to be a feed with an entry."""
    entries = []
    with _written(taken.head) as path, GoogleFeedReader(path, "none") as reader:
        try:
            entries.extend(entry.values for entry in islice(reader.entries(), MOST_ROWS))
        except FileError as error:
            if taken.whole or not entries or error.code != "MALFORMED_XML":
                raise
    if not entries:
        raise FileError("EMPTY_FILE", "the feed has no item or entry: check the export")
    names = dict.fromkeys(name for one in entries for name in one)
    columns = tuple(Column(name, tuple((one.get(name) or [""])[0] for one in entries)) for name in names)
    return Look("xml", {}, [], Table(columns, 1, len(entries)), taken.whole and len(entries) < MOST_ROWS)
