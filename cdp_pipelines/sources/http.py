"""Files behind http and https addresses, one per address.

What is asked for is the stored bytes, uncompressed by the transport; whether they all arrived is what
`Fetched.completeness` tells: `content-length`, `chunked`, or `not verifiable` where the server says neither.
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

import requests
from urllib3.exceptions import HTTPError

from cdp_pipelines.errors import SourceError
from cdp_pipelines.sources.addresses import checked_http, shown
from cdp_pipelines.sources.failures import failure_of, refusal_of
from cdp_pipelines.sources.files import CHUNK, SETTLED, Fetched, Found, copy
from cdp_pipelines.sources.hops import Hops
from cdp_pipelines.sources.retries import TemporaryError, http_date, try_again
from cdp_pipelines.sources.spec import HttpSource

SLOWEST = 100
"""Bytes per second below which a body counts as stalled; a byte now and then would keep a run busy for days."""
NO_HEAD = (405, 501)
"""Answers of servers that know only GET."""
NOT_VERIFIABLE = "not verifiable"
HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "cdp-pipelines"}


class HttpFiles:
    """Single files by address, read with GET.

    Args:
        spec: Timeout and attempts.
        pause: Waits between two attempts, in seconds.
    """

    def __init__(self, spec: HttpSource, pause: Callable[[float], None] = time.sleep) -> None:
        self._spec = spec
        self._pause = pause

    def list(self, uri: str) -> list[Found]:
        """Return the file at this address as its headers describe it, without reading it."""
        checked_http(uri)
        return [try_again(lambda: self._described(uri), self._spec.attempts, self._pause)]

    def fetch(self, found: Found, target: BinaryIO, known: str = "") -> Fetched | None:
        """Write the file's bytes to `target`, from the start at each attempt; None if it still is `known`."""
        return try_again(lambda: self._read(found.uri, target, known), self._spec.attempts, self._pause)

    def _described(self, uri: str) -> Found:
        with Hops(self._spec.timeout) as hops:
            response = hops.open("HEAD", uri, HEADERS)
            if response.status_code in NO_HEAD:
                return Found(uri, None, None, "")
            if response.status_code != 200:
                # Some servers refuse HEAD in other words, such as signed addresses that allow GET alone.
                response = hops.open("GET", uri, HEADERS)
            if response.status_code != 200:
                raise refusal_of(response, shown(uri))
            return _found(uri, response, _length(response))

    def _read(self, uri: str, target: BinaryIO, known: str) -> Fetched | None:
        target.seek(0)
        target.truncate()
        with Hops(self._spec.timeout) as hops:
            response = hops.open("GET", uri, HEADERS | _condition(known))
            if known and response.status_code == 304:
                return None
            if response.status_code != 200:
                raise refusal_of(response, shown(uri))
            _require_stored_bytes(response, uri)
            completeness = _completeness(response)
            size, digest = copy(self._body(response, shown(uri)), target)
            if size == 0 and completeness == NOT_VERIFIABLE:
                # A connection that ends within the headers looks just like this.
                raise TemporaryError(f"{shown(uri)} sent no content, nor that the file is empty; run again later.")
            return Fetched(_found(uri, response, size), size, digest, completeness, _known(response))

    def _body(self, response: requests.Response, where: str) -> Iterator[bytes]:
        """Yield the body as it arrives; TemporaryError if it breaks off, stalls or is slower than `SLOWEST`."""
        started, received = time.monotonic(), 0
        while chunk := self._chunk(response, where):
            yield chunk
            received += len(chunk)
            elapsed = time.monotonic() - started
            if elapsed >= self._spec.timeout:
                if received < SLOWEST * elapsed:
                    raise TemporaryError(f"{where} sends less than {SLOWEST} bytes per second; run again later.")
                started, received = time.monotonic(), 0

    def _chunk(self, response: requests.Response, where: str) -> bytes:
        try:
            return response.raw.read1(CHUNK, decode_content=False)
        except (HTTPError, OSError) as error:
            raise failure_of(error, where, self._spec.timeout) from None


def _condition(known: str) -> dict[str, str]:
    if not known:
        return {}
    return {"If-Modified-Since" if http_date(known) else "If-None-Match": known}


def _require_stored_bytes(response: requests.Response, uri: str) -> None:
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    # gzip is read by the formats, which recognise it by its first bytes.
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise SourceError(
            f"{shown(uri)} is sent with Content-Encoding {coding[:20]!r}; let the server send it as it is."
        )


def _length(response: requests.Response) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _completeness(response: requests.Response) -> str:
    if response.raw.chunked:
        return "chunked"
    return NOT_VERIFIABLE if response.raw.length_remaining is None else "content-length"


def _found(uri: str, response: requests.Response, size: int | None) -> Found:
    headers = response.headers
    moments = (http_date(headers.get("Last-Modified")), http_date(headers.get("Date")), datetime.now(UTC))
    modified_at = next(moment for moment in moments if moment)
    return Found(uri, size, modified_at, headers.get("ETag") or headers.get("Last-Modified") or "")


def _known(response: requests.Response) -> str:
    """Return the ETag, else the Last-Modified of a file that wasn't changed within the second in which it was read."""
    if etag := response.headers.get("ETag"):
        return etag
    stated = response.headers.get("Last-Modified", "")
    modified, sent = http_date(stated), http_date(response.headers.get("Date"))
    settled = modified and sent and sent - modified >= timedelta(seconds=SETTLED)
    return stated if settled else ""
