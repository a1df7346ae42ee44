"""Finds out which encoding a file is in, or says that it cannot: a wrong guess would garble names in silence.

ASCII and UTF-8 are decided by validating the whole file, never by guessing. For anything else each candidate reads
the same lines, and the reading that a language explains has to beat all others that differ from it. charset-normalizer,
which measures how messy a text looks, must agree.
"""

import codecs
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.letters import best_language
from cdp_pipelines.formats.octets import Octets
from cdp_pipelines.formats.text import HEAD, looks_like
from cdp_pipelines.issues import Notice

COMMON = (  # of those that read a file alike the first is named
    *("cp1252", "iso8859_15", "cp1250", "iso8859_2", "cp1251", "koi8_r", "koi8_u", "gb18030", "big5", "cp950"),
    *("cp932", "euc_jp", "cp949", "cp1253", "iso8859_7", "cp1254", "iso8859_9", "cp1255", "cp1256", "cp1257"),
)
RARE = (
    *("iso8859_5", "cp866", "iso8859_8", "iso8859_6", "iso8859_13", "mac_roman", "cp850", "cp437", "cp852", "cp874"),
)
EXOTIC = (  # here to be found, but more so to speak against others
    *("iso8859_3", "iso8859_4", "iso8859_10", "iso8859_14", "iso8859_16", "mac_cyrillic", "mac_latin2", "mac_greek"),
    *("mac_turkish", "mac_iceland", "cp855", "cp857", "cp860", "cp861", "cp862", "cp863", "cp864", "cp865", "cp869"),
    *("cp737", "cp775", "cp1258", "hp_roman8", "kz1048", "johab", "shift_jisx0213", "euc_jis_2004"),
)
CANDIDATES = COMMON + RARE + EXOTIC
RARITY = dict.fromkeys(RARE, 5) | dict.fromkeys(EXOTIC, 20)
"""How many files are in a common encoding for one in this, at the least."""
THRESHOLD = 0.95
"""Confidence below which nothing is taken for granted."""
CAUTION = 0.5
"""What a difference in likelihood counts: letters of a word hang together, and the models are crude."""
FOREIGN = 0.1
"""Share of letters foreign to the language beyond which they speak against it: names from abroad are everywhere."""
LEAST_ALONE = 6
"""Bytes beyond ASCII that a word needs to decide alone: fewer may be anything, in letters that nobody mixes."""

ENOUGH = 1 << 15
"""Bytes of lines beyond ASCII that are looked at, besides the lines with a byte that no earlier line had."""
_BLOCK = 1 << 20
_ASCII = bytes(range(128))
_LINE = re.compile(rb"[^\n]*[\x80-\xff][^\n]*")
_UTF_8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_BETWEEN_WORDS = re.compile(rb"[\x00-\x2f\x3a-\x3f]+")  # bytes that are no part of a character in any candidate
_SEVEN_BITS = re.compile(rb"\x1b[$(&]|~\{[!-~]+~\}")


@dataclass(frozen=True)
class Detected:
    """An encoding that was found out, by Python's name, and how sure that is (0 to 1)."""

    encoding: str
    confidence: float

    @property
    def notice(self) -> Notice:
        """What the report says of it."""
        message = (
            f"the file was read as {self.encoding} (found out, confidence {self.confidence:.0%}): set format.encoding "
            "to it to be sure"
        )
        return Notice("ENCODING_DETECTED", None, message)


@dataclass
class _Evidence:
    """What one pass over a file found."""

    head: bytes = b""
    sound: bool = True
    sample: bytearray = field(default_factory=bytearray)
    seen: set[int] = field(default_factory=set)


def detect(octets: Octets) -> Detected:
    """Find out the encoding of a file by reading it to its end.

    Raises:
        FileError: Nothing is certain enough (ENCODING_UNSURE), or the file cannot be unpacked.
    """
    found = _gather(octets)
    # Names of columns are ASCII nearly always, so they show best where the NUL bytes of UTF-16 stand.
    first_line = found.head.partition(b"\n")[0]
    if marked := looks_like(found.head) or looks_like(first_line):
        return Detected(marked, 1.0)
    sample = bytes(found.sample)
    if _SEVEN_BITS.search(sample or found.head):
        raise _unsure("it holds escape sequences of an East Asian encoding")
    if b"\0" in first_line or (b"\0" in sample and not found.sound):
        raise _unsure("it holds NUL bytes and no byte-order mark")
    if found.sound:
        return Detected("utf-8", 1.0)
    if _mostly_utf_8(sample):
        raise _unsure("it is UTF-8 but for a few bytes, so some of it is damaged or of another encoding")
    return _decide(sample)


def is_utf_8(octets: Octets) -> bool:
    """Whether a file is UTF-8 from its first byte to its last."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    while block := octets.read(_BLOCK):
        if not _continues(decoder, block):
            return False
    return _continues(decoder, b"", final=True)


def _gather(octets: Octets) -> _Evidence:
    found, decoder = _Evidence(), codecs.getincrementaldecoder("utf-8")()
    for block in _whole_lines(octets):
        found.head = found.head or block[:HEAD]
        if found.sound:
            found.sound = _continues(decoder, block)
        _collect(found, block)
    found.sound = found.sound and _continues(decoder, b"", final=True)
    return found


def _whole_lines(octets: Octets) -> Iterator[bytes]:
    rest = b""
    while block := octets.read(_BLOCK):
        whole, feed, rest = (rest + block).rpartition(b"\n") if len(rest) < _BLOCK else (rest + block, b"", b"")
        if whole or feed:
            yield whole + feed
    if rest:
        yield rest


def _continues(decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> bool:
    if block.isascii() and not decoder.getstate()[0] and not final:
        return True
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _collect(found: _Evidence, block: bytes) -> None:
    """Keep lines beyond ASCII, or with escapes, so that each byte value of the file is among them."""
    if not found.sample and (escape := _SEVEN_BITS.search(block)):
        found.sample += escape[0]
    new = set(block.translate(None, _ASCII)) - found.seen
    if not new and (len(found.sample) > ENOUGH or block.isascii()):
        return
    for line in _LINE.finditer(block):
        if len(found.sample) <= ENOUGH or new & set(line[0]):
            found.sample += line[0] + b"\n"
            new -= set(line[0])
            found.seen |= set(line[0].translate(None, _ASCII))
        elif not new:
            return


def _mostly_utf_8(sample: bytes) -> bool:
    beyond = len(sample.translate(None, _ASCII))
    return sum(map(len, _UTF_8.findall(sample))) > 0.8 * beyond  # Japanese has up to 0.6 by chance


def _decide(sample: bytes) -> Detected:
    # A word counts once: the same city in each row is no more evidence than in one.
    words = b" ".join(dict.fromkeys(word for word in _BETWEEN_WORDS.split(sample) if not word.isascii()))
    if b" " not in words and len(words.translate(None, _ASCII)) < LEAST_ALONE:
        raise _unsure("one short word alone goes beyond ASCII")
    readings: dict[str, str] = {}
    for encoding in CANDIDATES:
        try:
            readings.setdefault(words.decode(encoding), encoding)
        except UnicodeDecodeError:
            continue
    if not readings:
        raise _unsure("no encoding that was tried reads it")
    found = {text: best_language(text) for text in readings}
    weights = {text: _weight(reading.score, readings[text]) for text, reading in found.items()}
    first, *others = sorted(weights, key=weights.__getitem__, reverse=True)
    certainty = 1 / (1 + sum(math.exp(max(weights[text] - weights[first], -700.0)) for text in others))
    foreign = found[first].foreign
    confidence = certainty if foreign <= FOREIGN else certainty * (1 - foreign)
    if confidence < THRESHOLD or not _is_tidy(sample, readings[first]):
        names = " or ".join(readings[text] for text in (first, *others[:1]))
        raise _unsure(f"it may be {names} (confidence {min(confidence, THRESHOLD):.0%})")
    return Detected(readings[first], round(confidence, 3))


def _weight(score: float, encoding: str) -> float:
    return CAUTION * score - math.log(RARITY.get(encoding, 1))


def _is_tidy(sample: bytes, encoding: str) -> bool:
    """Whether charset-normalizer finds the text no mess."""
    from charset_normalizer import from_bytes  # loaded for `auto` alone

    text = sample.decode(encoding)
    matches = from_bytes(sample, cp_isolation=list(CANDIDATES), enable_fallback=False)
    return any(str(match) == text for match in matches)


def _unsure(why: str) -> FileError:
    message = f"the encoding of the file cannot be told for sure: {why}; set format.encoding to what it is, like cp1252"
    return FileError("ENCODING_UNSURE", message)
