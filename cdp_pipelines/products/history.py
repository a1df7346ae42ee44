"""The history of one product: what held of it from one feed to the next that says otherwise.

Feeds are numbered in the order of their times, whatever the order in which they came. A statement holds until the next
feed that says otherwise. A complete feed says of a product that is not in it that it is gone, unless another import of
complete feeds has it at that time. So the same feeds give the same history in any order of arrival.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Feed:
    """A feed in the order of times, and whose it is; a complete one also speaks of what is not in it."""

    feed_id: int
    import_id: int
    complete: bool


@dataclass(frozen=True)
class Span:
    """What held from feed number `begin` until before feed number `end` (None: until now)."""

    begin: int
    end: int | None
    content: str = ""
    document: str = ""

    def covers(self, number: int) -> bool:
        """Return whether it held right after a feed."""
        return self.begin <= number and (self.end is None or number < self.end)


Word = Span | None
"""What a feed says of a product: the content of a span, or None if it is gone."""


def next_word(feeds: Sequence[Feed], place: int, seen: Collection[int], silent: Collection[int]) -> int | None:
    """Return the number of the next feed of the same import that speaks of a product, None if there is none.

    Args:
        feeds: All feeds of the site, in the order of times.
        place: Number of the feed behind which to look.
        seen: Ids of feeds that are not complete and hold the product.
        silent: Ids of complete feeds that hold it in an entry that was rejected.
    """
    for number in range(place + 1, len(feeds)):
        feed = feeds[number]
        if feed.import_id == feeds[place].import_id and (
            feed.feed_id in seen or (feed.complete and feed.feed_id not in silent)
        ):
            return number
    return None


def held(spans: Sequence[Span], place: int, until: int | None, holds: bool) -> list[Span]:
    """Return from when to when an import has a product, if it does or does not from feed `place` to feed `until`."""
    rest = [part for span in spans for part in _outside(span, place, until)]
    return _in_order([*rest, Span(place, until)] if holds else rest)


def retold(
    spans: Sequence[Span], place: int, settled: int, count: int, word: Callable[[int, Word], Word]
) -> list[Span]:
    """Return the history after the words of some feeds have changed.

    Args:
        spans: The history before.
        place: Number of the first feed whose word changed.
        settled: Number of the feed from which on all words are as before.
        count: The number of feeds.
        word: Returns what holds after a feed, given its number and what held before it.
    """
    state, told, number = at(spans, place - 1), [], place
    while number < count:
        state = word(number, state)
        if number >= settled and _same(state, at(spans, number)):
            break
        if state is not None:
            told.append(replace(state, begin=number, end=number + 1 if number + 1 < count else None))
        number += 1
    rest = [part for span in spans for part in _outside(span, place, number if number < count else None)]
    return _in_order([*rest, *told])


def at(spans: Sequence[Span], number: int) -> Word:
    """Return what held right after a feed."""
    return next((span for span in spans if span.covers(number)), None)


def _same(one: Word, other: Word) -> bool:
    return (one and one.content) == (other and other.content)


def _in_order(spans: Sequence[Span]) -> list[Span]:
    return list(_joined(sorted(spans, key=lambda span: span.begin)))


def _outside(span: Span, begin: int, end: int | None) -> Iterator[Span]:
    """Yield the parts of a span before `begin` and from `end` on."""
    if span.begin < begin:
        yield replace(span, end=begin if span.end is None else min(span.end, begin))
    if end is not None and (span.end is None or span.end > end):
        yield replace(span, begin=max(span.begin, end))


def _joined(spans: Sequence[Span]) -> Iterator[Span]:
    """Yield the spans, neighbours of one content as one."""
    last: Span | None = None
    for span in spans:
        if last and last.end == span.begin and last.content == span.content:
            last = replace(last, end=span.end)
            continue
        if last:
            yield last
        last = span
    if last:
        yield last
