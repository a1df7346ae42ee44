"""The name of a column -> what it may mean: a set of meanings per reading, and how many of its words are unknown.

Nothing is guessed from likeness of letters: a name is taken apart into words that are known in one of six languages,
compounds (`Bestellnummer`, `订单编号`) into their parts, and a word that is unknown counts against every reading.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from cdp_pipelines.schemas.currencies import ISO_4217
from cdp_pipelines.suggestions.words import LANGUAGES, LINKS, SMALL, WORDS

LONGEST = 120
"""Characters of a name that are looked at."""
_MOST_READINGS = 16
_LONGEST_PHRASE = 4
_WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SIGNS = {
    "#": " no ",
    "%": " percent ",
    "€": " eur ",
    "£": " gbp ",
    "$": " ",
    "¥": " ",
    "°": " ",
    "'": " ",
    "\u2019": " ",
}
_TAIL = ("id", "nr", "no")
"""Words of two letters that may end a compound; others of that length are found everywhere."""


@dataclass(frozen=True)
class Reading:
    """One way to understand a name.

    Attributes:
        meanings: Keys of `WORDS`.
        unknown: How many of its words mean nothing here.
        languages: Languages in which all of its known words are words.
    """

    meanings: frozenset[str]
    unknown: int
    languages: frozenset[str]


@dataclass(frozen=True)
class Name:
    """A column's name, understood.

    Attributes:
        readings: All ways to understand it.
        currency: An ISO code that stands in it, as in `Betrag (EUR)`.
    """

    readings: tuple[Reading, ...]
    currency: str | None


@lru_cache(4096)
def read_name(name: str) -> Name:
    """Understand a column's name."""
    tokens = [token for token in folded(name) if token not in SMALL]
    currency = _currency(name, tokens)
    words = _words([token for token in tokens if token.upper() != currency])
    alternatives = [known or [None] for known in words]
    chosen = (
        product(*alternatives) if _count(alternatives) <= _MOST_READINGS else [tuple(one[0] for one in alternatives)]
    )
    return Name(tuple(dict.fromkeys(_reading(parts) for parts in chosen)), currency)


def _currency(name: str, tokens: list[str]) -> str | None:
    """Return the ISO code beside other words, written in capitals or as a sign: `all` and `top` are words, too."""
    if len(tokens) < 2:
        return None
    written = set(_WORD.findall(name)) | {"EUR" if "€" in name else "", "GBP" if "£" in name else ""}
    return next((token.upper() for token in tokens if token.upper() in ISO_4217 & written), None)


def _count(alternatives: list) -> int:
    count = 1
    for one in alternatives:
        count *= len(one)
    return count


def _reading(parts: tuple) -> Reading:
    known = [part for part in parts if part is not None]
    languages = frozenset.intersection(*(langs for _, langs in known)) if known else frozenset()
    return Reading(frozenset(meaning for meaning, _ in known), len(parts) - len(known), languages)


def folded(text: str) -> list[str]:
    """Return the words of a text without capitals and accents; `LineItemSku` has three."""
    text = unicodedata.normalize("NFKC", text[:LONGEST])
    for sign, meant in _SIGNS.items():
        text = text.replace(sign, meant)
    return _WORD.findall(_bare(_CAMEL.sub(" ", text).casefold()))


def _bare(text: str) -> str:
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(one for one in apart if unicodedata.category(one) != "Mn"))


Known = list[tuple[str, frozenset[str]]]


@lru_cache(1)
def _lexicon() -> dict[str, Known]:
    """Return the meanings of each word and phrase; umlauts count as `ä` written `a` or `ae`."""
    found: dict[str, dict[str, set[str]]] = {}
    for meaning, languages in WORDS.items():
        for language, words in languages.items():
            for word in words.split():
                for form in _forms(word, language):
                    found.setdefault(form, {}).setdefault(meaning, set()).add(language)
    return {word: [(one, frozenset(langs)) for one, langs in meanings.items()] for word, meanings in found.items()}


def _forms(word: str, language: str) -> set[str]:
    plain = " ".join(part for part in word.split("_") if part not in SMALL)
    forms = {plain}
    if language == "de":
        forms.add(plain.replace("ae", "a").replace("oe", "o").replace("ue", "u"))
    return forms


def _words(tokens: list[str]) -> list[Known | None]:
    """Return the meanings of each word or phrase, None for an unknown one; the longest phrase wins."""
    found: list[Known | None] = []
    place = 0
    while place < len(tokens):
        for length in range(min(_LONGEST_PHRASE, len(tokens) - place), 0, -1):
            phrase = tokens[place : place + length]
            known = _known(" ".join(phrase)) or (length > 1 and _known("".join(phrase))) or None
            if known:
                found.append(known)
                break
        else:
            length = 1
            found += _compound(tokens[place]) or (None,)
        place += length
    return found


def _known(word: str) -> Known | None:
    """Return the meanings of a word or phrase, as it is or without the s of a plural."""
    return _lexicon().get(word) or (_lexicon().get(word[:-1]) if word.endswith("s") and len(word) > 4 else None)


@lru_cache(4096)
def _compound(token: str) -> tuple[Known, ...]:
    """Take a word apart into as few known ones, then with as little between them, as possible; or return nothing."""
    best: list[_Parts | None] = [((), 0), *[None] * len(token)]
    for end in range(1, len(token) + 1):
        ways = (_longer(best[start], token, start, end) for start in range(end))
        best[end] = min((way for way in ways if way), key=lambda way: (len(way[0]), way[1]), default=None)
    return best[-1][0] if best[-1] else ()


_Parts = tuple[tuple[Known, ...], int]
"""Words, and how many letters stand between them."""


def _longer(before: "_Parts | None", token: str, start: int, end: int) -> "_Parts | None":
    known = _part(token, start, end) if before else None
    if before is None or known is None:
        return None
    words, between = before
    return (words, between + end - start) if known == _LINK else ((*words, known), between)


_LINK: Known = [("", frozenset())]


def _part(token: str, start: int, end: int) -> Known | None:
    part = token[start:end]
    if start > 0 and end < len(token) and part in LINKS:
        return _LINK
    if part.isascii() and len(part) < 3 and not (part in _TAIL and end == len(token) and start > 0):
        return None
    return _lexicon().get(part)


def language_of(names: Iterable[str]) -> str | None:
    """Return the language of most of the names' words, a key of `LANGUAGES`; None where nothing is known."""
    votes: dict[str, float] = {}
    for name in names:
        readings = read_name(name).readings
        for language in readings[0].languages if readings else ():
            votes[language] = votes.get(language, 0.0) + 1 / len(readings[0].languages)
    return max((one for one in LANGUAGES if one in votes), key=votes.__getitem__, default=None)


def known_words(name: str) -> int:
    """Return how many words of a name are known; 0 where most of them are not."""
    best = max(read_name(name).readings, key=lambda one: len(one.meanings) - one.unknown, default=None)
    return max(len(best.meanings) - best.unknown, 0) if best else 0


def language_name(reading: Reading, likely: str | None) -> str:
    """Return in which language a name was understood, that of the file if it is among several."""
    if not reading.languages:
        return "mixed languages"
    return LANGUAGES[likely if likely in reading.languages else min(reading.languages, key=list(LANGUAGES).index)]
