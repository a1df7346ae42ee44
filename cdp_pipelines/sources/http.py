"""Files behind http and https addresses, one per address.

What is asked for is the stored bytes, uncompressed by the transport; whether they all arrived is what
`Fetched.completeness` tells: `content-length`, `chunked`, or `not verifiable` where the server says neither.
"""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import BinaryIO

import requests
from urllib3.exceptions import HTTPError

from cdp_pipelines.errors import SourceError
from cdp_pipelines.sources.addresses import checked_http, shown
from cdp_pipelines.sources.authorization import authorization
from cdp_pipelines.sources.failures import failure_of, refusal_of
from cdp_pipelines.sources.files import CHUNK, SETTLED, Fetched, Found
from cdp_pipelines.sources.hops import Hops
from cdp_pipelines.sources.partial import Partial, paced
from cdp_pipelines.sources.retries import TemporaryError, http_date, try_again
from cdp_pipelines.sources.spec import HttpSource, web_addresses

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
        """Return the file at this address, or at each of several, as its headers describe it, without reading it."""
        return [
            try_again(partial(self._described, checked_http(address)), self._spec.attempts, self._pause)
            for address in web_addresses(uri)
        ]

    def fetch(self, found: Found, target: BinaryIO, known: str = "") -> Fetched | None:
        """Write the file's bytes to `target`, over as many attempts as it takes; None if it still is `known`."""
        download = _Download(target)
        return try_again(lambda: self._read(found.uri, download, known), self._spec.attempts, self._pause)

    def _hops(self, uri: str) -> Hops:
        return Hops(self._spec.timeout, self._spec.ca_file, authorization(self._spec, uri))

    def _described(self, uri: str) -> Found:
        with self._hops(uri) as hops:
            response = hops.open("HEAD", uri, HEADERS)
            if response.status_code in NO_HEAD:
                return Found(uri, None, None, "")
            if response.status_code != 200:
                # Some servers refuse HEAD in other words, such as signed addresses that allow GET alone.
                response = hops.open("GET", uri, HEADERS)
            if response.status_code != 200:
                raise refusal_of(response, shown(uri))
            return _found(uri, response, _length(response))

    def _read(self, uri: str, download: "_Download", known: str) -> Fetched | None:
        with self._hops(uri) as hops:
            response = hops.open("GET", uri, HEADERS | download.conditions(known))
            if known and response.status_code == 304:
                return None
            download.follow(response, shown(uri))
            completeness = _completeness(response)
            download.take(paced(self._body(response, shown(uri)), shown(uri), self._spec.timeout))
        if download.size == 0 and completeness == NOT_VERIFIABLE:
            # A connection that ends within the headers looks just like this.
            raise TemporaryError(f"{shown(uri)} sent no content, nor that the file is empty; run again later.")
        found = _found(uri, download.first, download.size)
        return Fetched(found, download.size, download.sha256, completeness, _known(download.first))

    def _body(self, response: requests.Response, where: str) -> Iterator[bytes]:
        while chunk := self._chunk(response, where):
            yield chunk

    def _chunk(self, response: requests.Response, where: str) -> bytes:
        try:
            return response.raw.read1(CHUNK, decode_content=False)
        except (HTTPError, OSError) as error:
            raise failure_of(error, where, self._spec.timeout) from None


class _Download(Partial):
    """A file on its way, which a later attempt may go on with where the server still has the same one.

    Attributes:
        first: The answer that began it.
    """

    first: requests.Response

    def conditions(self, known: str) -> dict[str, str]:
        """Return the headers that ask for the rest of this very file, or for the whole unless it is the known one."""
        if self.size and self.version:
            return {"Range": f"bytes={self.size}-", "If-Range": self.version}
        return {"If-Modified-Since" if http_date(known) else "If-None-Match": known} if known else {}

    def follow(self, response: requests.Response, where: str) -> None:
        """Go on with an answer of what is missing, or begin with one of the whole file.

        Raises:
            SourceError: It is neither. TemporaryError if the next attempt has to begin anew.
        """
        rest = self.size > 0 and self.version != ""
        if rest and (response.status_code == 416 or (response.status_code == 206 and not self._continues(response))):
            self.restart("")
            raise TemporaryError(f"{where} changed while it was read; run again when it's complete.")
        if response.status_code != 200 and not (rest and response.status_code == 206):
            raise refusal_of(response, where)
        _require_stored_bytes(response, where)
        if response.status_code == 200:
            self.restart(_strong(_known(response)))
            self.first = response

    def _continues(self, response: requests.Response) -> bool:
        """Whether a part begins where the last one ended, goes to the file's end, and is of the same file."""
        part = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", response.headers.get("Content-Range", ""), re.ASCII)
        same = response.headers.get("ETag", self.version) == self.version or http_date(self.version) is not None
        return same and part is not None and int(part[1]) == self.size and int(part[2]) + 1 == int(part[3])


def _strong(validator: str) -> str:
    """Return what says that a file is the same byte by byte, or nothing if it says less."""
    return "" if validator.startswith("W/") else validator


def _require_stored_bytes(response: requests.Response, where: str) -> None:
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    # gzip is read by the formats, which recognise it by its first bytes.
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise SourceError(f"{where} is sent with Content-Encoding {coding[:20]!r}; let the server send it as it is.")


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
