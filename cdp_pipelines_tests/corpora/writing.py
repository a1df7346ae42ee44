"""Files as the world writes them: any dialect, encoding and packing that `format` can name, and ways to break them."""

import gzip
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from cdp_pipelines_tests.formats.packing import zipped

Rows = Sequence[Sequence[str]]
UNICODE = st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff\x1a")
ENCODINGS: dict[str, st.SearchStrategy[str]] = {
    **dict.fromkeys(("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "gb18030"), UNICODE),
    "cp1252": st.sampled_from("aéßÅ€™\xa0"),
    "iso8859-15": st.sampled_from("aéßÅ€\x85"),
    "cp1251": st.sampled_from("aЖы№"),
    # Letters whose second byte is a backslash, a bar or a caret, among others.
    "cp932": st.sampled_from("aソ表ポ彙日ｱ"),
    "big5": st.sampled_from("a功許蓋中"),
    "euc_kr": st.sampled_from("a한글"),
}
"""Encodings, and characters that they can write."""

TOLD_BY_ITSELF = ("utf-8", "utf-8-sig", "utf-16", "utf-32")
"""Encodings that `auto` is sure of, whatever the text."""
SPECIAL = ['"', "'", ",", ";", "\t", "|", "\n", "\r\n", "\r", "#", "\\", " ", "NA", "00123", '""', "1E5"]


@dataclass(frozen=True)
class Writing:
    """How a file is written; `ends` are the line ends in turn, `above` the lines before the header."""

    delimiter: str
    quote: str
    escape: str
    comment: str
    above: tuple[str, ...]
    encoding: str
    declared: str
    ends: tuple[str, ...]
    ended: bool
    quote_all: bool
    packing: str

    @property
    def format(self) -> dict[str, Any]:
        """What to write under `format`."""
        keys = {name: getattr(self, name) for name in ("delimiter", "quote", "escape", "comment")}
        return keys | {"kind": "csv", "encoding": self.declared, "header_line": len(self.above) + 1}

    def text(self, rows: Rows) -> str:
        """Return the file's text: header and records, with comments between them where there are any."""
        lines = [*self.above]
        for number, row in enumerate(rows):
            if self.comment != "none" and number % 2:
                lines.append(f'{self.comment} by "us, number {number}')
            lines.append(self.delimiter.join(map(self._cell, row)))
        # An escaped CR before an LF is no text, but an escape that somebody wrote at the end of a line.
        ends = [self._end(number, line) for number, line in enumerate(lines)]
        if not self.ended:
            ends[-1] = ""
        return "".join(line + end for line, end in zip(lines, ends, strict=True))

    def _end(self, number: int, line: str) -> str:
        return "\r\n" if line.endswith("\r") else self.ends[number % len(self.ends)]

    def data(self, text: str) -> bytes:
        """Return a text as the file's bytes."""
        return PACKINGS[self.packing](text.encode(self.encoding))

    def _cell(self, cell: str) -> str:
        if self.quote == "none":
            return self._escaped(cell, self.delimiter + "\r\n" + (self.comment if self.comment != "none" else ""))
        marks = (self.delimiter, self.quote, "\r", "\n", *(one for one in (self.escape, self.comment) if one != "none"))
        if not self.quote_all and not any(mark in cell for mark in marks):
            return cell
        inner = self._escaped(cell, self.quote) if self.escape != "none" else cell.replace(self.quote, self.quote * 2)
        return self.quote + inner + self.quote

    def _escaped(self, cell: str, special: str) -> str:
        return "".join(self.escape + one if one in special + self.escape else one for one in cell)


def _two_members(data: bytes) -> bytes:
    half = len(data) // 2
    return gzip.compress(data[:half], mtime=0) + gzip.compress(data[half:], mtime=0)


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "none": lambda data: data,
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "two members": _two_members,
    "zip": lambda data: zipped({"orders.csv": data}),
}


@st.composite
def writings(draw: st.DrawFn, packings: Sequence[str] = tuple(PACKINGS)) -> Writing:
    """Draw a way to write a file."""
    encoding = draw(st.sampled_from(sorted(ENCODINGS)))
    quote = draw(st.sampled_from(['"', "'", "none"]))
    declared = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    return Writing(
        delimiter=draw(st.sampled_from(",;\t|")),
        quote=quote,
        escape=draw(st.sampled_from(["\\", "^"] if quote == "none" else ["none", "\\", "^"])),
        comment=draw(st.sampled_from(["none", "#"])),
        above=tuple(draw(st.lists(st.text(st.sampled_from("\"'#\\,; Az"), max_size=8), max_size=2))),
        encoding=encoding,
        declared="auto" if encoding in TOLD_BY_ITSELF and draw(st.booleans()) else declared,
        ends=tuple(draw(st.lists(st.sampled_from(["\n", "\r\n"]), min_size=1, max_size=3))),
        ended=draw(st.booleans()),
        quote_all=draw(st.booleans()),
        packing=draw(st.sampled_from(packings)),
    )


def cells(encoding: str) -> st.SearchStrategy[str]:
    """Return cells that an encoding can write, with all that means something to some dialect."""
    return st.lists(st.sampled_from(SPECIAL) | ENCODINGS[encoding], max_size=6).map("".join)


BREAKS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "cut": lambda data, chance: data[: chance.randrange(len(data))],
    "flipped": lambda data, chance: _replaced(data, chance, 1),
    "garbled": lambda data, chance: _replaced(data, chance, 9),
    "doubled": lambda data, chance: data + data[chance.randrange(1, len(data)) :],
    "begun in the middle": lambda data, chance: data[chance.randrange(1, len(data)) :],
}
"""What happens to bytes on their way."""

SPOILS = ("\0", '"', "'", "\r", "\n", ",", "\ufeff", "\\", "\x1a")
"""What somebody types into a file."""


def _replaced(data: bytes, chance: random.Random, count: int) -> bytes:
    damaged = bytearray(data)
    for _ in range(count):
        damaged[chance.randrange(len(data))] ^= chance.randrange(1, 256)
    return bytes(damaged)
