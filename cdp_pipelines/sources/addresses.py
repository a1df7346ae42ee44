"""Reading addresses: which kind a URI is, what of it may be shown, and where it leads."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from cdp_pipelines.errors import ConfigurationError

DEFAULT_PORTS = {"http": 80, "https": 443}
Origin = tuple[str, str, int]


def scheme_of(uri: str) -> str:
    """Return the scheme in lower case, or an empty text for a path (a colon alone makes no URL)."""
    return uri.split("://", 1)[0].lower() if "://" in uri else ""


def shown(uri: str) -> str:
    """Return the address without user, password, query and fragment, which may hold secrets."""
    if scheme_of(uri) not in DEFAULT_PORTS:
        return uri
    scheme, rest = uri.split("://", 1)
    for mark in "?#":
        rest = rest.split(mark, 1)[0]
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def origin_of(uri: str) -> Origin:
    """Return scheme, host and port of an http address; ValueError if a part is missing or malformed."""
    parts = urlsplit(uri)
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError(uri)
    return scheme, parts.hostname.lower(), parts.port or DEFAULT_PORTS[scheme]


def checked_http(uri: str) -> str:
    """Return the configured address if requests may be sent to it, else raise ConfigurationError."""
    if any(character <= " " or character == "\x7f" for character in uri):
        raise ConfigurationError(f"{shown(uri)!r} holds a blank or a control character; write it as %20 and the like.")
    try:
        origin_of(uri)
        parts = urlsplit(uri)
    except ValueError:
        raise ConfigurationError(f"{shown(uri)} is no address; write https://host/path.") from None
    if "@" in parts.netloc:
        raise ConfigurationError(f"Take user and password out of {shown(uri)}: an address holds no secrets.")
    if "*" in parts.path:
        raise ConfigurationError(f"{shown(uri)} holds a *, which only local sources can resolve; write a full address.")
    return uri


def local_path(uri: str, folder: Path) -> Path:
    """Return the absolute path of a path or file:// address; relative ones start in `folder`, `~/` at home."""
    if scheme_of(uri) == "file":
        parts = urlsplit(uri.replace("?", "%3F").replace("#", "%23"))
        if parts.netloc not in ("", "localhost"):
            raise ConfigurationError(f"{uri} names another machine; write file:///path or a plain path.")
        uri = unquote(parts.path)
    if not uri or "\0" in uri:
        raise ConfigurationError(f"{uri!r} is no path; write the path of a file.")
    path = Path(uri)
    return Path.cwd() / folder / (path.expanduser() if uri.startswith("~/") else path)
