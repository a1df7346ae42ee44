"""Connections to SFTP servers: only to one whose host key is known, and as nobody but whom the environment names."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko
from paramiko.hostkeys import InvalidHostKey

from cdp_pipelines.errors import ConfigurationError, SourceError
from cdp_pipelines.sources.credentials import required_secret
from cdp_pipelines.sources.retries import TemporaryError
from cdp_pipelines.sources.sftp_keys import private_key
from cdp_pipelines.sources.spec import SftpSource

KNOWN_HOSTS = "~/.ssh/known_hosts"
_LOG = "cdp_pipelines.sources.sftp.wire"
"""Where the library logs, with a traceback for each broken connection; what broke is raised anyway."""


@contextmanager
def connected(spec: SftpSource, host: str, port: int) -> Iterator[paramiko.SFTPClient]:
    """Give a session on the server, closed at the end; nothing is sent before the server's key was found right.

    Raises:
        ConfigurationError: A variable isn't set, or a key or a file of known hosts can't be read.
        SourceError: The server isn't the known one, or refuses the user. TemporaryError if it can't be reached.
    """
    logging.getLogger(_LOG).setLevel(logging.CRITICAL)
    with paramiko.SSHClient() as client:
        client.set_log_channel(_LOG)
        _trust(client, spec)
        try:
            _log_in(client, spec, host, port)
            session = client.open_sftp()  # closed with the client: to close it first fails on a broken line
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise _no_session(error, spec, f"{host}:{port}") from None
        channel = session.get_channel()
        assert channel is not None  # noqa: S101 - it was just opened
        channel.settimeout(spec.timeout)
        yield session


def _trust(client: paramiko.SSHClient, spec: SftpSource) -> None:
    client.set_missing_host_key_policy(_OnlyKnown(spec.host_key))
    if spec.host_key:
        return
    path = Path(spec.known_hosts or KNOWN_HOSTS).expanduser()
    try:
        client.load_host_keys(str(path))
    except (OSError, UnicodeDecodeError, paramiko.SSHException, InvalidHostKey):
        raise ConfigurationError(
            f"{path} can't be read as a file of known hosts; write known_hosts: FILE or host_key: SHA256:... ."
        ) from None


class _OnlyKnown(paramiko.MissingHostKeyPolicy):
    """Refuses a server that no file knows, unless its key has the fingerprint that was asked for."""

    def __init__(self, fingerprint: str | None) -> None:
        self._fingerprint = fingerprint

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:  # noqa: ARG002 - the library's
        if key.fingerprint == self._fingerprint:
            return
        if self._fingerprint:
            raise _unexpected(hostname, key)
        raise SourceError(
            f"The host key of {hostname} isn't known; it shows {key.fingerprint}. If its operator confirms that, "
            "write it as host_key, or add the key to the file of known_hosts."
        )


def _unexpected(host: str, key: paramiko.PKey) -> SourceError:
    return SourceError(
        f"{host} shows another host key than the known one ({key.fingerprint}): it may be another server. "
        "Nothing was sent to it; ask its operator before you change host_key or known_hosts."
    )


def _log_in(client: paramiko.SSHClient, spec: SftpSource, host: str, port: int) -> None:
    key = private_key(spec.credentials)
    client.connect(
        host,
        port,
        username=required_secret(spec.credentials, "USER"),
        password=None if key else required_secret(spec.credentials, "PASSWORD"),
        pkey=key,
        allow_agent=False,
        look_for_keys=False,
        timeout=spec.timeout,
        banner_timeout=spec.timeout,
        auth_timeout=spec.timeout,
        channel_timeout=spec.timeout,
    )


def _no_session(error: Exception, spec: SftpSource, where: str) -> SourceError:
    if isinstance(error, paramiko.BadHostKeyException):
        return _unexpected(where, error.key)
    if isinstance(error, paramiko.AuthenticationException):
        return SourceError(f"{where} refuses the user of {spec.credentials}; correct its name, password or key.")
    if isinstance(error, TimeoutError):
        return TemporaryError(f"{where} sent nothing for {spec.timeout:g} s; run again later.")
    return TemporaryError(f"No SFTP session with {where}; check host and port, and that the server is up.")
