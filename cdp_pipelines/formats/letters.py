"""Which letters a language writes beyond A to Z: the evidence by which one reading of bytes beats another.

Each language is a crude model: its own letters are equally likely, signs that all languages use are rare, and
whatever else occurs is very rare. Crude is enough, since wrong readings are far off: Russian read as Central European
is a heap of letters that no one language has.
"""

import math
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

SIGNS = frozenset(  # quotes, dashes, currencies, fractions, full-width punctuation
    "\u00ab\u00bb\u201e\u201c\u201d\u201a\u2018\u2019\u2039\u203a\u2013\u2014\u2026\u20ac\u00a3\u00a7"
    "\u00b0\u00ba\u00aa\u00b7\u00a9\u00ae\u2122\u2116\u00bf\u00a1\u00d7\u00bd\u00bc\u00be\u00b2\u00b3"
    "\u2022\u00b4\u00a0\u3000\u3001\u3002\uff0c\uff0e\uff1a\uff1b\uff01\uff1f\uff08\uff09\u300c\u300d"
    "\u300a\u300b"
)
APOSTROPHES = frozenset("\u2018\u2019\u00b4\u00b7")
OWN, SIGN, OTHER = 0.92, 0.06, 0.02
"""How much of a text beyond ASCII is a language's own letters, signs, and anything else."""
CASES = 3
"""Ways to write a word: small, large, or large in its first letter alone."""
FINAL = frozenset("ךםןףץς")
"""Forms of letters that only end words."""
ODDITIES = 10_000
"""Over how many characters the rest is spread."""

_WRITTEN = {
    "German": "äöüßé",
    "French": "àâæçéèêëîïôœùûü",
    "Spanish": "áéíñóúü",
    "Portuguese": "áâãàçéêíóôõú",
    "Italian": "àèéìòù",
    "Dutch": "éëïöüè",
    "Swedish": "åäöé",
    "Danish": "åæøé",
    "Icelandic": "áðéíóúýþæö",
    "Catalan": "àçèéíïòóú",
    "Albanian": "çë",
    "Polish": "ąćęłńóśźż",
    "Czech": "áčďéěíňóřšťúůýž",
    "Slovak": "áäčďéíľňóôšťúýž",
    "Hungarian": "áéíóöőúüű",
    "Romanian": "ăâîşţșț",
    "Croatian": "čćđšž",
    "Turkish": "çğıİöşüâ",
    "Lithuanian": "ąčęėįšųūž",
    "Latvian": "āčēģīķļņšūž",
    "Estonian": "äõöüšž",
    "Greek": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋ",
    "Russian": "абвгдежзийклмнопрстуфхцчшщъыьэюяё",
    "Belarusian": "абвгдежзійклмнопрстуўфхцчшыьэюяё",
    "Macedonian": "абвгдѓежзѕијклљмнњопрстќуфхцчџш",
    "Kazakh": "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя",
    "Ukrainian": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "Serbian": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "Thai": "".join(map(chr, (*range(0x0E01, 0x0E3B), *range(0x0E3F, 0x0E5C)))),
    "Hebrew": "אבגדהוזחטיךכלםמןנסעףפץצקרשת",
    "Arabic": "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي",
}
_KANA = "".join(map(chr, range(0x3041, 0x30FD)))


@lru_cache(1)
def languages() -> dict[str, dict[str, float]]:
    """Return the probability of each letter, by language."""
    alphabets = {name: set(letters) for name, letters in _WRITTEN.items()}
    alphabets["Simplified Chinese"] = _two_bytes("gb2312", range(0xB0, 0xD8), range(0xA1, 0xFF))
    alphabets["Traditional Chinese"] = _two_bytes("big5", range(0xA4, 0xC7), (*range(0x40, 0x7F), *range(0xA1, 0xFF)))
    alphabets["Korean"] = _two_bytes("euc_kr", range(0xB0, 0xC9), range(0xA1, 0xFF))
    found = {name: dict.fromkeys(letters, OWN / len(letters)) for name, letters in alphabets.items()}
    kanji = _two_bytes("euc_jp", range(0xB0, 0xD0), range(0xA1, 0xFF))
    half = OWN / 2
    found["Japanese names"] = dict.fromkeys(kanji, OWN / len(kanji))
    found["Japanese"] = dict.fromkeys(kanji, half / len(kanji)) | dict.fromkeys(_KANA, half / len(_KANA))
    return found


@dataclass(frozen=True)
class Reading:
    """How well the language that explains a text best does so.

    Attributes:
        score: Log-probability of the text's characters beyond ASCII.
        language: Its name.
        foreign: Share of those characters that are not its own, nor signs that all languages use.
    """

    score: float
    language: str
    foreign: float


def best_language(text: str) -> Reading:
    """Find the language that explains the characters of a text beyond ASCII best."""
    own, signs, odd, words = _sorted_out(text)
    rare = math.log(OTHER / ODDITIES)
    rest = signs.total() * math.log(SIGN / len(SIGNS)) + odd * rare + words * math.log(1 / CASES)
    scores = {
        name: sum(count * (math.log(letters[one]) if one in letters else rare) for one, count in own.items())
        for name, letters in languages().items()
    }
    best = max(scores, key=scores.__getitem__)
    strange = odd + sum(count for one, count in own.items() if one not in languages()[best])
    return Reading(scores[best] + rest, best, strange / max(odd + own.total() + signs.total(), 1))


def _sorted_out(text: str) -> tuple[Counter[str], Counter[str], int, int]:
    """Count letters (small) and signs beyond ASCII that stand where they may, how many do not, and first letters."""
    own, signs, odd, words = Counter[str](), Counter[str](), 0, 0
    padded, small = f" {text} ", False
    for before, one, after in zip(padded, padded[1:], padded[2:], strict=False):
        if not before.isalpha():
            small = one.islower()
        if one.isascii():
            continue
        if one in SIGNS:
            inside = before.isalpha() and after.isalpha() and before.isascii() and one not in APOSTROPHES
            odd += inside
            signs[one] += not inside
        elif _is_letter(one) and not _misplaced(before, one, after, small):
            own[one.lower() if len(one.lower()) == 1 else one] += 1
            words += one.lower() != one.upper() and not before.isalpha()
        else:
            odd += 1
    return own, signs, odd, words


def _is_letter(one: str) -> bool:
    return one.isalpha() or unicodedata.category(one) == "Mn"  # Thai vowels stand above their consonants


def _misplaced(before: str, one: str, after: str, small: bool) -> bool:
    """Whether a letter mixes alphabets in a word, is large in a word that began small, or ends what goes on."""
    if one in FINAL and after.isalpha():
        return True
    if one.isupper() and (small or before.islower() or (after.islower() and before.isalpha() and before.isupper())):
        return True
    return any(near.isascii() and near.isalpha() and not _is_latin(one) for near in (before, after))


@lru_cache(4096)
def _is_latin(letter: str) -> bool:
    # Chinese, Korean and Katakana are written next to Latin words without a space.
    return unicodedata.name(letter, "").startswith(("LATIN", "CJK", "KATAKANA", "HANGUL"))


def _two_bytes(encoding: str, leads: range, trails: range | tuple[int, ...]) -> set[str]:
    return set(b"".join(bytes(pair) for pair in product(leads, trails)).decode(encoding, "ignore"))
