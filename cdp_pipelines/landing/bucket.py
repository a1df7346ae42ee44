"""A landing in a bucket: the same names as in a folder, below one prefix.

An upload is there as a whole or not at all, so a killed one leaves nothing that is believed. The service checks each
upload by its checksum; whoever reads a copy compares its SHA-256. What is on its way lies in a folder of this machine.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from cdp_pipelines.errors import NoFileError, SourceError
from cdp_pipelines.landing.incoming import Incoming
from cdp_pipelines.sources.addresses import bucket_and_key
from cdp_pipelines.sources.s3_client import failure_of, identity, s3_client, status_of
from cdp_pipelines.sources.spec import S3Source

_ATTEMPTS = 5
_RIGHTS = "s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket"
_REFUSALS = (BotoCoreError, ClientError, HTTPError, S3UploadFailedError)


class BucketStorage:
    """Copies and records below one prefix of a bucket.

    Processes of one machine keep out of each other's way by a lock. Those of several machines do not, and need not but
    for one moment: a copy that one removes as unused just when another one lands its bytes again, after all that time,
    is missing to the latter, which says so and finds the file new when it runs again.

    Args:
        spec: How the service is asked, and where copies lie.
        spool: Folder of this machine for files on their way, made when first needed.
    """

    def __init__(self, spec: S3Source, spool: Path) -> None:
        self._spec = spec
        self._bucket, copies = bucket_and_key(spec.uri)
        self._prefix = copies.removesuffix("content")
        self._incoming = Incoming(spool)
        self.incoming, self.locked = self._incoming.file, self._incoming.locked
        self.require_room = self._incoming.require_room

    def has(self, sha256: str, size: int) -> bool:
        """Tell whether a copy with this digest is there in its full size."""
        return self._size_of(_copy_name(sha256)) == size

    def keep(self, file: BinaryIO, sha256: str, size: int) -> None:
        """Upload a complete incoming file as the copy of its digest."""
        file.seek(0)
        self._client.upload_fileobj(file, self._bucket, self._prefix + _copy_name(sha256))
        if not self.has(sha256, size):
            raise SourceError(f"A file did not arrive as a whole in {self._place}; run again.")

    @contextmanager
    def at_hand(self, sha256: str, size: int) -> Iterator[Path]:
        """Give a copy as a file of this machine, which is removed at the end."""
        with self.incoming() as file:
            self.require_room(size)
            self._client.download_fileobj(self._bucket, self._prefix + _copy_name(sha256), file)
            file.flush()
            if _sha256_of(Path(file.name)) != sha256:
                self.remove(sha256)
                raise SourceError(f"A copy in {self._place} was damaged, and is removed; run again.")
            yield Path(file.name)

    def remove(self, sha256: str) -> int:
        """Remove a copy, and return how many that were: 1, or 0 if it was gone."""
        name = _copy_name(sha256)
        there = self.has_record(name)
        self.delete(name)
        return int(there)

    def read(self, name: str) -> bytes | None:
        """Return a record, None if there is none."""
        try:
            return self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)["Body"].read()
        except ClientError as error:
            if status_of(error) == 404:
                return None
            raise

    def write(self, name: str, content: bytes) -> None:
        """Replace a record at once."""
        self._client.put_object(Bucket=self._bucket, Key=self._prefix + name, Body=content)

    def touch(self, name: str) -> None:
        """Set the time of an empty record to now, made if need be."""
        self.write(name, b"")

    def has_record(self, name: str) -> bool:
        """Tell whether a record is there."""
        return self._size_of(name) is not None

    def delete(self, name: str) -> None:
        """Remove a record, if it is there."""
        self._client.delete_object(Bucket=self._bucket, Key=self._prefix + name)

    def records(self, below: str) -> Iterator[tuple[str, float]]:
        """Yield the names of all records below a prefix, and when they were written."""
        for page in self._pages(below):
            for one in page.get("Contents", []):
                yield one["Key"][len(self._prefix) :], one["LastModified"].timestamp()

    def names(self, below: str) -> Iterator[str]:
        """Yield what stands between a prefix and the next slash."""
        for page in self._pages(below, Delimiter="/"):
            for one in page.get("CommonPrefixes", []):
                yield one["Prefix"][len(self._prefix) + len(below) : -1]

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Put what the service, or the disk of the spool folder, fails with into one sentence."""
        with self._incoming.disk_errors():
            try:
                yield
            except _REFUSALS as error:
                raise self._failure(error) from None

    @property
    def _place(self) -> str:
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    @cached_property
    def _client(self) -> Any:
        return s3_client(self._spec, _ATTEMPTS)

    def _pages(self, below: str, **options: str) -> Iterator[dict[str, Any]]:
        pages = self._client.get_paginator("list_objects_v2")
        yield from pages.paginate(Bucket=self._bucket, Prefix=self._prefix + below, **options)

    def _size_of(self, name: str) -> int | None:
        try:
            return self._client.head_object(Bucket=self._bucket, Key=self._prefix + name)["ContentLength"]
        except ClientError as error:
            if status_of(error) == 404:
                return None
            raise

    def _failure(self, error: Exception) -> Exception:
        cause = error.__context__ if isinstance(error, S3UploadFailedError) else error
        refused = cause if isinstance(cause, Exception) else error
        if isinstance(refused, ClientError) and status_of(refused) == 403:
            who = identity(self._spec.credentials)
            return SourceError(f"{self._place} refuses {who} as a landing; grant {_RIGHTS}.")
        failure = failure_of(refused, self._place, self._spec.timeout, self._spec.credentials)
        if isinstance(failure, NoFileError):
            return SourceError(f"A copy in {self._place} is gone meanwhile; run again.")
        return failure


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy_name(sha256: str) -> str:
    return f"content/{sha256[:2]}/{sha256}"
