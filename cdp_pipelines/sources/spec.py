"""The `source` part of an import's YAML, one model per kind."""

import re
from abc import abstractmethod
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from cdp_pipelines.sources.addresses import bucket_and_key, local_path, sftp_place
from cdp_pipelines.sources.credentials import is_set, unset_sentence
from cdp_pipelines.sources.patterns import address_matcher
from cdp_pipelines.sources.template import as_pattern, placeholders
from cdp_pipelines.spec import Spec


def _folder(text: str | None) -> str | None:
    if text is None:
        return None
    parts = text.removeprefix("/").removesuffix("/").split("/")
    if any(part in ("", ".", "..") for part in parts) or re.search(r"[*{}\0]|://", text):
        raise ValueError("is no folder: write one beside the files, like done/, or from the root, like /archive/de/")
    return text


def _holds_no_data(folder: str | None, info: ValidationInfo) -> str | None:
    """Refuse an archive whose files would be found again; one beside the files lies deeper than any pattern looks."""
    uri = info.data.get("uri")
    if folder is None or uri is None or not folder.startswith("/"):
        return folder
    if not uri.startswith(("/", "s3://", "sftp://")):
        raise ValueError("begins with a slash: write uri as an absolute path, too, or an archive like done/")
    looked_in = as_pattern(re.sub("^[^/]+://[^/]+", "", uri)).rpartition("/")[0]
    if address_matcher(looked_in)(folder.rstrip("/")):
        raise ValueError("is where uri looks for files, which would be imported again: write another folder")
    return folder


_KEPT = """Folder that files are moved into once they are imported, like `done/`: beside each file or, with a slash in
front, from the root. Left out, the source is only ever read."""
Archived = Annotated[str | None, AfterValidator(_folder), Field(description=_KEPT)]


class LocalSource(Spec):
    """Files in a folder of this machine."""

    kind: Literal["local"]
    uri: str
    """Path, absolute or relative to the folder of the YAML file; may hold `*`, `{partition}` or `{partition:%Y%m%d}`,
    and `{home}` for the folder CDP_HOME.

    `*` leaves out what uploads name while they run (`.part`, `.tmp`, ...), names that begin with a dot, and `_SUCCESS`.
    """
    archive: Archived = None

    @field_validator("uri")
    @classmethod
    def _is_a_path(cls, uri: str) -> str:
        if not uri.strip() or "\0" in uri:
            raise ValueError("is empty: write the path of a file")
        if "://" in uri:
            raise ValueError("is an address, not a path: take the kind that it begins with, or write a path")
        placeholders(uri)
        return uri

    _archives_elsewhere = field_validator("archive")(_holds_no_data)


def _prefix(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text, re.ASCII):
        raise ValueError("is no prefix of environment variables: write one like ACME_FILES, never a secret itself")
    return text


Prefix = Annotated[str, AfterValidator(_prefix)]
_PACE = "Seconds without any byte, or with fewer than 100 bytes per second, after which an attempt counts as failed."
Timeout = Annotated[float, Field(gt=0, le=3600, description=_PACE)]
_TRIES = (
    "How often a file is asked for when the server is busy or the connection breaks; "
    "a later attempt goes on where the one before ended, if the file is still the same."
)
Attempts = Annotated[int, Field(ge=1, le=20, description=_TRIES)]
Needed = tuple[str | None, list[tuple[str, ...]]]
"""A prefix, and the variables without it of which one each has to be set."""


class RemoteSource(Spec):
    """What sources on other machines have in common."""

    FILES: ClassVar[frozenset[str]] = frozenset({"ca_file"})
    """Keys that name a file of this machine, relative to the folder of the YAML file."""

    def unset(self) -> list[str]:
        """Return a sentence for each environment variable that is needed and not set here."""
        prefix, needed = self._needed()
        if prefix is None:
            return []
        missing = [names for names in needed if not any(is_set(prefix, name) for name in names)]
        return [unset_sentence(prefix, names) for names in missing]

    @abstractmethod
    def _needed(self) -> Needed:
        """Return what has to be set, if anything has."""

    def beside(self, folder: Path) -> Self:
        """Return the same source with the paths of its files made absolute; relative ones start in `folder`."""
        named = {key: path for key in self.FILES if (path := getattr(self, key, None))}
        return self.model_copy(update={key: str(local_path(path, folder)) for key, path in named.items()})


def web_addresses(uri: str) -> list[str]:
    """Return the addresses of a web source; what stands behind a blank is one only if it begins like one."""
    return re.split(r" +(?=https?://)", uri.strip(" "))


class HttpSource(RemoteSource):
    """One file per address, read with GET."""

    kind: Literal["http"]
    uri: str
    """Address with http:// or https://, without user and password; `{partition}` or `{partition:%Y%m%d}` allowed.

    Several files of one run, like the two reports of Tmall, are addresses of one server with a blank between them.
    Redirects are followed within its own scheme, host and port, and to public addresses.
    """
    credentials: Prefix | None = None
    """Prefix of environment variables: PREFIX_USER and PREFIX_PASSWORD (basic), PREFIX_TOKEN (bearer), or
    PREFIX_HEADER with a whole header like `X-Api-Key: ...`. They are sent to the host of `uri` only."""
    ca_file: str | None = None
    """File with the certificates of authorities to trust, in place of the public ones, as PEM."""
    timeout: Timeout = 60
    attempts: Attempts = 4

    @field_validator("uri")
    @classmethod
    def _is_an_address(cls, uri: str) -> str:
        addresses = web_addresses(uri)
        for address in addresses:
            if not address.startswith(("http://", "https://")) or not _host(address):
                raise ValueError("is no web address: write one like https://files.example.com/orders.csv")
            if "@" in urlsplit(address).netloc:
                raise ValueError("holds a user name or password: leave out what stands before the @")
        if "*" in uri:
            raise ValueError("has a *, but web servers do not list their files: write the address of one file")
        if len({urlsplit(address)[:2] for address in addresses}) > 1:
            raise ValueError("names several servers: write addresses of one, and an import for each server")
        _refuse_home(uri)
        return uri

    @field_validator("credentials")
    @classmethod
    def _are_not_sent_in_clear(cls, prefix: str | None, info: ValidationInfo) -> str | None:
        uri = info.data.get("uri", "https://")
        if prefix and uri.startswith("http://") and not _is_here(_host(uri) or ""):
            raise ValueError("would be sent in clear: write the uri with https://, or remove credentials")
        return prefix

    def _needed(self) -> Needed:
        user = [("PASSWORD",)] if is_set(self.credentials or "", "USER") else []
        return self.credentials, [("TOKEN", "HEADER", "USER"), *user]


class S3Source(RemoteSource):
    """Objects in a bucket of S3, or of any service that speaks its language."""

    kind: Literal["s3"]
    uri: str
    """`s3://bucket/key`, as it is, without percent signs for special characters; may hold `*`, `{partition}` or
    `{partition:%Y%m%d}`.

    `*` stands for text without a slash and leaves out the same names as with `kind: local`.
    """
    credentials: Prefix | None = None
    """Prefix of environment variables: PREFIX_ACCESS_KEY_ID, PREFIX_SECRET_ACCESS_KEY and, for temporary keys,
    PREFIX_SESSION_TOKEN. Left out, the cloud's own role chain decides."""
    endpoint_url: str | None = None
    """Address of the service, like https://s3.example.com; left out, it is AWS or what AWS_ENDPOINT_URL names."""
    region: str | None = None
    """Region of the bucket, like eu-central-1; left out, what the environment says."""
    path_style: bool | None = None
    """Whether the bucket stands in the path of requests and not in the host's name; left out, it does with an
    `endpoint_url`."""
    ca_file: str | None = None
    """File with the certificates of authorities to trust, in place of the public ones, as PEM."""
    archive: Archived = None
    timeout: Timeout = 60
    attempts: Attempts = 4

    @field_validator("uri")
    @classmethod
    def _is_an_object(cls, uri: str) -> str:
        _refuse_home(uri)
        bucket_and_key(uri)
        return uri

    @field_validator("endpoint_url")
    @classmethod
    def _is_a_service(cls, address: str | None) -> str | None:
        if address is not None and (not address.startswith(("http://", "https://")) or not _host(address)):
            raise ValueError("is no web address: write one like https://s3.example.com")
        if address is not None and "@" in urlsplit(address).netloc:
            raise ValueError("holds a user name or password: leave out what stands before the @")
        return address

    _archives_elsewhere = field_validator("archive")(_holds_no_data)

    def _needed(self) -> Needed:
        return self.credentials, [("ACCESS_KEY_ID",), ("SECRET_ACCESS_KEY",)]


class SftpSource(RemoteSource):
    """Files on an SFTP server whose host key is known."""

    FILES: ClassVar[frozenset[str]] = frozenset({"known_hosts"})

    kind: Literal["sftp"]
    uri: str
    """`sftp://host/path` or `sftp://host:port/path`, without user; the path is absolute, taken as it is, and may hold
    `*`, `{partition}` or `{partition:%Y%m%d}`. Links and `..` are refused.

    `*` stands for text without a slash and leaves out the same names as with `kind: local`.
    """
    credentials: Prefix
    """Prefix of environment variables: PREFIX_USER, and PREFIX_PASSWORD or PREFIX_PRIVATE_KEY (its text; or
    PREFIX_PRIVATE_KEY_FILE, its path), with PREFIX_PASSPHRASE if the key has one."""
    known_hosts: str | None = None
    """File of host keys that are trusted, as OpenSSH writes it; left out, `~/.ssh/known_hosts`."""
    host_key: str | None = None
    """Fingerprint of the server's host key, like SHA256:..., in place of `known_hosts`."""
    archive: Archived = None
    timeout: Timeout = 60
    attempts: Attempts = 4

    @field_validator("uri")
    @classmethod
    def _is_on_a_server(cls, uri: str) -> str:
        _refuse_home(uri)
        sftp_place(uri)
        return uri

    @field_validator("host_key")
    @classmethod
    def _is_a_fingerprint(cls, text: str | None, info: ValidationInfo) -> str | None:
        if text is not None and not re.fullmatch(r"SHA256:[A-Za-z0-9+/]{43}=?", text, re.ASCII):
            raise ValueError("is no fingerprint: write what `ssh-keygen -l -f KEY.pub` shows, like SHA256:...")
        if text and info.data.get("known_hosts"):
            raise ValueError("says the same as known_hosts: remove one of them")
        return text and text.rstrip("=")

    _archives_elsewhere = field_validator("archive")(_holds_no_data)

    def _needed(self) -> Needed:
        return self.credentials, [("USER",), ("PASSWORD", "PRIVATE_KEY")]


def _refuse_home(uri: str) -> None:
    if any(name == "home" for name, _ in placeholders(uri)):
        raise ValueError("has {home}, which works for kind: local only")


def _is_here(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def _host(uri: str) -> str | None:
    try:
        return urlsplit(uri).hostname
    except ValueError:
        return None


SourceSpec = Annotated[LocalSource | HttpSource | S3Source | SftpSource, Field(discriminator="kind")]
