"""CSV of another dialect -> CSV as RFC 4180 has it, line by line, so that everything behind it knows one dialect only.

Every line end stays where it was, which keeps physical line numbers right: what is skipped (comments, lines above the
header) leaves an empty line. Cells mean what Python's `csv` takes them for: an escape makes the next character plain
text, within quotes or not, and a doubled quote inside of quotes is one.
"""

import re
from typing import Protocol

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.borders import find_borders, line_breaks
from cdp_pipelines.formats.nulls import NullCells
from cdp_pipelines.formats.spec import NO_CHARACTER, Csv
from cdp_pipelines.formats.text import Undecodable
from cdp_pipelines.issues import Notice

LONGEST_RECORD = 10_000_000


class Utf8(Protocol):
    """Where UTF-8 comes from in pieces, as from `Text`."""

    encoding: str
    warnings: tuple[Notice, ...]

    def read(self, size: int) -> bytes:
        """Return about `size` bytes of whole characters; none at the end."""
        ...


class Dialect:
    """A text in another dialect, as one in the plain one.

    Args:
        text: The file's text.
        spec: Its delimiter, quote, escape and comment characters, and the line of its header.

    Attributes:
        skipped: Physical lines left empty on purpose.
    """

    def __init__(self, text: Utf8, spec: Csv) -> None:
        self.skipped: set[int] = set()
        self._text, self._spec = text, spec
        self._comment = _byte(spec.comment)
        self._quote, self._escape = _byte(spec.quote), _byte(spec.escape)
        self._cell = _cell_pattern(spec.delimiter.encode(), self._quote, self._escape)
        special = b"".join(map(re.escape, {b'"', self._quote, self._escape} - {b""}))
        self._plain_lines = _plain_lines_pattern(special, self._comment)
        self._quoted_records = _quoted_records_pattern(spec.delimiter.encode(), self._quote, special, self._comment)
        self._plain_cells = _plain_cells_pattern(special, spec.delimiter.encode())
        self._inside, self._outside = _pairs(self._quote, self._escape), _pairs(b"", self._escape)
        self._nulls = NullCells(spec.NULL, spec.delimiter) if spec.NULL else None
        self._until_return = _until_return_pattern(self._escape)
        self._above = spec.header_line - 1
        self._line = 1
        self._begins = True  # whether a record begins here
        self._rest = b""

    @property
    def encoding(self) -> str:
        """The codec's own name."""
        return self._text.encoding

    @property
    def warnings(self) -> tuple[Notice, ...]:
        """Issues that do not stop the reading."""
        return self._text.warnings

    def read(self, size: int) -> bytes:
        """Return about `size` bytes of plain CSV; none at the end.

        Raises:
            FileError: The text is none, or a cell is longer than any.
            Undecodable: A byte is none in this encoding.
        """
        while True:
            try:
                got = self._text.read(max(size, len(self._rest)))
            except Undecodable as error:
                raise Undecodable(error.offset, self._rest + error.before, error.cut) from None
            data, self._rest = self._rest + got, b""
            plain = self._plain(data, last=not got)
            if plain or not got:
                return self._nulls.emptied(plain) if self._nulls else plain

    def _plain(self, data: bytes, last: bool) -> bytes:
        above, data = self._without_lines_above(data, last)
        if self._above:
            return above
        if self._is_plain(data):
            used = self._whole_records(data, last)
            self._line += line_breaks(data[:used])
            self._rest, plain = data[used:], data[:used]
        else:
            plain = self._translated(data, last)
        if len(self._rest) > LONGEST_RECORD:
            message = (
                f"a record or cell on line {self._line} is longer than 10 MB: check format.quote and format.escape"
            )
            raise FileError("RECORD_TOO_LONG", message, line=self._line)
        return above + plain

    def _without_lines_above(self, data: bytes, last: bool) -> tuple[bytes, bytes]:
        """Empty the lines above the header, whatever is in them."""
        emptied = b""
        while self._above and data:
            line, feed, data = data.partition(b"\n")
            if not feed and not last:
                self._rest = line
                break
            emptied += self._emptied(line + feed)
            self._above -= 1
        return emptied, data

    def _emptied(self, line: bytes) -> bytes:
        self.skipped.add(self._line)
        self._line += 1
        return b"\n" if line.endswith(b"\n") else b""

    def _is_plain(self, data: bytes) -> bool:
        """Whether a piece needs no translation, which is worth finding out: it is a hundred times as fast."""
        if not self._begins or (self._escape and self._escape in data):
            return False
        if self._quote != b'"' and (b'"' in data or (self._quote and self._quote in data)):
            return False
        return not (self._comment and (data.startswith(self._comment) or b"\n" + self._comment in data))

    def _whole_records(self, data: bytes, last: bool) -> int:
        if last:
            return len(data)
        if self._quote != b'"':  # then no quote is in the piece, and every line is a record
            return data.rfind(b"\n") + 1
        return int(find_borders(data, self._spec.delimiter, self._line, last=False).starts[-1])

    def _translated(self, data: bytes, last: bool) -> bytes:
        """Translate what is whole; the rest waits for more."""
        out, place = [], 0
        while place < len(data):
            step = self._next(data, place, last)
            if step is None:
                break
            written, place = step
            out.append(written)
        self._rest = data[place:]
        return b"".join(out)

    def _next(self, data: bytes, place: int, last: bool) -> tuple[bytes, int] | None:
        """Translate plain lines, a comment, plain cells or one cell, and return it with the place behind it."""
        if self._begins and (run := self._plain_lines.match(data, place)):
            self._line += line_breaks(run[0])
            return run[0], run.end()
        if self._begins and (run := self._quoted_records.match(data, place)):
            self._line += line_breaks(run[0])
            return run[0].replace(self._quote, b'"'), run.end()
        if self._begins and self._comment and data.startswith(self._comment, place):
            end = data.find(b"\n", place) + 1
            return (self._emptied(data[place : end or len(data)]), end or len(data)) if end or last else None
        if run := self._plain_cells.match(data, place):
            self._line += line_breaks(run[0])
            self._begins = False
            return run[0], run.end()
        cell = self._cell.match(data, place)
        if cell is None or not cell[0]:  # an escape is the file's last character, and stands for itself
            return (data[place:], len(data)) if last else None
        if not cell["end"] and not last:
            return None
        self._begins = cell["end"] == b"\n"
        return self._standard(cell), cell.end()

    def _standard(self, cell: re.Match[bytes]) -> bytes:
        quoted, close, behind, end = cell.group("quoted", "close", "behind", "end")
        if end == b"\n" and behind.endswith(b"\r"):
            behind, end = behind[:-1], b"\r\n"
        if quoted is None:
            written = self._unquoted(behind)
        else:
            # Text behind a closing quote stays there, and is found to be malformed as in any dialect.
            written = _in_quotes(self._inside.sub(rb"\1", quoted))
            written = written + behind if close else written[:-1]
        written += end
        self._line += line_breaks(written)
        return written

    def _unquoted(self, cell: bytes) -> bytes:
        """Translate a cell without quotes; a CR alone stays outside of ours, so that it is found in any dialect."""
        head = self._until_return.match(cell)[0]  # type: ignore[index]
        tail = cell[len(head) :]
        if self._escape and self._escape in tail:
            head, tail = cell, b""
        text = self._outside.sub(rb"\1", head)
        return (_in_quotes(text) if b'"' in head or text != head else text) + tail


def _byte(character: str) -> bytes:
    return b"" if character == NO_CHARACTER else character.encode()


def _in_quotes(text: bytes) -> bytes:
    return b'"' + text.replace(b'"', b'""') + b'"'


def _pairs(quote: bytes, escape: bytes) -> re.Pattern[bytes]:
    """Match what stands for its second character: an escape and anything, or two quotes."""
    firsts = [re.escape(escape)] if escape else []
    if quote:
        firsts.append(re.escape(quote) + rb"(?=" + re.escape(quote) + rb")")
    return re.compile(rb"(?:" + rb"|".join(firsts) + rb")([\s\S])" if firsts else rb"(?!)()")


def _cell_pattern(delimiter: bytes, quote: bytes, escape: bytes) -> re.Pattern[bytes]:
    """Match one cell and what ends it: a delimiter, a line end, or nothing where the piece ends."""
    between, around, before = re.escape(delimiter), re.escape(quote), re.escape(escape)
    escaped = rb"|" + before + rb"[\s\S]" if escape else b""
    opened = rb"(?P<quoted>(?!))?(?P<close>)"
    if quote:
        inside = rb"(?:[^" + around + before + rb"]++|" + around + around + escaped + rb")*+"
        opened = rb"(?:" + around + rb"(?P<quoted>" + inside + rb")(?P<close>" + around + rb"?))?+"
    behind = rb"(?P<behind>(?:[^\n" + between + before + rb"]++" + escaped + rb")*+)"
    return re.compile(opened + behind + rb"(?P<end>[\n" + between + rb"]?)")


def _until_return_pattern(escape: bytes) -> re.Pattern[bytes]:
    """Match a cell up to its first CR that no escape makes plain text."""
    before = re.escape(escape)
    return re.compile(rb"(?:[^\r" + before + rb"]++" + (rb"|" + before + rb"[\s\S]?" if escape else b"") + rb")*+")


def _plain_lines_pattern(special: bytes, comment: bytes) -> re.Pattern[bytes]:
    """Match whole lines that mean the same in the plain dialect."""
    start = rb"(?!" + re.escape(comment) + rb")" if comment else b""
    return re.compile(rb"(?:" + start + rb"[^\n" + special + rb"]*+\n)++")


def _quoted_records_pattern(delimiter: bytes, quote: bytes, special: bytes, comment: bytes) -> re.Pattern[bytes]:
    """Match whole records that are those of the plain dialect once their quotes are."""
    if not quote:
        return re.compile(rb"(?!)")
    between, around = re.escape(delimiter), re.escape(quote)
    start = rb"(?!" + re.escape(comment) + rb")" if comment else b""
    # A doubled quote stays one only where quotes are the plain dialect's own.
    doubled = rb"|" + around + around if quote == b'"' else b""
    quoted = around + rb"(?:[^" + special + rb"]++" + doubled + rb")*+" + around
    cell = rb"(?:" + quoted + rb"|[^\n" + between + special + rb"]*+)"
    return re.compile(rb"(?:" + start + cell + rb"(?:" + between + cell + rb")*+\r?\n)++")


def _plain_cells_pattern(special: bytes, delimiter: bytes) -> re.Pattern[bytes]:
    """Match cells of one record, with the delimiters behind them, that mean the same in the plain dialect."""
    between = re.escape(delimiter)
    return re.compile(rb"(?:[^\n" + between + special + rb"]*+" + between + rb")++")
