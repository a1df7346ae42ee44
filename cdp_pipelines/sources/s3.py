"""Objects in buckets, read so that one which is replaced meanwhile is noticed.

An object's ETag is asked for again with every request that goes on reading it. Where it is the MD5 of the bytes, or
the service states a checksum, the bytes are compared with it; an object that was uploaded in parts has neither, and
its size is compared.
"""

import hashlib
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from typing import Any, BinaryIO, TypeVar

from botocore.exceptions import BotoCoreError, ClientError, FlexibleChecksumError
from botocore.httpchecksum import StreamingChecksumBody
from botocore.response import StreamingBody
from urllib3.exceptions import HTTPError

from cdp_pipelines.errors import ConfigurationError, NoFileError, SourceError
from cdp_pipelines.sources.addresses import bucket_and_key
from cdp_pipelines.sources.files import Fetched, Found
from cdp_pipelines.sources.partial import Partial, paced
from cdp_pipelines.sources.retries import TemporaryError, try_again
from cdp_pipelines.sources.s3_client import failure_of, s3_client, status_of
from cdp_pipelines.sources.s3_listing import Answer, Listing, found_of
from cdp_pipelines.sources.spec import S3Source

_BLOCK = 1 << 18
"""Bytes per read; the pace is looked at after each."""
Result = TypeVar("Result")


class S3Files:
    """Objects by key or by pattern with `*`.

    Args:
        spec: Where the service is, who asks, timeout and attempts.
        pause: Waits between two attempts, in seconds.
    """

    def __init__(self, spec: S3Source, pause: Callable[[float], None] = time.sleep) -> None:
        self._spec = spec
        self._pause = pause

    def list(self, uri: str) -> list[Found]:
        """Return the object of this key, or those that match a pattern, sorted by address.

        Only keys that begin with what stands before the first `*` are listed, and no folder that doesn't match, unless
        that takes fewer requests: 1,000 keys come with each.
        """
        bucket, key = _place(uri)
        if "*" not in key:
            return [self._tried(uri, lambda: self._described(uri, bucket, key))]
        found = self._tried(uri, lambda: list(Listing(self._client, bucket).matching(key)))
        if not found:
            raise NoFileError(f"No file matches {uri}; check the pattern, or wait until the export is written.")
        return sorted(found, key=lambda one: one.uri)

    def fetch(self, found: Found, target: BinaryIO, known: str = "") -> Fetched | None:
        """Write the object's bytes to `target`, over as many attempts as it takes; None if it still is `known`."""
        reading = _Reading(target)
        return try_again(lambda: self._read(found.uri, reading, known), self._spec.attempts, self._pause)

    @cached_property
    def _client(self) -> Any:
        return s3_client(self._spec)

    def _tried(self, uri: str, call: Callable[[], Result]) -> Result:
        def asked() -> Result:
            with self._asking(uri):
                return call()

        return try_again(asked, self._spec.attempts, self._pause)

    @contextmanager
    def _asking(self, uri: str) -> Iterator[None]:
        """Put what the service or the connection fails with into one sentence."""
        try:
            yield
        except (BotoCoreError, ClientError, HTTPError, OSError) as error:
            raise failure_of(error, uri, self._spec.timeout, self._spec.credentials) from None

    def _described(self, uri: str, bucket: str, key: str) -> Found:
        try:
            return found_of(uri, self._client.head_object(Bucket=bucket, Key=key))
        except ClientError as error:
            if status_of(error) == 404:
                self._require_bucket(uri, bucket)
            raise

    def _require_bucket(self, uri: str, bucket: str) -> None:
        """Tell a missing bucket from a missing key, which a request without a body can't."""
        try:
            self._client.head_bucket(Bucket=bucket)
        except ClientError as error:
            if status_of(error) == 404:
                raise SourceError(f"There is no bucket for {uri}; check its name and the endpoint.") from None

    def _read(self, uri: str, reading: "_Reading", known: str) -> Fetched | None:
        with self._asking(uri):
            answer = self._answer(uri, reading, known)
        if answer is None:
            return None
        body = answer["Body"]
        with closing(body):
            reading.follow(answer, uri)
            reading.take(paced(self._chunks(body, uri, reading), uri, self._spec.timeout))
        completeness = reading.completeness(uri, isinstance(body, StreamingChecksumBody))
        found = found_of(uri, answer | {"ContentLength": reading.size})
        return Fetched(found, reading.size, reading.sha256, completeness, str(answer.get("ETag") or ""))

    def _answer(self, uri: str, reading: "_Reading", known: str) -> Answer | None:
        """Ask for what is missing of the object; None if it still is the known one."""
        bucket, key = _place(uri)
        try:
            return self._client.get_object(Bucket=bucket, Key=key, **reading.conditions(known))
        except ClientError as error:
            if known and status_of(error) == 304:
                return None
            if reading.size and status_of(error) in (404, 412, 416):
                reading.restart("")
                raise TemporaryError(f"{uri} was replaced while it was read; run again when it's complete.") from None
            raise

    def _chunks(self, body: StreamingBody, uri: str, reading: "_Reading") -> Iterator[bytes]:
        with self._asking(uri):
            try:
                while chunk := body.read(_BLOCK):
                    yield chunk
            except FlexibleChecksumError:
                reading.restart("")
                raise


class _Reading(Partial):
    """An object on its way, pinned to the ETag and version that the first answer stated."""

    def restart(self, version: str) -> None:
        super().restart(version)
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._first: Answer = {}

    def take(self, chunks: Iterable[bytes]) -> None:
        super().take(self._digested(chunks))

    def _digested(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self._md5.update(chunk)
            yield chunk

    def conditions(self, known: str) -> dict[str, str]:
        """Return what a request has to say: go on with this very object, or begin unless it is the known one."""
        if not self.size or not self.version:
            return {"ChecksumMode": "ENABLED"} | ({"IfNoneMatch": known} if known else {})
        pinned = {"Range": f"bytes={self.size}-", "IfMatch": self.version}
        named = self._first.get("VersionId")
        return pinned | ({"VersionId": named} if named and named != "null" else {})

    def follow(self, answer: Answer, uri: str) -> None:
        """Go on with an answer, or begin with one of the whole object.

        Raises:
            TemporaryError: It is some other part than the one that was asked for.
        """
        stated = answer.get("ContentRange")
        if stated is None:
            self.restart(str(answer.get("ETag") or ""))
            self._first = answer
        elif stated != f"bytes {self.size}-{self._length - 1}/{self._length}":
            self.restart("")
            raise TemporaryError(f"{uri} came from another place than asked for; run again later.")

    def completeness(self, uri: str, checksummed: bool) -> str:
        """Return how it was verified that all bytes are here; TemporaryError if they aren't, or are others."""
        if self.size != self._length:
            raise TemporaryError(f"{uri} ended after {self.size} of {self._length} bytes; run again later.")
        if not self._states_md5:
            return "checksum matches" if checksummed else "size matches"
        if self._md5.hexdigest() != self.version.strip('"'):
            self.restart("")
            raise TemporaryError(f"{uri} arrived damaged: its bytes have another MD5 than its ETag; run again later.")
        return "checksum matches"

    @property
    def _length(self) -> int:
        return int(self._first.get("ContentLength", -1))

    @property
    def _states_md5(self) -> bool:
        """Whether the ETag is the bytes' MD5: not of an upload in parts, nor with a key of the customer's."""
        encrypted = str(self._first.get("ServerSideEncryption", "AES256")) != "AES256"
        own_key = "SSECustomerAlgorithm" in self._first
        return not encrypted and not own_key and re.fullmatch('"[0-9a-f]{32}"', self.version) is not None


def _place(uri: str) -> tuple[str, str]:
    try:
        return bucket_and_key(uri)
    except ValueError as error:
        raise ConfigurationError(f"{uri} {error}.") from None
