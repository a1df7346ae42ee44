"""What the values of a column look like, told without telling any of them.

No value leaves this module but through `outline`, which keeps nothing of a text but where it has letters and digits.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from cdp_pipelines.schemas.currencies import ISO_4217
from cdp_pipelines.schemas.user_ids import ID_TYPES
from cdp_pipelines.suggestions.dates import ENOUGH, Times, times_of
from cdp_pipelines.suggestions.statuses import status_of
from cdp_pipelines.transforms.casts import NUMBER
from cdp_pipelines.transforms.decimals import plain_numbers

MOST_VALUES = 1500
"""Different values of a column that are looked at."""
BLANKS = ("null", "NULL", "Null", "None", "NaN", "nan", "N/A", "n/a", "#N/A", "\\N", "-", "--")
"""Words that stand for an empty cell."""
SIGNS = {"€": "EUR", "£": "GBP", "R$": "BRL", "元": "CNY", "zł": "PLN", "Kč": "CZK", "US$": "USD", "CHF": "CHF"}
"""Signs that stand for one currency only; `$` and `¥` stand for several."""
CURRENCY_WORDS = {"€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "usd": "USD", "gbp": "GBP", "£": "GBP"} | {
    "chf": "CHF",
    "brl": "BRL",
    "r$": "BRL",
    "cny": "CNY",
    "rmb": "CNY",
    "人民币": "CNY",
    "cn¥": "CNY",
    "us$": "USD",
}
BOOLEANS = frozenset(
    {"true", "false", "yes", "no", "ja", "nein", "oui", "non", "si", "sim", "sí", "não", "nao", "是", "否"}
    | {"y", "n", "0", "1", "t", "f"}
)
_NUMBER = re.compile(NUMBER, re.ASCII)
_CODE = re.compile(r"[A-Z]{3}|[^\W\d_]+", re.ASCII)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}([.,]\d{3})+", re.ASCII)
_ALONE = re.compile(r"\d[.,]\d", re.ASCII)
_ID = re.compile(r"[\w#][\w#./:+=@-]*", re.ASCII)
_KEPT = frozenset("€£¥")
_URL = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Notation:
    """How numbers are written: `decimal` is None where they are plain; `sure` says whether another reading is out."""

    decimal: str | None
    sure: bool


@dataclass(frozen=True)
class Column:
    """A column of the sample: its name and its cells, "" where they are empty."""

    name: str
    cells: tuple[str, ...]

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each value stands there, empty cells and words for them left out."""
        found = Counter(cell for cell in self.cells if cell.strip() and cell.strip() not in BLANKS)
        return found if len(found) <= MOST_VALUES else Counter(dict(list(found.items())[:MOST_VALUES]))

    @cached_property
    def values(self) -> list[str]:
        """The different values."""
        return list(self.counts)

    @property
    def filled(self) -> float:
        """Share of rows with a value."""
        blank = sum(not cell.strip() or cell.strip() in BLANKS for cell in self.cells)
        return 1 - blank / len(self.cells) if self.cells else 0.0

    @property
    def blank_words(self) -> list[str]:
        """The words for an empty cell that occur."""
        return [word for word in BLANKS if word in self.cells]

    @property
    def padded(self) -> bool:
        """Whether blanks stand around values."""
        return any(value != value.strip() for value in self.values)

    def share(self, holds: Callable[[str], object]) -> float:
        """Return the share of filled cells whose value is of a kind."""
        total = sum(self.counts.values())
        return sum(count for value, count in self.counts.items() if holds(value.strip())) / total if total else 0.0

    @cached_property
    def id_kinds(self) -> dict[str, float]:
        """Share of values that are valid for each type of user id that has a shape."""
        return {
            name: self.share(lambda value, one=ID_TYPES[name]: re.search(one.pattern, _normal(value, one)))
            for name in ("email", "email_sha256", "email_md5", "gaid", "phone")
        }

    @cached_property
    def currencies(self) -> float:
        """Share of values that name a currency."""
        return self.share(lambda value: value in ISO_4217 or value.casefold() in CURRENCY_WORDS)

    @cached_property
    def times(self) -> Times | None:
        """How times are written, if they are times."""
        return times_of(self.values[:300])

    @cached_property
    def notations(self) -> dict[str, float]:
        """Share of values that are numbers: `plain`, or with a decimal `,` or `.` among thousands and currencies."""
        cells = pa.array([value.strip() for value in self.values], pa.string())
        found = {"plain": self.share(_NUMBER.fullmatch)}
        for decimal in ",.":
            read = dict(zip(cells.to_pylist(), plain_numbers(cells, decimal).to_pylist(), strict=True))
            found[decimal] = self.share(lambda value, read=read: read[value] is not None and _has_no_word(value))
        return found

    @property
    def numeric(self) -> float:
        """Share of values that are numbers in one notation."""
        return max(self.notations.values())

    @cached_property
    def integers(self) -> float:
        """Share of values that are whole numbers."""
        return self.share(lambda value: value.isascii() and value.lstrip("+-").isdigit())

    @cached_property
    def identifiers(self) -> float:
        """Share of values that could name a thing: no blanks in them, and not long."""
        return self.share(lambda value: len(value) <= 64 and (_ID.fullmatch(value) or not value.isascii()))

    @cached_property
    def booleans(self) -> float:
        """Share of values that say yes or no."""
        return self.share(lambda value: value.casefold() in BOOLEANS)

    @cached_property
    def statuses(self) -> float:
        """Share of values that are known words for a line's status."""
        return self.share(status_of)

    @cached_property
    def addresses(self) -> float:
        """Share of values that are addresses of the web."""
        return self.share(_URL.fullmatch)

    def notation(self, file_decimal: str | None) -> Notation:
        """Decide how numbers are written, by the column and, where it allows for both, by the rest of the file."""
        shares = self.notations
        if shares["plain"] >= ENOUGH and shares["plain"] == self.numeric:
            grouped = [value for value in self.values if "." in value]
            doubtful = bool(grouped) and all(_GROUPED.fullmatch(value.strip()) for value in grouped)
            return Notation(",", True) if doubtful and file_decimal == "," else Notation(None, True)
        if shares[","] != shares["."]:
            return Notation(max(",.", key=shares.__getitem__), True)
        separated = any(_ALONE.search(value) for value in self.values)
        return Notation(file_decimal or ".", file_decimal is not None or not separated)

    @property
    def currency(self) -> str | None:
        """The one currency that all amounts carry with them, like the € of `12,50 €`."""
        found = {_carried(value) for value in self.values}
        return next(iter(found)) if len(found) == 1 else None

    @property
    def outlines(self) -> list[str]:
        """What the two most frequent kinds of values look like."""
        return [shape for shape, _ in Counter(map(outline, self.values)).most_common(2)]


def decimal_of(columns: Sequence[Column]) -> str | None:
    """Return the decimal sign that the file's numbers need: that of the columns which can be read in one way only."""
    votes = Counter[str]()
    for column in columns:
        shares = column.notations
        if column.values and shares["plain"] < 1:
            votes.update(one for one, other in (",.", ".,") if shares[one] >= ENOUGH > shares[other])
    return votes.most_common(1)[0][0] if votes else None


def currency_code(value: str) -> str | None:
    """Return the ISO code of a currency that a value names."""
    value = value.strip()
    return value if value in ISO_4217 else CURRENCY_WORDS.get(value.casefold())


def outline(value: str) -> str:
    """Return the outline of a value: `a` for letters, `9` for digits, runs cut to three, at most 24 characters.

    Nothing but punctuation is kept, so nobody can be recognised by it.
    """
    drawn = re.sub(r"[^\W\d_]", lambda letter: "A" if letter[0].isupper() else "a", value.strip())
    drawn = re.sub(r"\d", "9", drawn)
    drawn = re.sub(r"(?<=a{3})a+|(?<=A{3})A+|(?<=9{4})9+", "", drawn)
    kept = "".join(one if one in _KEPT or (one.isascii() and one.isprintable()) else "?" for one in drawn)
    return kept[:24]


def _normal(value: str, kind) -> str:
    for separator in kind.separators:
        value = value.replace(separator, "")
    return value.lower() if kind.lower else value


def _has_no_word(value: str) -> bool:
    """Whether letters in a number are a currency's: `ABC 12` is none."""
    return all(
        word in ISO_4217 or word.casefold() in ("r", "us", "kr", "ft", "lei", "z", "k") for word in _CODE.findall(value)
    )


def _carried(value: str) -> str | None:
    sign = re.sub(r"[\d\s.,+'\u2019\u2212-]", "", value)
    return sign if sign in ISO_4217 else SIGNS.get(sign)
