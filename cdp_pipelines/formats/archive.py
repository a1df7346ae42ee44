"""A ZIP archive that holds exactly one file -> that file's bytes. Nothing is ever written under a name from inside.

What macOS and Windows add beside the file (`__MACOSX/`, `.DS_Store`, folders) is not counted.
"""

import lzma
import struct
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import IO

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.octets import Compression, Limits, Octets

ENCRYPTED = 1
"""Flag of an entry whose bytes need a password."""

FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    LookupError,
)
"""What Python's `zipfile` raises for damaged archives, and for ways of packing that it does not know."""


class ZipOctets(Octets):
    """The one file of a ZIP archive, read from start to end with its checksum verified.

    Raises:
        FileError: It cannot be read as one (ZIP_DAMAGED, ZIP_NOT_ONE_FILE, ZIP_ENCRYPTED, ZIP_UNSAFE_NAME, NOT_TEXT).
    """

    compression: Compression = "zip"

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        super().__init__(file)
        self._limits, self._unpacked = limits, 0
        try:
            self._size = file.seek(0, 2)
            archive = open_archive(file)
            self._entry = _only_file(archive)
            limits.check(self._entry.file_size, self._entry.compress_size)
            self._member = archive.open(self._entry)
        except FileError:
            file.close()
            raise
        except FAULTS:
            file.close()
            raise _damaged() from None

    def read(self, size: int) -> bytes:  # noqa: D102 - inherited
        try:
            data = self._member.read(size)
        except FAULTS:
            raise _damaged() from None
        self._unpacked += len(data)
        # An entry may lie about its size. The archive's own directory counts as read once the entry is.
        self._limits.check(self._unpacked, self._entry.compress_size)
        share = self._unpacked / max(self._entry.file_size, 1)
        self.bytes_read = min(int(self._size * share), self._size) if data else self._size
        return data


def open_archive(file: IO[bytes]) -> zipfile.ZipFile:
    """Read the directory of an archive.

    Raises:
        FileError: There is none to be read (ZIP_DAMAGED).
    """
    try:
        return zipfile.ZipFile(file)
    except FAULTS:
        raise _damaged() from None


def _only_file(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    if "[Content_Types].xml" in archive.namelist():
        message = "the file is an Excel workbook: set format.kind to xlsx, or export it as CSV"
        raise FileError("NOT_TEXT", message)
    files = [entry for entry in archive.infolist() if not _is_beside(entry)]
    if len(files) != 1:
        message = f"the ZIP archive holds {len(files):,} files: pack exactly one, or deliver them unpacked"
        raise FileError("ZIP_NOT_ONE_FILE", message)
    (entry,) = files
    if entry.flag_bits & ENCRYPTED:
        message = "the ZIP archive is protected by a password: pack it without one, or send it over sftp or https"
        raise FileError("ZIP_ENCRYPTED", message)
    if not _is_plain(entry.filename):
        message = "the file inside of the ZIP archive is named by an absolute path or one with ..: pack it anew"
        raise FileError("ZIP_UNSAFE_NAME", message)
    return entry


def _is_beside(entry: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(entry.filename)
    return entry.filename.endswith("/") or path.parts[:1] == ("__MACOSX",) or path.name in (".DS_Store", "Thumbs.db")


def _is_plain(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return bool(parts) and ".." not in parts and parts[0] != "/" and not parts[0].endswith(":")


def _damaged() -> FileError:
    message = "the ZIP archive is damaged, cut, or packed in an unusual way: transfer it again, or pack it as gzip"
    return FileError("ZIP_DAMAGED", message)
