"""The archive of objects: another prefix of their bucket."""

from functools import cached_property
from typing import Any

from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from cdp_pipelines.errors import SourceError
from cdp_pipelines.sources.addresses import bucket_and_key
from cdp_pipelines.sources.archive_names import archive_address, changed, free_name
from cdp_pipelines.sources.s3_client import failure_of, identity, s3_client, status_of
from cdp_pipelines.sources.spec import S3Source

_ATTEMPTS = 4
_RIGHTS = "s3:PutObject on the archive and s3:DeleteObject on the files"


class S3Archive:
    """Copies objects within their bucket, then deletes them; both only while the ETag is that of what was read.

    Args:
        spec: Where the service is, and who asks.
        prefix: The archive, relative to each object or, with a slash in front, to the bucket.
    """

    def __init__(self, spec: S3Source, prefix: str) -> None:
        self._spec, self._prefix = spec, prefix

    def take(self, uri: str, version: str) -> None:
        """Move an object into the archive."""
        bucket, key = bucket_and_key(uri)
        try:
            there = self._described(bucket, key)
            if there is None:
                return
            if there["ETag"].strip('"') != version:
                raise changed(uri)
            self._copy(uri, bucket, key, there)
            self._delete(bucket, key, there["ETag"])
        except (BotoCoreError, ClientError, HTTPError, OSError, S3UploadFailedError) as error:
            raise self._failure(uri, error) from None

    @cached_property
    def _client(self) -> Any:
        return s3_client(self._spec, _ATTEMPTS)

    def _described(self, bucket: str, key: str) -> dict[str, Any] | None:
        try:
            return self._client.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if status_of(error) == 404:
                return None
            raise

    def _copy(self, uri: str, bucket: str, key: str, there: dict[str, Any]) -> None:
        """Copy the object under a name that is free, or holds the copy of an attempt that was killed."""
        _, wanted = bucket_and_key(archive_address(uri, self._prefix))

        def is_free(name: str) -> bool:
            found = self._described(bucket, name)
            return found is None or found["ETag"] == there["ETag"]

        name = free_name(wanted, is_free)
        source = {"Bucket": bucket, "Key": key}
        self._client.copy(source, bucket, name, ExtraArgs={"CopySourceIfMatch": there["ETag"]})
        copied = self._described(bucket, name)
        if copied is None or copied["ContentLength"] != there["ContentLength"]:
            raise SourceError(f"{uri} did not arrive as a whole in the archive, so it stays.")

    def _delete(self, bucket: str, key: str, etag: str) -> None:
        """Delete the object; asked for once more just before, since not every service compares the ETag on deletion."""
        self._client.head_object(Bucket=bucket, Key=key, IfMatch=etag)
        self._client.delete_object(Bucket=bucket, Key=key, IfMatch=etag)

    def _failure(self, uri: str, error: Exception) -> SourceError:
        if isinstance(error, ClientError) and status_of(error) == 412:
            return changed(uri)
        if isinstance(error, ClientError) and status_of(error) == 403:
            who = identity(self._spec.credentials)
            return SourceError(f"{uri} may not be archived by {who}, so it stays; grant {_RIGHTS}.")
        reason = failure_of(error, uri, self._spec.timeout, self._spec.credentials)
        return SourceError(f"{uri} was not archived, so it stays: {reason}")
