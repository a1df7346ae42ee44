"""Moving files that were imported out of the way, where a source asks for it (`archive`).

A file is moved only if it still is the one that was read. Nothing that lies in the archive is ever replaced: a second
file of a name gets a number behind it.
"""

from pathlib import Path
from typing import Protocol

from cdp_pipelines.sources.spec import LocalSource, S3Source, SftpSource, SourceSpec


class Archive(Protocol):
    """Where the files of a source go when they were imported."""

    def take(self, uri: str, version: str) -> None:
        """Move a file into the archive; one that is gone is nobody's concern.

        Args:
            uri: Its address, as `Found.uri` has it.
            version: `Found.version` as it was read.

        Raises:
            SourceError: It changed since, or may not be moved; it stays where it is.
        """
        ...


def open_archive(spec: SourceSpec, folder: Path) -> Archive | None:
    """Return the archive of a source, None if its files stay where they are; local paths start in `folder`."""
    # Each client takes 0.1 to 0.3 s to import.
    if isinstance(spec, LocalSource) and spec.archive:
        from cdp_pipelines.sources.local_archive import LocalArchive

        return LocalArchive(spec.archive)
    if isinstance(spec, S3Source) and spec.archive:
        from cdp_pipelines.sources.s3_archive import S3Archive

        return S3Archive(spec.beside(folder), spec.archive)
    if isinstance(spec, SftpSource) and spec.archive:
        from cdp_pipelines.sources.sftp_archive import SftpArchive

        return SftpArchive(spec.beside(folder), spec.archive)
    return None
