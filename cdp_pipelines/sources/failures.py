"""What broken requests and unwelcome answers mean, in one sentence each.

The libraries' own texts hold whole addresses with their queries, so none of them is passed on.
"""

import socket
import ssl
from typing import TypeVar

import requests
from urllib3.exceptions import HTTPError, LocationValueError, NameResolutionError, ProtocolError, ReadTimeoutError

from cdp_pipelines.errors import ConfigurationError, NoFileError, SourceError
from cdp_pipelines.sources.retries import TemporaryError, asked_wait

BUSY = (408, 425, 429)
Failure = TypeVar("Failure", bound=BaseException)


def refusal_of(response: requests.Response, where: str) -> SourceError:
    """Return the error for an answer that isn't the file."""
    status = response.status_code
    if status in (404, 410):
        return NoFileError(f"No file at {where} (HTTP {status}); check the address, or wait until it is written.")
    if status in (401, 403):
        return SourceError(
            f"{where} refuses access (HTTP {status}); "
            "make the file readable for this machine, or correct the source's credentials."
        )
    if status in BUSY or status >= 500:
        wait = asked_wait(response.headers.get("Retry-After"))
        return TemporaryError(f"{where} is busy or broken (HTTP {status}); run again later.", wait)
    return SourceError(f"{where} answers with HTTP {status} and not with a file; check the address.")


def failure_of(error: Exception, where: str, timeout: float) -> SourceError | ConfigurationError:
    """Return the error for a request or a body that broke."""
    if refused := _within(error, ssl.SSLCertVerificationError):
        return SourceError(
            f"The certificate of {where} isn't trusted ({refused.verify_message}); "
            "correct it there, or name its authority's file as ca_file or in REQUESTS_CA_BUNDLE."
        )
    if isinstance(error, requests.Timeout | ReadTimeoutError):
        return TemporaryError(f"{where} sent nothing for {timeout:g} s; run again later.")
    if isinstance(error, requests.exceptions.ProxyError):
        return TemporaryError(f"The proxy of the environment doesn't lead to {where}; check HTTPS_PROXY and NO_PROXY.")
    if _within(error, ProtocolError):
        return TemporaryError(f"{where} ended the connection before the file was complete; run again later.")
    return _no_connection(error, where)


def _no_connection(error: Exception, where: str) -> SourceError | ConfigurationError:
    if _within(error, NameResolutionError) or _within(error, socket.gaierror):
        return TemporaryError(f"The host of {where} isn't known; check the address and the name server.")
    if isinstance(error, requests.exceptions.InvalidHeader):
        return SourceError(f"{where} states two lengths of its file; ask its operator to mend that.")
    if isinstance(error, requests.ConnectionError):
        reason = _within(error, OSError)
        detail = f" ({reason.strerror})" if reason and reason.strerror else ""
        return TemporaryError(f"No connection to {where}{detail}; check the address and that the server is up.")
    if isinstance(error, requests.RequestException | LocationValueError):
        return SourceError(f"{where} is no address that can be read; write https://host/path.")
    if isinstance(error, HTTPError):  # of TLS, within a body
        return TemporaryError(f"{where} can't be read to its end; run again later.")
    return ConfigurationError(
        "ca_file, REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names no file of certificates; correct or remove it."
    )


def _within(error: BaseException, kind: type[Failure]) -> Failure | None:
    """Return the first error of this kind among an error and those that it wraps."""
    waiting, seen = [error], set()
    while waiting:
        current = waiting.pop(0)
        if isinstance(current, kind) and not isinstance(current, requests.RequestException):
            return current
        if id(current) not in seen:
            seen.add(id(current))
            wrapped = (current.__cause__, current.__context__, getattr(current, "reason", None), *current.args)
            waiting += [other for other in wrapped if isinstance(other, BaseException)]
    return None
