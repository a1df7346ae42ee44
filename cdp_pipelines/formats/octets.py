"""A file's bytes, unpacked. What they mean is not known here.

Gzip is recognised by its first bytes, never by the file's name: a plain body named `.gz` was seen, and so was
the reverse.
"""

import zlib
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

from cdp_pipelines.errors import FileError
from cdp_pipelines.issues import Notice

MAGIC = b"\x1f\x8b"
CHUNK = 1 << 18
GZIP_WITH_CHECKSUM = 31  # zlib's wbits for "gzip header and trailer", which makes it verify CRC and length

Compression = Literal["gzip", "none"]


class Octets:
    """A plain file, read from start to end; a context manager.

    Attributes:
        compression: What was found.
        warnings: Issues that do not stop the reading.
        bytes_read: Bytes of the file as it lies on disk that were read so far.
    """

    compression: Compression = "none"

    def __init__(self, file: IO[bytes], warnings: tuple[Notice, ...] = ()) -> None:
        self.warnings = warnings
        self.bytes_read = 0
        self._file = file

    def read(self, size: int) -> bytes:
        """Return the next bytes, at most `size`; none at the end.

        Raises:
            FileError: The packed data is damaged or cut (GZIP_DAMAGED, GZIP_TRUNCATED).
        """
        return self._raw(size)

    def _raw(self, size: int) -> bytes:
        got = self._file.read(size)
        self.bytes_read += len(got)
        return got

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()


class GzipOctets(Octets):
    """A gzip file of any number of members, padded with NUL bytes or not."""

    compression: Compression = "gzip"

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self._member = zlib.decompressobj(GZIP_WITH_CHECKSUM)
        self._packed = b""

    def read(self, size: int) -> bytes:  # noqa: D102 - inherited
        while not self._member.eof or self._next_member():
            packed = self._packed or self._raw(CHUNK)
            data = self._unpack(packed, size)
            if data:
                return data
            # Without input zlib still hands out what it holds back, so only both empty mean a cut file.
            if not packed and not self._member.eof:
                message = "the gzip data ends too early: the file was cut, transfer it again"
                raise FileError("GZIP_TRUNCATED", message)
        return b""

    def _unpack(self, packed: bytes, size: int) -> bytes:
        try:
            data = self._member.decompress(packed, size)
        except zlib.error:
            message = "the gzip data is damaged (its checksum or structure is wrong): transfer the file again"
            raise FileError("GZIP_DAMAGED", message) from None
        self._packed = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
        return data

    def _next_member(self) -> bool:
        """Step to the member behind the finished one; False at the file's end."""
        packed = self._packed.lstrip(b"\0")
        while len(packed) < len(MAGIC) and (got := self._raw(CHUNK)):
            packed = (packed + got).lstrip(b"\0")
        self._packed = packed
        if not packed:
            return False
        if not packed.startswith(MAGIC):
            message = "something that is not gzip follows the gzip data: transfer the file again"
            raise FileError("GZIP_DAMAGED", message)
        self._member = zlib.decompressobj(GZIP_WITH_CHECKSUM)
        return True


def open_octets(path: Path, compression: str, name: str = "") -> Octets:
    """Open a file for reading its unpacked bytes.

    Args:
        path: The file.
        compression: `auto` looks at the first bytes, `gzip` insists on gzip, `none` hands out the bytes as they are.
        name: What the file was called where it came from, if not as its path says.

    Raises:
        FileError: `gzip` was asked for and the file is something else (GZIP_DAMAGED).
    """
    file = path.open("rb", buffering=0)
    head = file.read(len(MAGIC))
    file.seek(0)
    packed = bool(head) and MAGIC.startswith(head)
    if compression == "gzip" and head and not packed:
        file.close()
        message = "format.compression says gzip, but the file does not begin like gzip: write auto or none"
        raise FileError("GZIP_DAMAGED", message)
    if packed and compression != "none":
        return GzipOctets(file)
    named = compression == "auto" and (name or path.name).lower().endswith(".gz") and bool(head)
    return Octets(file, (NOT_GZIP,) if named else ())


NOT_GZIP = Notice("NOT_GZIP", None, "the file's name ends in .gz, but it is not packed: it was read as it is")
