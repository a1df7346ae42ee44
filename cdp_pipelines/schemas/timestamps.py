"""ISO 8601 timestamps in text cells, to UTC microseconds.

Offsets are written with or without a colon (K-045); a timestamp without one is in the import's zone (D33). A day
alone is its midnight, a month or year alone that of its first day. Digits beyond the microsecond are cut. Second 60,
hour 24 and dates that the calendar does not have are refused.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo

import numpy as np
import pyarrow as pa

TIMESTAMP = pa.timestamp("us", tz="UTC")

INVALID = datetime(1, 1, 1, tzinfo=UTC)
"""What stands for a cell that is no timestamp; the schema's range check refuses it."""

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""Outside of these an order's time is a typing error (year 1, year 9999)."""

_ISO = re.compile(
    r"(\d{4})(?:-(\d\d?)-(\d\d?)|(\d\d)(\d\d))"
    r"(?:[T ](\d\d)(?:(?P<colon>:?)(\d\d)(?:(?P=colon)(\d\d)(?:[.,](\d+))?)?)? ?(Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII | re.IGNORECASE,
)
_YEAR_OR_MONTH = re.compile(r"\d{4}(-\d\d)?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _micros_since_1970(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


_INVALID_US = _micros_since_1970(INVALID)
_DIGITS = ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19))
_MARKS = ((4, ord("-")), (7, ord("-")), (13, ord(":")), (16, ord(":")))


def parse_timestamp(cell: str, zone: tzinfo = UTC) -> datetime | None:
    """Return the moment that a cell names in ISO 8601, or None if it names none.

    Where clocks are set back, a time that they show twice is the first; where they are set forward, one that they
    never show is counted on from before.
    """
    cell = cell.strip(" \t")
    if _YEAR_OR_MONTH.fullmatch(cell):
        cell += "-01-01"[len(cell) - 4 :]
    match = _ISO.fullmatch(cell)
    if not match:
        return None
    year, month, day, month_alone, day_alone, hour, _, minute, second, fraction, offset = match.groups()
    numbers = [int(part or 0) for part in (year, month or month_alone, day or day_alone, hour, minute, second)]
    micros = int((fraction or "0").ljust(6, "0")[:6])
    try:
        local = datetime(*numbers, micros)  # type: ignore[arg-type]  # noqa: DTZ001 - its zone is set below
        return local.replace(tzinfo=zone).astimezone(UTC) if offset is None else _at(local, offset)
    except (ValueError, OverflowError):
        return None


def _at(local: datetime, offset: str) -> datetime | None:
    if offset in "Zz":
        return local.replace(tzinfo=UTC)
    hours, minutes = int(offset[1:3]), int(offset[3:].lstrip(":") or 0)
    if hours > 23 or minutes > 59:
        return None
    ahead = timedelta(hours=hours, minutes=minutes)
    return (local - ahead if offset[0] == "+" else local + ahead).replace(tzinfo=UTC)


def parse_timestamps(cells: pa.Array, zone: tzinfo = UTC) -> pa.Array:
    """Read a column of cells (null = empty) as `TIMESTAMP`; a cell that is none becomes `INVALID`."""
    micros = np.zeros(len(cells), np.int64)
    empty = np.asarray(cells.is_null())
    todo = ~empty
    always_utc = zone.utcoffset(None) == timedelta(0)
    for width in (19, 20, 24, 25) if always_utc else (20, 24, 25):
        todo &= ~_fixed_width(cells, width, todo, micros)
    if todo.any():
        _one_by_one(cells, zone, todo, micros)
    return pa.array(micros, mask=empty).cast(TIMESTAMP)


def _fixed_width(cells: pa.Array, width: int, todo: np.ndarray, micros: np.ndarray) -> np.ndarray:
    """Read the cells of `2026-01-31T05:00:00` plus `Z`, `+0100` or `+01:00` by digit arithmetic; return which."""
    offsets = np.frombuffer(cells.buffers()[1], np.int32)[cells.offset : cells.offset + len(cells) + 1]
    rows = np.flatnonzero(todo & (np.diff(offsets) == width))
    done = np.zeros(len(cells), bool)
    if not len(rows):
        return done
    octets = np.frombuffer(cells.buffers()[2], np.uint8)
    text = octets[offsets[rows] + np.arange(width)[:, None]]
    good, values = _read(text, width)
    micros[rows[good]] = np.where(_sensible(values), values, _INVALID_US)[good]
    done[rows[good]] = True
    return done


def _read(text: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which columns of a matrix of characters are well-formed, and their microseconds since 1970."""
    numbers, good = [], np.ones(text.shape[1], bool)
    for start, end in _DIGITS:
        good, number = _number(text[start:end], good)
        numbers.append(number)
    for place, mark in _MARKS:
        good &= text[place] == mark
    good &= (text[10] == ord("T")) | (text[10] == ord(" "))
    year, month, day, hour, minute, second = numbers
    good &= (year > 0) & (month > 0) & (month < 13) & (day > 0) & (hour < 24) & (minute < 60) & (second < 60)
    months = (np.where(good, year, 1970) - 1970) * 12 + np.where(good, month, 1) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]")
    days = first.astype(np.int64) + day - 1
    good &= days < (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    seconds = days * 86_400 + hour * 3_600 + minute * 60 + second
    good, ahead = _offset(text, width, good)
    return good, (seconds - ahead) * 1_000_000


def _number(digits: np.ndarray, good: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    number = np.zeros(digits.shape[1], np.int64)
    for place in digits - ord("0"):  # unsigned: what is below "0" becomes large
        good = good & (place <= 9)
        number = number * 10 + place
    return good, number


def _offset(text: np.ndarray, width: int, good: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Read the zone behind the seconds, in seconds ahead of UTC."""
    if width == 19:
        return good, np.zeros(text.shape[1], np.int64)
    if width == 20:
        return good & (text[19] == ord("Z")), np.zeros(text.shape[1], np.int64)
    sign = text[19]
    good = good & ((sign == ord("+")) | (sign == ord("-")))
    if width == 25:
        good &= text[22] == ord(":")
    good, hours = _number(text[20:22], good)
    good, minutes = _number(text[width - 2 :], good)
    good &= (hours < 24) & (minutes < 60)
    return good, np.where(sign == ord("-"), -1, 1) * (hours * 3_600 + minutes * 60)


def _one_by_one(cells: pa.Array, zone: tzinfo, todo: np.ndarray, micros: np.ndarray) -> None:
    rows = np.flatnonzero(todo)
    encoded = cells.take(pa.array(rows)).dictionary_encode()
    known = [_micros(cell, zone) for cell in encoded.dictionary.to_pylist()]
    micros[rows] = np.array(known, np.int64)[np.asarray(encoded.indices)]


def _micros(cell: str, zone: tzinfo) -> int:
    moment = parse_timestamp(cell, zone)
    if moment is None or not EARLIEST <= moment < LATEST:
        return _INVALID_US
    return _micros_since_1970(moment)


def _sensible(micros: np.ndarray) -> np.ndarray:
    return (micros >= _micros_since_1970(EARLIEST)) & (micros < _micros_since_1970(LATEST))
