"""Unpacked bytes -> UTF-8, block by block. Records are not known here.

Everything behind this module is valid UTF-8 without a byte-order mark. Nothing is ever replaced or left out:
what does not decode stops the file (K-004).
"""

import codecs
from dataclasses import dataclass

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.octets import MAGIC, ZIP_MAGIC, Octets
from cdp_pipelines.issues import Notice

HEAD = 64
BOM = codecs.BOM_UTF8
MARKS = (  # the longer first: UTF-32's mark begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (BOM, "utf-8"),
)
FILLED = {  # which of four bytes are ever other than NUL in a text of ASCII
    "x\0\0\0": "utf-32-le",
    "\0\0\0x": "utf-32-be",
    "x\0x\0": "utf-16-le",
    "\0x\0x": "utf-16-be",
}
_UNPACK = "set format.compression to auto if it is packed once, and pack it only once"
_REPACK = "export it as CSV, plain or as gzip"
FOREIGN = (
    (ZIP_MAGIC[0], "a ZIP archive or an Excel workbook", _UNPACK),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an old or protected Excel workbook",
        "save it as xlsx without a password, or as CSV",
    ),
    (MAGIC, "packed with gzip", _UNPACK),
    (b"\xfd7zXZ\0", "packed with xz", _REPACK),
    (b"\x28\xb5\x2f\xfd", "packed with zstd", _REPACK),
)


@dataclass(eq=False)
class Undecodable(Exception):  # noqa: N818 - not shown to users: the reader turns it into a FileError with its line
    """A byte that is none in the declared encoding.

    Attributes:
        offset: Its place in the unpacked file, from 0.
        before: What was decoded since the last block handed out, as UTF-8.
        cut: Whether the file ends inside a character.
    """

    offset: int
    before: bytes
    cut: bool


class Text:
    """The unpacked bytes of a file as UTF-8.

    Args:
        octets: Where the bytes come from.
        encoding: Name of a Python text codec.

    Attributes:
        encoding: The codec's own name for it.
        warnings: Issues that do not stop the reading.
    """

    def __init__(self, octets: Octets, encoding: str) -> None:
        self.encoding = codecs.lookup(encoding).name
        self.warnings: tuple[Notice, ...] = ()
        self._octets = octets
        self._begun = False
        self._offset = 0  # of the next byte to decode, those that a decoder holds back not counted
        self._held = b""
        self._decoder = None if self.encoding in ("utf-8", "utf-8-sig") else codecs.getincrementaldecoder(encoding)()

    def read(self, size: int) -> bytes:
        """Decode about `size` bytes and return them as whole characters of UTF-8; none at the end.

        Raises:
            FileError: The file is no text, or begins like another encoding (NOT_TEXT, NOT_DECODABLE).
            Undecodable: A byte is none in this encoding.
        """
        if not self._begun and (head := self._begin()):
            return head
        while True:
            got = self._octets.read(size)
            text = self._decode(got)
            if text or not got:
                return text

    def _begin(self) -> bytes:
        self._begun = True
        head = got = self._octets.read(HEAD)
        while got and len(head) < HEAD:
            got = self._octets.read(HEAD - len(head))
            head += got
        _refuse_other(head, self.encoding)
        text = self._decode(head)
        rest = text.removeprefix(BOM)
        if rest.startswith(BOM):
            self.warnings = (DOUBLE_BOM,)
        while rest.startswith(BOM):
            rest = rest.removeprefix(BOM)
        return rest

    def _decode(self, got: bytes) -> bytes:
        text = self._validate(got) if self._decoder is None else self._convert(got, self._decoder)
        self._offset += len(got)
        return text

    def _validate(self, got: bytes) -> bytes:
        data, start = self._held + got, self._offset - len(self._held)
        self._held = b""
        if data.isascii():
            return data
        try:
            used = codecs.utf_8_decode(data, "strict", not got)[1]
        except UnicodeDecodeError as error:
            raise Undecodable(start + error.start, data[: error.start], cut=not got) from None
        self._held = data[used:]
        return data if used == len(data) else data[:used]

    def _convert(self, got: bytes, decoder: codecs.IncrementalDecoder) -> bytes:
        state = decoder.getstate()
        try:
            return decoder.decode(got, not got).encode()
        except UnicodeError as error:
            # A lone surrogate out of UTF-7 fails when written; its place is not known then, and its block's is named.
            place = error.start - len(state[0]) if isinstance(error, UnicodeDecodeError) else 0
            decoder.setstate(state)
            raise Undecodable(self._offset + place, _sound(decoder, got[: max(place, 0)]), cut=not got) from None


def _sound(decoder: codecs.IncrementalDecoder, got: bytes) -> bytes:
    """Decode what stands before a bad byte; nothing where the decoder waits for a byte-order mark that is not there."""
    try:
        return decoder.decode(got).encode()
    except UnicodeError:
        return b""


def looks_like(head: bytes) -> str | None:
    """Name the Unicode encoding that a file's first bytes give away by a byte-order mark or by their NUL bytes."""
    marked = next((name for mark, name in MARKS if head.startswith(mark)), None)
    if marked or len(head) < 8:
        return marked
    filled = ["\0x"[any(head[place::4])] for place in range(4)]
    return FILLED.get("".join(filled))


def _refuse_other(head: bytes, encoding: str) -> None:
    for magic, name, advice in FOREIGN:
        if head.startswith(magic):
            raise FileError("NOT_TEXT", f"the file is {name} and cannot be read as text: {advice}")
    found = looks_like(head)
    if found and not _suits(encoding, found):
        message = f"the file looks like {found.upper()} and is read as {encoding}: set format.encoding to {found}"
        raise FileError("NOT_DECODABLE", message, line=1)


def _suits(encoding: str, found: str) -> bool:
    if encoding in ("utf-16", "utf-32"):  # Python's decoders of that name refuse a file without a mark
        return found == encoding
    return encoding.startswith(found.removesuffix("-le").removesuffix("-be"))


DOUBLE_BOM = Notice("DOUBLE_BOM", None, "the file begins with more than one byte-order mark: all of them were dropped")
