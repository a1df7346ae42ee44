"""Requests and their redirects: the configured host is trusted, every other one must be public.

A redirect is an order by somebody else to send a request from inside our network. It is followed only to where
anybody could send one: not to loopback, private or link-local addresses, however they are written or resolved.
Resolving and connecting are two steps between which a name may change its address, so the connection's peer is
looked at again before a byte is sent. Environment proxies are left out there, since a proxy would resolve the
name by itself.
"""

import ipaddress
import os
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from types import MappingProxyType
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from cdp_pipelines.errors import SourceError
from cdp_pipelines.sources.addresses import origin_of, shown
from cdp_pipelines.sources.failures import failure_of

MAX_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Hops:
    """Sends one request and follows its redirects; a context manager that closes its connections.

    Args:
        timeout: Seconds without an answer after which a connection or a read fails.
        ca_file: Certificates of the configured host's authorities, None for those of the environment.
        authorization: Headers for the configured host alone.
    """

    def __init__(
        self, timeout: float, ca_file: str | None = None, authorization: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._timeout, self._ca_file, self._authorization = timeout, ca_file, authorization
        self._trusted, self._public = HTTPAdapter(), _PublicAdapter()
        self._open = ExitStack()
        self._open.callback(self._trusted.close)
        self._open.callback(self._public.close)

    def __enter__(self) -> "Hops":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._open.close()

    def open(self, method: str, uri: str, headers: dict[str, str]) -> requests.Response:
        """Return the response at the end of the redirects, its body unread; SourceError if a hop isn't allowed."""
        address, adapter = uri, self._trusted
        for _ in range(MAX_REDIRECTS + 1):
            response = self._send(adapter, method, address, headers)
            location = response.headers.get("Location")
            if response.status_code not in REDIRECTS or not location:
                return response
            address = _next_hop(address, location)
            # Back from elsewhere the path is no longer the configured host's own choice.
            if adapter is self._public or origin_of(address) != origin_of(uri):
                adapter = self._public
                _require_public(address)
        raise SourceError(f"{shown(uri)} redirects more than {MAX_REDIRECTS} times; write the final address.")

    def _send(self, adapter: HTTPAdapter, method: str, address: str, headers: dict[str, str]) -> requests.Response:
        # Sent by the adapter: a session would add passwords from .netrc, keep cookies and read redirects' bodies.
        proxies, verify = {}, _authorities()
        if adapter is self._trusted:
            proxies, verify = get_environ_proxies(address, no_proxy=None), self._ca_file or verify
            headers = headers | dict(self._authorization)
        try:
            request = requests.Request(method, address, headers=headers).prepare()
            limits = (self._timeout, self._timeout)
            response = adapter.send(request, stream=True, timeout=limits, verify=verify, proxies=dict(proxies))
        except (OSError, HTTPError) as error:  # plain OSError: a missing certificate file
            raise failure_of(error, shown(address), self._timeout) from None
        self._open.callback(response.close)
        return response


def _authorities() -> str | bool:
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True


def _next_hop(address: str, location: str) -> str:
    try:
        target = urldefrag(urljoin(address, location)).url
        scheme = origin_of(target)[0]
    except ValueError:
        raise SourceError(f"{shown(address)} redirects to something else than http or https; not followed.") from None
    if "@" in urlsplit(target).netloc:
        raise SourceError(f"{shown(address)} redirects to an address with a user or password in it; not followed.")
    if scheme == "http" and origin_of(address)[0] == "https":
        raise SourceError(
            f"{shown(address)} redirects from https to http, where anybody could read along; not followed."
        )
    return target


def _require_public(address: str) -> None:
    _, host, port = origin_of(address)
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise SourceError(f"The host of {shown(address)}, a redirect's target, isn't known; not followed.") from None
    for answer in answers:
        _refuse_inner(shown(address), str(answer[4][0]))


def _refuse_inner(where: str, address: str) -> None:
    if not is_public(address):
        raise SourceError(
            f"A redirect to {where} leads to an address that isn't public; not followed. "
            "If it is the right one, write it as the import's uri."
        )


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet; IPv4 inside IPv6 counts as what it stands for."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner:
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback)


def _checked(connection: HTTPConnection, connected: socket.socket) -> socket.socket:
    try:
        _refuse_inner(connection.host, connected.getpeername()[0])
    except BaseException:
        connected.close()
        raise
    return connected


class _PublicConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(self, super()._new_conn())


class _PublicSecureConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(self, super()._new_conn())


class _PublicPool(HTTPConnectionPool):
    ConnectionCls: Any = _PublicConnection


class _PublicSecurePool(HTTPSConnectionPool):
    ConnectionCls: Any = _PublicSecureConnection


class _PublicAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PublicPool, "https": _PublicSecurePool}
