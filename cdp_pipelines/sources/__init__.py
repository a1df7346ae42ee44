"""Where bytes come from: each source lists files and delivers one, completely or with an error.

What arrives is neither decompressed nor decoded here; keeping it is the landing's part.
"""

from pathlib import Path

from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.sources.addresses import checked_http, scheme_of, shown
from cdp_pipelines.sources.files import Fetched, Found, Source
from cdp_pipelines.sources.spec import HttpSource, SourceSpec

__all__ = ["Fetched", "Found", "Source", "SourceSpec", "open_source", "shown", "source_for"]


def open_source(spec: SourceSpec, folder: Path) -> Source:
    """Return the source of an import; relative local paths start in `folder`, that of its YAML file."""
    if isinstance(spec, HttpSource):
        return _http(spec)
    return _local(folder)


def source_for(uri: str, spec: SourceSpec) -> Source:
    """Return the source of a single file named on the command line.

    Args:
        uri: A path or file:// address (relative to the current folder), or an http(s) address.
        spec: The import's own source, whose settings apply where the kinds agree.

    Raises:
        ConfigurationError: The address is of a kind that can't be read.
    """
    scheme = scheme_of(uri)
    if scheme in ("", "file"):
        return _local(Path.cwd())
    if scheme not in ("http", "https"):
        raise ConfigurationError(
            f"{scheme}:// can't be read; give a path or an address with file://, http:// or https://."
        )
    checked_http(uri)
    return _http(spec if isinstance(spec, HttpSource) else HttpSource(kind="http", uri=uri))


def _local(folder: Path) -> Source:
    from cdp_pipelines.sources.local import LocalFiles

    return LocalFiles(folder)


def _http(spec: HttpSource) -> Source:
    # requests takes 0.1 s to import, which commands that read no address needn't spend.
    from cdp_pipelines.sources.http import HttpFiles

    return HttpFiles(spec)
