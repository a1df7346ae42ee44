"""Timestamp patterns in Java's letters (`yyyy/MM/dd hh:mm`): what they may hold, and the expression that reads them.

A fixed translator: no text of the user becomes part of a regular expression but as a literal, and RE2 reads it in
linear time. `hh` is 0-23 where the pattern has no am/pm marker (D6).
"""

import re
from dataclasses import dataclass
from itertools import groupby

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_LETTERS: dict[str, tuple[str, str]] = {
    "yyyy": ("year", r"\d{4}"),
    "uuuu": ("year", r"\d{4}"),
    "y": ("year", r"\d{4}"),
    "yy": ("short_year", r"\d{2}"),
    "M": ("month", r"\d{1,2}"),
    "MM": ("month", r"\d{2}"),
    "MMM": ("month_name", "(?i:" + "|".join(MONTHS) + ")"),
    "d": ("day", r"\d{1,2}"),
    "dd": ("day", r"\d{2}"),
    "H": ("hour", r"\d{1,2}"),
    "HH": ("hour", r"\d{2}"),
    "h": ("hour", r"\d{1,2}"),
    "hh": ("hour", r"\d{2}"),
    "m": ("minute", r"\d{1,2}"),
    "mm": ("minute", r"\d{2}"),
    "s": ("second", r"\d{1,2}"),
    "ss": ("second", r"\d{2}"),
    "a": ("half", r"(?i:[ap]\.?m\.?)"),
    "Z": ("offset", r"[+-]\d{4}"),
    "X": ("offset", r"Z|[+-]\d{2}(?:\d{2})?"),
    "XX": ("offset", r"Z|[+-]\d{4}"),
    "XXX": ("offset", r"Z|[+-]\d{2}:\d{2}"),
}
"""What each group of letters reads, and how that looks: the whole table of letters, `S` apart."""

LETTERS = "yyyy, yy, M, MM, MMM, d, dd, H, HH, h, hh, a, m, mm, s, ss, S to SSSSSSSSS, Z, X, XX, XXX"
_MOST_FRACTION = 9
_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z]+)|([^A-Za-z']+)", re.ASCII)


@dataclass(frozen=True)
class Pattern:
    """A pattern that is understood.

    Attributes:
        expression: An expression of RE2 with a named group per field.
        fields: The groups' names: year, month, hour, fraction, ...
        places: Where each field begins and ends, in characters, if that is the same in all texts; else None.
    """

    expression: str
    fields: tuple[str, ...]
    places: tuple[tuple[int, int], ...] | None


def read_pattern(text: str) -> Pattern:
    """Translate a pattern.

    Raises:
        ValueError: It holds a letter that means nothing here, one twice, or too little for a moment.
    """
    parts: list[str] = []
    places: dict[str, tuple[int, int]] = {}
    end, fixed = 0, True
    for literal, letters in _tokens(text):
        begin, end = end, end + len(letters or literal)
        if letters is None:
            parts.append(re.escape(literal))
            continue
        field, looks = _field(letters)
        if field in places:
            raise ValueError(f"the {field.replace('_', ' ')} stands twice in it: write each part once")
        fixed = fixed and looks == rf"\d{{{len(letters)}}}"
        places[field] = begin, end
        parts.append(f"(?P<{field}>{looks})")
    _check(list(places), text)
    return Pattern(r"\A" + "".join(parts) + r"\z", tuple(places), tuple(places.values()) if fixed else None)


def _tokens(text: str) -> list[tuple[str, str | None]]:
    """Return literals, and runs of one letter beside an empty literal."""
    tokens: list[tuple[str, str | None]] = []
    end = 0
    for match in _TOKEN.finditer(text):
        if match.start() != end:
            break
        end = match.end()
        quoted, letters, other = match.groups()
        if letters is not None:
            tokens += [("", "".join(run)) for _, run in groupby(letters)]
        else:
            tokens.append((other if quoted is None else quoted.replace("''", "'") or "'", None))
    if end != len(text):
        raise ValueError("a quote is opened in it and not closed: write literal letters like 'T'")
    return tokens


def _field(letters: str) -> tuple[str, str]:
    if letters in _LETTERS:
        return _LETTERS[letters]
    if set(letters) == {"S"} and len(letters) <= _MOST_FRACTION:
        return "fraction", rf"\d{{{len(letters)}}}"
    raise ValueError(
        f"{letters!r} means nothing in it: write {LETTERS}, and letters that stand for themselves in quotes like 'T'"
    )


def _check(fields: list[str], text: str) -> None:
    found = set(fields)
    days = ({"year", "short_year"}, {"month", "month_name"}, {"day"})
    if any(len(found & one) != 1 for one in days):
        raise ValueError("write one year, one month and one day in it, like yyyy/MM/dd hh:mm")
    if "half" in found and ("hour" not in found or "H" in re.sub(r"'[^']*'", "", text)):
        raise ValueError("the am/pm marker a goes with h or hh, and not with H: write hh:mm a")
    if found & {"minute", "second", "fraction"} and not {"hour"} <= found:
        raise ValueError("minutes and seconds need an hour: write hh:mm")
