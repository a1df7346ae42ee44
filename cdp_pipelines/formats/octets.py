"""A file's bytes, unpacked. What they mean is not known here.

Gzip and ZIP are recognised by their first bytes, never by the file's name: a plain body named `.gz` was seen, and so
was the reverse. What unpacks to far more than any export does is stopped while it is read.
"""

import zlib
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

from cdp_pipelines.errors import FileError
from cdp_pipelines.issues import Notice

MAGIC = b"\x1f\x8b"
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")  # the latter is an archive without a file
CHUNK = 1 << 18
GZIP_WITH_CHECKSUM = 31  # zlib's wbits for "gzip header and trailer", which makes it verify CRC and length

UNSUSPICIOUS = 10_000_000
"""Unpacked bytes below which the ratio tells nothing: a short file of equal rows packs well."""

Compression = Literal["gzip", "zip", "none"]


@dataclass(frozen=True)
class Limits:
    """How far a packed file may unpack.

    Attributes:
        ratio: Unpacked bytes per packed byte, beyond the first 10 MB. Exports have 5 to 40, bombs about 1,000.
        unpacked: Bytes in all.
    """

    ratio: float = 100
    unpacked: int = 50 << 30

    def check(self, unpacked: int, packed: int) -> None:
        """Stop what unpacks too far.

        Raises:
            FileError: It does (UNPACKED_TOO_LARGE).
        """
        if unpacked > self.unpacked:
            size = f"{self.unpacked / (1 << 30):,g} GB"
            message = f"the file unpacks to more than {size}: check it, and raise format.max_unpacked_gb if it is right"
            raise FileError("UNPACKED_TOO_LARGE", message)
        if unpacked > UNSUSPICIOUS and unpacked > self.ratio * max(packed, 1):
            message = (
                f"the file unpacks to more than {self.ratio:,g} times its size, as no export does: check it, and raise "
                "format.max_ratio if it is right"
            )
            raise FileError("UNPACKED_TOO_LARGE", message)


LIMITS = Limits()


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
            FileError: The packed data is damaged, cut or a bomb (GZIP_DAMAGED, GZIP_TRUNCATED, ZIP_DAMAGED,
                UNPACKED_TOO_LARGE).
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

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        super().__init__(file)
        self._limits, self._unpacked = limits, 0
        self._member = zlib.decompressobj(GZIP_WITH_CHECKSUM)
        self._packed = b""

    def read(self, size: int) -> bytes:  # noqa: D102 - inherited
        while not self._member.eof or self._next_member():
            packed = self._packed or self._raw(CHUNK)
            data = self._unpack(packed, size)
            if data:
                self._unpacked += len(data)
                self._limits.check(self._unpacked, self.bytes_read)
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


def open_octets(path: Path, compression: str, name: str = "", limits: Limits = LIMITS) -> Octets:
    """Open a file for reading its unpacked bytes.

    Args:
        path: The file.
        compression: `auto` looks at the first bytes, `gzip` and `zip` insist, `none` hands out the bytes as they are.
        name: What the file was called where it came from, if not as its path says.
        limits: How far it may unpack.

    Raises:
        FileError: It is not packed as was said (GZIP_DAMAGED, ZIP_DAMAGED), or no archive of exactly one plain file
            (ZIP_NOT_ONE_FILE, ZIP_ENCRYPTED, ZIP_UNSAFE_NAME, NOT_TEXT).
    """
    file = path.open("rb", buffering=0)
    head = file.read(len(ZIP_MAGIC[0]))
    file.seek(0)
    found = _packed_with(head)
    if compression in ("gzip", "zip") and head and found != compression:
        file.close()
        message = (
            f"format.compression says {compression}, but the file does not begin like {compression}: write auto or none"
        )
        raise FileError(f"{compression.upper()}_DAMAGED", message)
    if compression == "none" or found == "none":
        named = compression == "auto" and (name or path.name).lower().endswith(".gz") and bool(head)
        return Octets(file, (NOT_GZIP,) if named else ())
    if found == "gzip":
        return GzipOctets(file, limits)
    from cdp_pipelines.formats.archive import ZipOctets  # few files need it

    return ZipOctets(file, limits)


def _packed_with(head: bytes) -> Compression:
    if head and MAGIC.startswith(head[: len(MAGIC)]):
        return "gzip"
    return "zip" if head in ZIP_MAGIC else "none"


NOT_GZIP = Notice("NOT_GZIP", None, "the file's name ends in .gz, but it is not packed: it was read as it is")
