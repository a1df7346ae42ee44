"""The client of one S3 source, and what the service's refusals mean, in one sentence each."""

import re
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from boto3.session import Session
from botocore import exceptions
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
    ReadTimeoutError,
    SSLError,
)

from cdp_pipelines.errors import ConfigurationError, NoFileError, SourceError
from cdp_pipelines.sources.credentials import required_secret, secret
from cdp_pipelines.sources.retries import TemporaryError, asked_wait
from cdp_pipelines.sources.spec import S3Source

_BUSY = {"SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded", "RequestTimeout", "InternalError"}
_WRONG_KEYS = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired"}
_GONE = {"NoSuchKey", "NoSuchVersion", "404"}
_MAKING = Lock()
"""Sensors look at their sources in threads, and a session makes one client at a time."""
_BROKE_OFF = (exceptions.ConnectionError, HTTPClientError, IncompleteReadError)


def s3_client(spec: S3Source, attempts: int = 1) -> BaseClient:
    """Return a client that sends each request once, as how often to try is decided where files are read, or more often.

    Raises:
        ConfigurationError: A variable isn't set, or the settings of the environment are unusable.
    """
    keys = _keys(spec.credentials) if spec.credentials else {}
    if spec.ca_file and not Path(spec.ca_file).is_file():
        raise ConfigurationError(f"ca_file names no file of certificates: there is no {spec.ca_file}.")
    try:
        with _MAKING:
            region = spec.region or _session().region_name or "us-east-1"
            places = {"region_name": region, "endpoint_url": spec.endpoint_url, "verify": spec.ca_file}
            return _session().client("s3", config=_config(spec, attempts), **places, **keys)
    except (BotoCoreError, ValueError) as error:
        raise ConfigurationError(
            f"The settings for S3 can't be used ({type(error).__name__}); "
            "correct endpoint_url and region, or the AWS variables of the environment."
        ) from None


@cache
def _session() -> Session:
    """Return one session for all sources, since each reads the service's description, which takes 0.1 s."""
    return Session()


def _keys(prefix: str) -> dict[str, Any]:
    return {
        "aws_access_key_id": required_secret(prefix, "ACCESS_KEY_ID"),
        "aws_secret_access_key": required_secret(prefix, "SECRET_ACCESS_KEY"),
        "aws_session_token": secret(prefix, "SESSION_TOKEN"),
    }


def _config(spec: S3Source, attempts: int) -> Config:
    in_path = spec.endpoint_url is not None if spec.path_style is None else spec.path_style
    return Config(
        connect_timeout=spec.timeout,
        read_timeout=spec.timeout,
        retries={"total_max_attempts": attempts, "mode": "standard"},
        # Checked where the whole object is asked for; services differ in what they say of a range.
        response_checksum_validation="when_required",
        s3={"addressing_style": "path" if in_path else "auto"},
        user_agent_extra="cdp-pipelines",
    )


def status_of(error: ClientError) -> int:
    """Return the HTTP status of a refusal."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def refusal_of(error: ClientError, where: str, prefix: str | None) -> SourceError:
    """Return the error for an answer that isn't what was asked for."""
    details: dict[str, Any] = error.response.get("Error", {})
    code, status = re.sub(r"\W", "", str(details.get("Code", "")))[:40], status_of(error)
    if code == "NoSuchBucket":
        return SourceError(f"There is no bucket for {where}; check its name and the endpoint.")
    if code in _GONE:
        return NoFileError(f"No file at {where}; check bucket and key, or wait until it is written.")
    if code in _WRONG_KEYS:
        return SourceError(f"The service of {where} refuses {identity(prefix)} ({code}); correct or renew it.")
    if code == "InvalidObjectState":
        return SourceError(f"{where} lies in an archive; restore it there, then run again.")
    if code in _BUSY or status == 429 or status >= 500:
        return TemporaryError(
            f"The service of {where} is busy or broken ({code or status}); run again later.", _wait(error)
        )
    if status == 403:
        return SourceError(
            f"{where} may not be read by {identity(prefix)} ({code}); grant s3:GetObject and s3:ListBucket."
        )
    return SourceError(f"{where} can't be read ({code or status}); check bucket, region and endpoint.")


def failure_of(error: Exception, where: str, timeout: float, prefix: str | None) -> SourceError | ConfigurationError:
    """Return the error for a request or a body that broke."""
    if isinstance(error, ClientError):
        return refusal_of(error, where, prefix)
    if isinstance(error, NoCredentialsError | PartialCredentialsError | CredentialRetrievalError):
        return SourceError(
            f"Nothing says who reads {where}; give this machine a role, or the source `credentials` with a prefix."
        )
    if isinstance(error, FlexibleChecksumError):
        return TemporaryError(f"{where} arrived damaged: its bytes have another checksum; run again later.")
    if isinstance(error, SSLError):
        return SourceError(
            f"The certificate for {where} isn't trusted; correct it there, or name its authority's ca_file."
        )
    if isinstance(error, ConnectTimeoutError | ReadTimeoutError):
        return TemporaryError(f"The service of {where} sent nothing for {timeout:g} s; run again later.")
    if isinstance(error, BotoCoreError) and not isinstance(error, _BROKE_OFF):
        return SourceError(f"{where} can't be asked for ({type(error).__name__}); check bucket, key and endpoint.")
    return TemporaryError(f"The connection to the service of {where} broke or failed; run again later.")


def identity(prefix: str | None) -> str:
    """Return who asks, for a sentence."""
    return f"the key of {prefix}" if prefix else "this machine's role"


def _wait(error: ClientError) -> float | None:
    return asked_wait(error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("retry-after"))
