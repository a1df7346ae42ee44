"""Reading addresses: which kind a URI is, what of it may be shown, and where it leads."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cdp_pipelines.errors import ConfigurationError

DEFAULT_PORTS = {"http": 80, "https": 443}
Origin = tuple[str, str, int]


def scheme_of(uri: str) -> str:
    """Return the scheme in lower case, or an empty text for a path (a colon alone makes no URL)."""
    return uri.split("://", 1)[0].lower() if "://" in uri else ""


def shown(uri: str) -> str:
    """Return the address without user and password and, of http, without query and fragment: they may hold secrets."""
    if scheme_of(uri) in ("", "file"):
        return uri
    scheme, rest = uri.split("://", 1)
    for mark in "?#" if scheme.lower() in DEFAULT_PORTS else "":
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
        raise ConfigurationError(f"{shown(uri)} holds a *, which a web server can't resolve; write a full address.")
    return uri


def bucket_and_key(uri: str) -> tuple[str, str]:
    """Return bucket and key (or pattern of keys) of an s3:// address, taken as they are: nothing is percent-decoded.

    Raises:
        ValueError: A part is missing; the text says what to write.
    """
    bucket, _, key = uri.partition("://")[2].partition("/")
    if scheme_of(uri) != "s3" or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]+", bucket, re.ASCII):
        raise ValueError("is no address in a bucket: write one like s3://acme-cdp/de/orders.csv")
    if not key or key.endswith("/") or "\0" in key:
        raise ValueError("names no file: write one like s3://acme-cdp/de/orders.csv, or with a *")
    return bucket, key


def sftp_place(uri: str) -> tuple[str, int, str]:
    """Return host, port and absolute path (or pattern) of an sftp:// address; the path is taken as it is.

    Raises:
        ValueError: A part is missing or not allowed; the text says what to write.
    """
    server, slash, path = uri.partition("://")[2].partition("/")
    if "@" in server:
        raise ValueError("holds a user name or password: leave out what stands before the @")
    named = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]\s*]+))(?::(\d{1,5}))?", server, re.ASCII)
    if scheme_of(uri) != "sftp" or not named or int(named[3] or 22) not in range(1, 65536):
        raise ValueError("is no SFTP address: write one like sftp://files.example.com/upload/orders.csv")
    if not path or path.endswith("/") or "\0" in path:
        raise ValueError("names no file: write one like sftp://files.example.com/upload/orders.csv, or with a *")
    if ".." in path.split("/"):
        raise ValueError("has .. in its path: write the path without it")
    return named[1] or named[2], int(named[3] or 22), slash + path


def beside_file(uri: str, ending: str) -> str:
    """Return the address of a file that is named after another one; the query of an http address stays behind it."""
    mark = "?" if scheme_of(uri) in DEFAULT_PORTS else "\0"
    path, query, values = uri.partition(mark)
    return f"{path}{ending}{query}{values}"


def absolute(uri: str, folder: Path) -> str:
    """Return the address as sources give it back: a path of this machine made absolute, all others as they are."""
    return str(local_path(uri, folder)) if scheme_of(uri) in ("", "file") else uri


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
