"""Lengths of time as YAML writes them: `90d`, `12h`, `30m`, `60s`."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _duration(value: Any) -> Any:
    """Read `90d`, `12h`, `30m` or `60s`."""
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"([1-9]\d{0,4})([smhd])", str(value), re.ASCII)
    if not match:
        raise ValueError("write a length of time like 90d, 12h, 30m or 60s")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


Duration = Annotated[timedelta, BeforeValidator(_duration)]
"""A length of time, at least one second."""
