"""The history of one product: what held of it from one feed to the next that says otherwise.

Feeds are numbered in the order of their times, whatever the order in which they came. A statement holds until the next
feed that speaks of the product; since nothing was said in between, whatever stood there before gives way. So the same
feeds give the same history in any order of arrival.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Feed:
    """A feed in the order of times; if it is complete, a product that is not in it was gone."""

    feed_id: int
    complete: bool


@dataclass(frozen=True)
class Span:
    """What held from feed number `begin` until before feed number `end` (None: until now)."""

    begin: int
    end: int | None
    content: str
    document: str


def next_word(feeds: Sequence[Feed], place: int, seen: Collection[int], silent: Collection[int]) -> int | None:
    """Return the number of the first feed behind `place` that speaks of a product, None if there is none.

    Args:
        feeds: All feeds of the site, in the order of times.
        place: Number of the feed behind which to look.
        seen: Ids of feeds that are not complete and hold the product.
        silent: Ids of complete feeds that hold it in an entry that was rejected.
    """
    for number in range(place + 1, len(feeds)):
        feed = feeds[number]
        if feed.feed_id in seen or (feed.complete and feed.feed_id not in silent):
            return number
    return None


def told(spans: Sequence[Span], place: int, until: int | None, content: str | None, document: str = "") -> list[Span]:
    """Return the history with what feed `place` says; `content` is None if it says that the product is gone."""
    rest = [part for span in spans for part in _outside(span, place, until)]
    if content is not None:
        rest.append(Span(place, until, content, document))
    return list(_joined(sorted(rest, key=lambda span: span.begin)))


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
