"""Which encoding a file is in, by its beginning: as `encoding: auto` finds out and, where that is unsure, by names.

A file of a few rows often has too few words to tell encodings apart. Its header has words that are known.
"""

import codecs
from dataclasses import dataclass
from io import BytesIO

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.encoding import CANDIDATES, detect
from cdp_pipelines.formats.octets import Octets
from cdp_pipelines.suggestions.headers import folded, known_words

_HEADERS = 4096


@dataclass(frozen=True)
class Encoding:
    """An encoding, why it is believed to be that, and how much so: high, medium or low."""

    name: str
    confidence: str
    why: str


def encoding_of(head: bytes, whole: bool) -> Encoding:
    """Find out the encoding of a file from its first bytes.

    Raises:
        FileError: It is no text in any encoding.
    """
    try:
        found = detect(Octets(BytesIO(head if whole else _whole_lines(head))))
    except FileError as error:
        return _by_words(head, error)
    if whole or found.encoding != "utf-8":
        return Encoding(found.encoding, "high", f"found out with a confidence of {found.confidence:.0%}")
    if head.isascii():
        return Encoding(
            "auto", "medium", "the beginning of the file is plain ASCII; the whole of it is read to find out"
        )
    return Encoding("utf-8", "high", "the beginning of the file is UTF-8")


def text_of(head: bytes, encoding: str) -> str:
    """Return the text of a file's first bytes; what cannot be read is replaced, since this only looks at it."""
    if encoding == "auto":
        encoding = "utf-8"
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    return text.lstrip("\ufeff")


def _whole_lines(head: bytes) -> bytes:
    return head[: head.rfind(b"\n") + 1] or head


def _by_words(head: bytes, error: FileError) -> Encoding:
    """Choose the encoding under which the first lines hold the most known words.

    Raises:
        FileError: No encoding makes words of them.
    """
    if b"\0" in head:
        message = "the file holds NUL bytes and is no text that can be told: export it as CSV, JSON lines or xlsx"
        raise FileError("NOT_TEXT", message) from None
    words = {encoding: _known(head[:_HEADERS], encoding) for encoding in ("utf-8", *CANDIDATES)}
    best = max(words, key=words.__getitem__)
    plain = _known(head[:_HEADERS].translate(None, bytes(range(128, 256))), "ascii")
    if words[best] > plain:
        return Encoding(best, "medium", "the names of the columns are words in it; too few other words tell")
    if words[best] > 0:
        return Encoding("cp1252", "low", f"only a guess: {error.message}")
    message = "the file is no text in an encoding that can be told, or has no names of columns: export it as UTF-8"
    raise FileError("ENCODING_UNSURE", message) from None


def _known(head: bytes, encoding: str) -> int:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeError:
        return -1
    first = [line for line in text.splitlines() if line.strip()][:3]
    return max((sum(known_words(cell) for cell in _cells(line)) for line in first), default=0)


def _cells(line: str) -> list[str]:
    for mark in ";\t|":
        line = line.replace(mark, ",")
    return [cell for cell in line.split(",") if folded(cell)]
