"""The first bytes of a file of unknown make, wherever it lies: bounded in time, memory and what is fetched.

A local file is read where it is. Of one on a server no more than `MOST_FETCHED` bytes are asked for.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, cast

from pydantic import ValidationError

from cdp_pipelines.errors import ConfigurationError, FileError
from cdp_pipelines.formats.octets import LIMITS, ZIP_MAGIC, open_octets
from cdp_pipelines.sources import shown, source_for
from cdp_pipelines.sources.addresses import scheme_of
from cdp_pipelines.sources.spec import LocalSource
from cdp_pipelines.sources.template import placeholders

SAMPLE = 4 << 20
"""Unpacked bytes that are looked at."""
MOST_FETCHED = 32 << 20
"""Bytes of a file that are fetched from a server."""
_PIECE = 1 << 18
_WORKBOOK = b"[Content_Types].xml"


@dataclass(frozen=True)
class Taken:
    """The beginning of a file.

    Attributes:
        path: Where it lies now, all of it or its beginning.
        source: The `source` of the import that will read it.
        head: Its first unpacked bytes, at most `SAMPLE`; none of a workbook.
        whole: Whether `head` is all there is.
        compression: How it is packed: gzip, zip or none.
        workbook: Whether it is an Excel workbook.
    """

    path: Path
    source: dict[str, str]
    head: bytes
    whole: bool
    compression: str
    workbook: bool


class _EnoughError(Exception):
    """What was fetched suffices."""


class _Beginning(BytesIO):
    """Takes bytes up to a limit."""

    def write(self, data) -> int:
        """Keep bytes; stop whoever writes once there are enough of them."""
        written = super().write(data)
        if self.tell() >= MOST_FETCHED:
            raise _EnoughError
        return written


@contextmanager
def taken(address: str) -> Iterator[Taken]:
    """Give the beginning of the file at a path or address, for as long as it is looked at.

    Raises:
        ConfigurationError: The address cannot stand in an import.
        SourceError: The file cannot be got.
        FileError: It cannot be unpacked.
    """
    kind = {"": "local", "file": "local", "http": "http", "https": "http"}.get(scheme_of(address), scheme_of(address))
    try:
        source = source_for(address, LocalSource(kind="local", uri="file"), Path.cwd())
    except ValidationError as error:
        message = f"{shown(address)} is no address of a file: {error.errors()[0]['msg'].removeprefix('Value error, ')}"
        raise ConfigurationError(message) from None
    found = source.list(address)[-1]  # of several that match a pattern the newest by name
    if kind == "local":
        uri = str(Path(found.uri).parent / Path(address).name) if "*" in Path(address).name else found.uri
        yield _unpacked(Path(found.uri), {"kind": kind, "uri": _writable(uri)}, complete=True)
        return
    target, complete = _Beginning(), True
    try:
        source.fetch(found, cast("BinaryIO", target))
    except _EnoughError:
        complete = False
    with TemporaryDirectory(prefix="cdp-suggest-") as folder:
        path = Path(folder) / "file"
        path.write_bytes(target.getvalue())
        yield _unpacked(path, {"kind": kind, "uri": _writable(address)}, complete)


def _writable(uri: str) -> str:
    """Return an address that an import may hold.

    Raises:
        ConfigurationError: Braces in it would be taken for placeholders.
    """
    try:
        taken_for = placeholders(uri)
    except ValueError:
        taken_for = [("", "")]
    if taken_for or "{{" in uri or "}}" in uri or not uri.isprintable():
        name = shown(uri) if uri.isprintable() else repr(uri)
        message = f"{name} holds braces or control characters, which no import's uri can: rename the file first"
        raise ConfigurationError(message)
    return uri


def _unpacked(path: Path, source: dict[str, str], complete: bool) -> Taken:
    if _is_workbook(path):
        if not complete:
            raise _too_large()
        return Taken(path, source, b"", True, "zip", True)
    with open_octets(path, "auto", path.name, LIMITS) as octets:
        if octets.compression == "zip" and not complete:
            raise _too_large()
        head, ended = _read(octets, complete)
        return Taken(path, source, head, ended and complete, octets.compression, False)


def _read(octets, complete: bool) -> tuple[bytes, bool]:
    """Return the first unpacked bytes, and whether the file ends with them."""
    pieces, size = [], 0
    try:
        while size < SAMPLE and (piece := octets.read(min(_PIECE, SAMPLE - size))):
            pieces.append(piece)
            size += len(piece)
        return b"".join(pieces), size < SAMPLE
    except FileError:
        if complete:
            raise
        return b"".join(pieces), False


def _is_workbook(path: Path) -> bool:
    """Whether a ZIP archive is a workbook, by what stands at either end of it: its directory may be a bomb itself."""
    with path.open("rb") as file:
        head = file.read(1 << 12)
        if not head.startswith(ZIP_MAGIC[0]):
            return False
        file.seek(max(path.stat().st_size - (1 << 20), 0))
        return _WORKBOOK in head or _WORKBOOK in file.read(1 << 20)


def _too_large() -> FileError:
    message = (
        f"a workbook or ZIP archive of more than {MOST_FETCHED >> 20} MB has to be complete to be looked at: fetch it, "
        "and name the copy"
    )
    return FileError("SOURCE_FAILED", message)
