"""JSON lines -> objects. Stricter than Python's own reader: no key twice, no NaN, no Infinity, no number beyond them.

`orjson` is faster and does not tell a key that stands twice, of which it keeps the last.
"""

import json
import math
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.entries import Entry, FeedReader
from cdp_pipelines.formats.octets import LIMITS, Limits
from cdp_pipelines.formats.text import Text, Undecodable
from cdp_pipelines.issues import Notice

LONGEST = 10 << 20
"""Bytes of a line."""
_BLOCK = 1 << 18
_NOT_ZERO = re.compile(r"[-.0]*[1-9]")


class LongNumber(float):
    """A number of more digits than a float holds; `digits` are those of the file."""

    def __init__(self, digits: str) -> None:
        self.digits = digits


class _RefusedError(ValueError):
    """Python's reader takes it, JSON does not."""


class JsonLinesReader(FeedReader):
    """Reads a file of JSON lines; a context manager.

    Attributes:
        encoding: Always UTF-8.
        warnings: Issues that do not stop the reading; complete once the last entry is out.
    """

    encoding = "utf-8"

    def __init__(self, path: Path, compression: str, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(path, compression, name, limits)
        self._text = Text(self._octets, "utf-8")
        self._lines = 0
        self._blank: list[int] = []

    @property
    def warnings(self) -> list[Notice]:
        """What was found besides the entries."""
        blank = len(self._blank)
        notice = Notice("BLANK_LINES", None, f"{blank} lines are empty and were skipped", tuple(self._blank[:10]), 0)
        return [*self._octets.warnings, *self._text.warnings, *([notice] if blank else [])]

    def entries(self) -> Iterator[Entry]:
        """Yield an entry per line that is not blank.

        Raises:
            FileError: The file cannot be read to its end.
        """
        for line in self._split():
            self._lines += 1
            if line.strip():
                yield _entry(self._lines, line)
            else:
                self._blank.append(self._lines)

    def _split(self) -> Iterator[bytes]:
        rest = b""
        while block := self._block(rest):
            *lines, rest = (rest + block).split(b"\n")
            yield from lines
            if len(rest) > LONGEST:
                message = "a line of more than 10 MB: write one object per line"
                raise FileError("RECORD_TOO_LONG", message, self._lines + 1)
        if rest:
            yield rest

    def _block(self, rest: bytes) -> bytes:
        try:
            return self._text.read(_BLOCK)
        except Undecodable as error:
            line = self._lines + 1 + (rest + error.before).count(b"\n")
            what = "ends inside a character" if error.cut else "is not UTF-8"
            message = f"the file {what} at byte {error.offset:,} (line {line:,}): export it as UTF-8"
            raise FileError("NOT_DECODABLE", message, line) from None


def _entry(number: int, line: bytes) -> Entry:
    text = line.decode()
    try:
        values = _DECODER.decode(text)
        json.dumps(values, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return Entry(number, {}, "INVALID_JSON", text)
    if not isinstance(values, dict):
        return Entry(number, {}, "NO_JSON_OBJECT", text)
    return Entry(number, values, None, text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _RefusedError
    return found


def _constant(_word: str) -> None:
    raise _RefusedError


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number) or (not number and _NOT_ZERO.match(digits)):
        raise _RefusedError
    return LongNumber(digits) if number and Decimal(digits) != Decimal(repr(number)) else number


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)
