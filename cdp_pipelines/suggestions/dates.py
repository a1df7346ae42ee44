"""How a column writes its times: ISO 8601, a pattern of `transforms`, or seconds since 1970."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache

import pyarrow as pa

from cdp_pipelines.schemas.timestamps import EARLIEST, LATEST, parse_timestamp
from cdp_pipelines.transforms.moments import read_moments
from cdp_pipelines.transforms.patterns import Pattern, read_pattern

ENOUGH = 0.98
"""Share of a column's values that have to be of a kind: exports have their slips."""

DAYS = (
    *("dd.MM.yyyy", "d.M.yyyy", "dd.MM.yy", "d.M.yy", "yyyy.MM.dd"),
    *("dd/MM/yyyy", "MM/dd/yyyy", "d/M/yyyy", "M/d/yyyy", "dd/MM/yy", "MM/dd/yy", "d/M/yy", "M/d/yy"),
    *("yyyy/MM/dd", "yyyy/M/d", "dd-MM-yyyy", "MM-dd-yyyy", "d-M-yyyy", "M-d-yyyy"),
    *("yyyy年MM月dd日", "yyyy年M月d日", "dd MMM yyyy", "d MMM yyyy", "dd-MMM-yyyy", "MMM d, yyyy", "MMM dd, yyyy"),
    "yyyy-MM-dd",
)
"""Days as exports write them; of those that read a column alike the first is taken."""

CLOCKS = (
    *("", " HH:mm", " HH:mm:ss", " H:mm", " H:mm:ss", ", HH:mm", ", HH:mm:ss", "'T'HH:mm:ss", " HH:mm:ss.SSS"),
    *(" h:mm a", " h:mm:ss a", ", h:mm a", ", h:mm:ss a", " HH:mm 'Uhr'", " HH'h'mm", " - HH:mm", " 'at' HH:mm"),
)
ZONES = ("", " Z", "Z", " XXX", "XXX")
_EPOCH = re.compile(r"1\d{9}(\d{3})?", re.ASCII)
_ZONED = re.compile(r"\d(Z|[+-]\d\d:?\d\d) *$| [+-]\d{4}$", re.ASCII | re.IGNORECASE)
_COMPACT = re.compile(r"(19|20)\d{6}", re.ASCII)


@dataclass(frozen=True)
class Times:
    """How times are written.

    Attributes:
        pattern: In Java's letters; None where nothing has to be done, since they are ISO 8601.
        zoned: Whether they say their zone.
        other: The pattern that reads them as well and as another day: what is right cannot be told.
        epoch: `seconds` or `milliseconds` since 1970, which no step reads.
    """

    pattern: str | None = None
    zoned: bool = False
    other: str | None = None
    epoch: str | None = None


def times_of(values: Sequence[str]) -> Times | None:
    """Find out how different values write times; None where they are none."""
    if not values:
        return None
    if _share(values, _is_epoch) == 1:
        return Times(epoch="seconds" if len(values[0].strip()) == 10 else "milliseconds", zoned=True)
    if _share(values, _is_iso) >= ENOUGH:
        return Times(zoned=all(_ZONED.search(value) for value in values))
    if _share(values, _could_be) < ENOUGH:
        return None
    return _by_pattern(values)


def _share(values: Sequence[str], holds) -> float:
    return sum(map(bool, map(holds, values))) / len(values)


def _is_epoch(value: str) -> bool:
    return bool(_EPOCH.fullmatch(value.strip()))


def _is_iso(value: str) -> bool:
    moment = parse_timestamp(value)
    if moment is None or not EARLIEST <= moment < LATEST:
        return False
    return "-" in value or bool(_COMPACT.match(value.strip()))


def _could_be(value: str) -> bool:
    digits = sum(one.isdigit() for one in value)
    return 5 <= digits <= 24 and len(value) <= 40 and not value.strip().isdigit()


def _by_pattern(values: Sequence[str]) -> Times | None:
    cells = pa.array(values, pa.string())
    found: dict[str, list[str | None]] = {}
    for text in _candidates(values[0].strip()):
        moments = read_moments(cells, _pattern(text), UTC)
        if 1 - moments.null_count / len(values) >= ENOUGH:
            found[text] = moments.to_pylist()
    if not found:
        return None
    best = max(found, key=lambda text: len(values) - found[text].count(None))
    other = next((text for text in found if found[text] != found[best] and None not in found[text]), None)
    return Times(best, best.endswith(("Z", "XXX")), other)


def _candidates(value: str) -> Iterator[str]:
    """Yield the patterns that read one value."""
    for day in DAYS:
        if re.match(_pattern(day).expression.removesuffix(r"\z"), value, re.ASCII):
            texts = [day + clock + zone for clock in CLOCKS for zone in (ZONES if clock else ("",))]
            yield from (text for text in texts if re.match(_whole(text), value, re.ASCII))


def _whole(text: str) -> str:
    """Return a pattern's expression as Python writes it: only the end of a text differs from RE2."""
    return _pattern(text).expression.removesuffix(r"\z") + r"\Z"


@lru_cache(2048)
def _pattern(text: str) -> Pattern:
    return read_pattern(text)
