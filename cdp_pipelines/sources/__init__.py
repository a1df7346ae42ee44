"""Where bytes come from: each source lists files and delivers one, completely or with an error.

What arrives is neither decompressed nor decoded here; keeping it is the landing's part.
"""

from pathlib import Path

from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.sources.addresses import checked_http, scheme_of, sftp_place, shown
from cdp_pipelines.sources.files import Fetched, Found, Source
from cdp_pipelines.sources.spec import (
    HttpSource,
    LocalSource,
    RemoteSource,
    S3Source,
    SftpSource,
    SourceSpec,
    web_addresses,
)

__all__ = ["Fetched", "Found", "RemoteSource", "Source", "SourceSpec", "open_source", "shown", "source_for"]


def open_source(spec: SourceSpec, folder: Path) -> Source:
    """Return the source of an import; relative local paths start in `folder`, that of its YAML file."""
    if isinstance(spec, LocalSource):
        return _local(folder)
    return _remote(spec.beside(folder))


def source_for(uri: str, spec: SourceSpec, folder: Path) -> Source:
    """Return the source of a single file named on the command line.

    Args:
        uri: A path or file:// address (relative to the current folder), or an http(s), s3 or sftp address.
        spec: The import's own source, whose settings apply where the kinds agree.
        folder: That of the import's YAML file.

    Raises:
        ConfigurationError: The address is of a kind that can't be read.
    """
    scheme = scheme_of(uri)
    if scheme in ("", "file"):
        return _local(Path.cwd())
    if scheme in ("http", "https"):
        for address in web_addresses(uri):
            checked_http(address)
        return _remote(spec.beside(folder) if isinstance(spec, HttpSource) else HttpSource(kind="http", uri=uri))
    if scheme == "s3":
        return _remote(spec.beside(folder) if isinstance(spec, S3Source) else S3Source(kind="s3", uri=uri))
    if scheme == "sftp":
        return _remote(_same_server(uri, spec).beside(folder))
    raise ConfigurationError(
        f"{scheme}:// can't be read; give a path or an address with file://, http://, https://, s3:// or sftp://."
    )


def _same_server(uri: str, spec: SourceSpec) -> SftpSource:
    """Return the import's own source if it is on the server of `uri`: no other one may see its password."""
    try:
        if isinstance(spec, SftpSource) and sftp_place(uri)[:2] == sftp_place(spec.uri)[:2]:
            return spec
    except ValueError as error:
        raise ConfigurationError(f"{shown(uri)} {error}.") from None
    raise ConfigurationError(f"{shown(uri)} isn't on the server of the import's source; name a file of that one.")


def _local(folder: Path) -> Source:
    from cdp_pipelines.sources.local import LocalFiles

    return LocalFiles(folder)


def _remote(spec: RemoteSource) -> Source:
    # Each client takes 0.1 to 0.3 s to import, which commands that read no such address needn't spend.
    if isinstance(spec, S3Source):
        from cdp_pipelines.sources.s3 import S3Files

        return S3Files(spec)
    if isinstance(spec, SftpSource):
        from cdp_pipelines.sources.sftp import SftpFiles

        return SftpFiles(spec)
    assert isinstance(spec, HttpSource)  # noqa: S101 - there is no fourth kind
    from cdp_pipelines.sources.http import HttpFiles

    return HttpFiles(spec)
