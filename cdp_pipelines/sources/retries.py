"""Trying again what may work a moment later: which waits, how often."""

import logging
import random
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from cdp_pipelines.errors import SourceError

FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0
LONGEST_ASKED_WAIT = 60.0
"""Seconds that a server's Retry-After is followed at most; beyond that the next scheduled run is the better retry."""

_log = logging.getLogger(__name__)
Result = TypeVar("Result")


class TemporaryError(SourceError):
    """A failure that may be gone at the next attempt.

    Args:
        message: The sentence to show if it isn't.
        wait: Seconds that the server asked to wait, None if it didn't.
    """

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


def try_again(call: Callable[[], Result], attempts: int, pause: Callable[[float], None]) -> Result:
    """Return `call()`, which is tried up to `attempts` times as long as it raises TemporaryError."""
    for attempt in range(1, attempts):
        try:
            return call()
        except TemporaryError as error:
            seconds = wait_before(attempt, error.wait)
            _log.warning("%s Attempt %d of %d; next one in %.1f s.", error, attempt, attempts, seconds)
            pause(seconds)
    return call()


def wait_before(attempt: int, asked: float | None) -> float:
    """Return the seconds to wait after this attempt (1 = first): what the server asked for, else doubling with jitter.

    The jitter keeps thirty imports that failed together from coming back together.
    """
    if asked is not None:
        return min(asked, LONGEST_ASKED_WAIT)
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1))
    return longest * random.uniform(0.5, 1)  # noqa: S311 - spreads load, guards nothing


def asked_wait(retry_after: str | None) -> float | None:
    """Return the seconds that a Retry-After header (seconds or an HTTP date) asks for, None if it says nothing."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    moment = http_date(text)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment else None


def http_date(text: str | None) -> datetime | None:
    """Return the moment of an HTTP date in UTC, None if it is missing or isn't one."""
    try:
        moment = parsedate_to_datetime(text or "")
    except (ValueError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
