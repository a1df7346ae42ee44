"""A CSV file -> its header and blocks of whole records with their physical lines: the one way to read CSV.

Columns and cells have no meaning here; which rows make an order is decided above. Memory is bounded by the block
size and the longest record, whatever the file's size.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

import numpy as np

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.borders import (
    CR,
    LF,
    Borders,
    find_borders,
    line_breaks,
    lone_returns,
    quote_marks,
    unclosed,
)
from cdp_pipelines.formats.cells import Parsed, cells, parse
from cdp_pipelines.formats.dialect import Dialect
from cdp_pipelines.formats.encoding import detect
from cdp_pipelines.formats.header import Header, header_of
from cdp_pipelines.formats.octets import Octets, open_octets
from cdp_pipelines.formats.spec import AUTO, Csv
from cdp_pipelines.formats.text import Text, Undecodable
from cdp_pipelines.issues import Notice

__all__ = ["Block", "CsvReader", "Header", "Parsed", "cells", "parse"]

BLOCK = 2 << 20
"""Bytes read at once (768 kB): below 1 MB, so that the C library reuses the memory instead of mapping it anew."""

LONGEST_RECORD = 10_000_000
HEADER_SIZE = 1 << 16
SAMPLE_LINES = 10


@dataclass(frozen=True, eq=False)
class Block:
    """Whole records of a file, in its order, blank lines left out.

    Attributes:
        data: The records' bytes as UTF-8, each with its line end.
        starts: n + 1 offsets into `data`, int64: where each record starts, and the length of `data`.
        lines: n physical lines on which the records start, int64, header = 1.
        damaged: Why a record cannot be trusted, by its index: MALFORMED_QUOTE, NUL_BYTE or LONE_CR.
    """

    data: bytes
    starts: np.ndarray
    lines: np.ndarray
    damaged: dict[int, str]


class CsvReader:
    """Reads a CSV file once, from start to end; a context manager that has read the header when it is entered.

    Args:
        path: The file.
        spec: Its encoding, compression and dialect.
        block_size: About how many bytes a block has; results do not depend on it.
        name: What the file was called where it came from, if not as its path says.

    Attributes:
        header: The column names.
        encoding: The codec's own name.
        compression: What was found: `gzip`, `zip` or `none`.

    Raises:
        FileError: On entering and while reading, whatever makes the whole file unusable.
    """

    header: Header

    def __init__(self, path: Path, spec: Csv, block_size: int = BLOCK, name: str = "") -> None:
        self._stack = ExitStack()
        self._path, self._spec, self._block_size, self._name = path, spec, block_size, name
        self._rest = b""
        self._line = 1
        self._unended: int | None = None
        self._found_out: list[Notice] = []
        self._blank_lines: list[int] = []
        self._blank_count = 0

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            encoding = self._spec.encoding if self._spec.encoding != AUTO else self._detected()
            self._octets = stack.enter_context(self._open())
            text = Text(self._octets, encoding)
            self._text = text if self._spec.is_plain else Dialect(text, self._spec)
            self.compression, self.encoding = self._octets.compression, self._text.encoding
            self.header = self._read_header()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def _open(self) -> Octets:
        return open_octets(self._path, self._spec.compression, self._name, self._spec.limits)

    def _detected(self) -> str:
        with self._open() as octets:
            found = detect(octets)
        self._found_out = [found.notice]
        return found.encoding

    @property
    def bytes_read(self) -> int:
        """Bytes of the file as it lies on disk that were read so far."""
        return self._octets.bytes_read

    @property
    def warnings(self) -> list[Notice]:
        """What was found so far that does not stop the reading."""
        found = [*self._octets.warnings, *self._found_out, *self._text.warnings]
        if places := self.header.unnamed:
            numbers = ", ".join(map(str, places[:SAMPLE_LINES]))
            message = f"columns without a name are ignored: number {numbers} of the header"
            found.append(Notice("UNNAMED_COLUMN", None, message, (self.header.line,)))
        if self._blank_count:
            lines = tuple(self._blank_lines)
            found.append(Notice("BLANK_LINES", None, "blank lines were skipped", lines, self._blank_count))
        if self._unended:
            message = "the last line has no line end: its last cell may have been cut"
            found.append(Notice("NO_FINAL_LINE_END", None, message, (self._unended,), 1))
        return found

    def blocks(self) -> Iterator[Block]:
        """Yield the records behind the header; can be run once.

        Raises:
            FileError: The rest of the file cannot be read; what was yielded before belongs to a damaged file.
        """
        while found := self._next(self._block_size):
            data, borders = found
            if self._unended:
                self._check_end(data[borders.starts[-2] :])
            block = self._without_blank_lines(data, borders)
            if len(block.lines):
                yield block

    def _read_header(self) -> Header:
        while found := self._next(min(self._block_size, HEADER_SIZE)):
            data, borders = found
            filled = np.flatnonzero(~_blank(data, borders.starts))
            self._count_blank(borders.lines[: filled[0] if len(filled) else -1])
            if len(filled):
                place = int(filled[0])
                (start, end), (line, behind) = borders.starts[place : place + 2], borders.lines[place : place + 2]
                self._rest, self._line = data[end:] + self._rest, int(behind)
                return self._header(data[start:end], int(line), int(behind), borders.damaged.get(place))
        raise FileError("EMPTY_FILE", "the file is empty: check the export")

    def _header(self, record: bytes, line: int, behind: int, damage: str | None) -> Header:
        try:
            return replace(header_of(record, behind - line, self._spec.delimiter, damage), line=line)
        except FileError as error:
            error.line = line
            raise

    def _next(self, size: int) -> tuple[bytes, Borders] | None:
        """Read on until there is a whole record; None at the end."""
        while True:
            # As much again as was left over, so that a long record is searched for its end a few times only.
            got = self._read(max(size, len(self._rest)))
            data = self._rest + got
            borders = find_borders(data, self._spec.delimiter, self._line, last=not got)
            used = int(borders.starts[-1])
            self._check_lengths(data, borders)
            if not got and data and data[-1] != LF:
                self._unended = int(borders.lines[-2])
            self._rest, self._line = data[used:], int(borders.lines[-1])
            if used:
                return data[:used], borders
            if not got:
                return None

    def _read(self, size: int) -> bytes:
        try:
            return self._text.read(size)
        except Undecodable as error:
            line = self._line + line_breaks(self._rest + error.before)
            raise _not_decodable(error, line, self.encoding) from None

    def _check_lengths(self, data: bytes, borders: Borders) -> None:
        starts = np.append(borders.starts, len(data))
        long = np.flatnonzero(np.diff(starts) > LONGEST_RECORD)
        if len(long):
            start = starts[long[0]]
            _refuse_long(data[start : start + LONGEST_RECORD], self._spec.delimiter, int(borders.lines[long[0]]))

    def _check_end(self, record: bytes) -> None:
        found = len(cells(record, self._spec.delimiter))
        if record != b"\r" and found < len(self.header.columns):
            message = (
                f"the file ends inside its last record (line {self._unended}, {found} of {len(self.header.columns)} "
                "cells, no line end): transfer it again"
            )
            raise FileError("TRUNCATED_FILE", message, line=self._unended)

    def _without_blank_lines(self, data: bytes, borders: Borders) -> Block:
        starts, lines = borders.starts, borders.lines[:-1]
        blank = _blank(data, starts)
        if not blank.any():
            return Block(data, starts, lines, borders.damaged)
        self._count_blank(lines[blank])
        kept = np.flatnonzero(~blank)
        data = b"".join(data[starts[record] : starts[record + 1]] for record in kept)
        new = {int(old): index for index, old in enumerate(kept)}
        damaged = {new[record]: code for record, code in borders.damaged.items()}
        return Block(data, np.concatenate(([0], np.cumsum(np.diff(starts)[kept]))), lines[kept], damaged)

    def _count_blank(self, lines: np.ndarray) -> None:
        if isinstance(self._text, Dialect):
            lines = np.array([line for line in lines.tolist() if line not in self._text.skipped], np.int64)
        self._blank_count += len(lines)
        self._blank_lines += lines[: SAMPLE_LINES - len(self._blank_lines)].tolist()


def _blank(data: bytes, starts: np.ndarray) -> np.ndarray:
    """Whether each record is nothing but a line end: LF, CRLF, or a CR whose LF was cut off."""
    octets = np.frombuffer(data, np.uint8)
    lengths = np.diff(starts)
    blank = lengths <= 2
    short = np.flatnonzero(blank)
    first, final = octets[starts[short]], octets[starts[short + 1] - 1]
    alone = (lengths[short] == 1) & ((first == LF) | (first == CR))
    blank[short] = alone | ((first == CR) & (final == LF))
    return blank


def _refuse_long(head: bytes, delimiter: str, line: int) -> NoReturn:
    """Say why a record is longer than any: the first `LONGEST_RECORD` bytes tell."""
    marks = quote_marks(head, delimiter)[0]
    if len(marks) % 2:
        raise unclosed(line + line_breaks(head[: marks[-1]]))
    if len(lone_returns(head)):
        message = f"lines from {line} on end in a carriage return alone: save the file with LF or CRLF line ends"
        raise FileError("CR_LINE_ENDS", message, line=line)
    message = f"the record on line {line} is longer than 10 MB: check its quotes and line ends"
    raise FileError("RECORD_TOO_LONG", message, line=line)


def _not_decodable(error: Undecodable, line: int, encoding: str) -> FileError:
    place = f"byte {error.offset:,} of the unpacked file, line {line},"
    if error.cut:
        message = f"the file ends inside a character ({place} read as {encoding}): transfer it again"
    else:
        message = f"{place} is not {encoding}: set format.encoding to the file's own encoding, or save it as {encoding}"
    return FileError("NOT_DECODABLE", message, line=line)
