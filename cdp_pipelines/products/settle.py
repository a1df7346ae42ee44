"""A feed that comes late: the history from its time on is told anew, product by product, as far as it changes that.

The newest feed of all needs none of this: it ends what held until now, in a few statements (`store.products`).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

import psycopg

from cdp_pipelines.products.history import Feed, Span, Word, at, held, next_word, retold
from cdp_pipelines.products.partial import completed
from cdp_pipelines.store import holdings, products
from cdp_pipelines.store.holdings import Holding, Turned
from cdp_pipelines.store.products import FeedRow, Version

SLICE = 5_000
"""Products whose history is loaded at once."""


def write_late(
    connection: psycopg.Connection,
    feed: FeedRow,
    feeds: Sequence[Feed],
    feed_id: int,
    gone: Sequence[str],
    turned: Turned,
) -> None:
    """Write what a feed changes that others lie behind.

    Args:
        connection: Of the import's transaction, with the feed collected, compared and marked.
        feed: The feed.
        feeds: All feeds of the site, this one among them, in the order of times.
        feed_id: Its id.
        gone: Products that are gone with it.
        turned: Products that its import has from then on, or has no more.
    """
    late = _Late(connection, feed, feeds, feed_id, turned)
    ids = iter(dict.fromkeys([*late.changed, *gone, *turned.begun, *turned.ended]))
    while some := list(islice(ids, SLICE)):
        late.write(some)


@dataclass
class _Told:
    """What feeds have told of one product.

    `spans` is its history; `holdings` tells for each import when it had the product; `seen` and `silent` are as in
    `next_word`, `stated` is what partial feeds stated; from feed number `settled` on the late feed changes no other
    one's word, but for what partial ones leave as it was.
    """

    settled: int
    spans: list[Span] = field(default_factory=list)
    holdings: defaultdict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    seen: set[int] = field(default_factory=set)
    silent: set[int] = field(default_factory=set)
    stated: dict[int, str] = field(default_factory=dict)


class _Late:
    """The place of a late feed among the others."""

    def __init__(
        self, connection: psycopg.Connection, feed: FeedRow, feeds: Sequence[Feed], feed_id: int, turned: Turned
    ) -> None:
        self._connection, self._site, self._import, self._feeds = connection, feed.site, feed.import_id, feeds
        self._numbers = {one.feed_id: number for number, one in enumerate(feeds)}
        self._place = self._numbers[feed_id]
        self._begun, self._turned = set(turned.begun), {*turned.begun, *turned.ended}
        self.changed = products.changed(connection)

    def write(self, ids: Sequence[str]) -> None:
        """Tell the history of some products anew."""
        told = self._load(ids)
        turned = [product_id for product_id in ids if product_id in self._turned]
        for product_id in turned:
            self._turn(told[product_id], product_id in self._begun)
        holdings.rewrite(self._connection, self._site, self._import, turned, self._holdings(told, turned))
        products.rewrite(self._connection, self._site, ids, self._versions(told))

    def _load(self, ids: Sequence[str]) -> dict[str, _Told]:
        told = {product_id: _Told(self._place + 1) for product_id in ids}
        for one in products.versions(self._connection, self._site, ids):
            span = self._span(one.from_feed, one.to_feed, one.content, one.document)
            told[one.product_id].spans.append(span)
        for one in holdings.of(self._connection, self._site, ids):
            told[one.product_id].holdings[one.import_id].append(self._span(one.from_feed, one.to_feed))
        from_here = [feed.feed_id for feed in self._feeds[self._place :]]
        for product_id, feed_id, is_seen, stated in products.marks(self._connection, ids, from_here):
            (told[product_id].seen if is_seen else told[product_id].silent).add(feed_id)
            if stated is not None:
                told[product_id].stated[feed_id] = stated
        return told

    def _span(self, from_feed: int, to_feed: int | None, content: str = "", document: str = "") -> Span:
        end = None if to_feed is None else self._numbers[to_feed]
        return Span(self._numbers[from_feed], end, content, document)

    def _turn(self, told: _Told, has: bool) -> None:
        """Let the feed's import have a product from here on, or not, until it says something about it again."""
        until = next_word(self._feeds, self._place, told.seen, told.silent)
        told.settled = len(self._feeds) if until is None else until
        told.holdings[self._import] = held(told.holdings[self._import], self._place, until, has)

    def _word(self, product_id: str, told: _Told, number: int, before: Word) -> Word:
        """Return what holds of a product after a feed."""
        feed = self._feeds[number]
        if feed.feed_id in told.stated:
            return Span(number, None, *completed(before.document if before else "{}", told.stated[feed.feed_id]))
        silent = not feed.complete or feed.feed_id in told.silent
        if feed.feed_id in told.seen or (not silent and at(told.holdings[feed.import_id], number)):
            return self._said(product_id, told, number)
        if silent or any(at(spans, number) for spans in told.holdings.values()):
            return before
        return None

    def _said(self, product_id: str, told: _Told, number: int) -> Word:
        if number == self._place and product_id in self.changed:
            return Span(number, None, *self.changed[product_id])
        return at(told.spans, number)

    def _holdings(self, told: dict[str, _Told], ids: Sequence[str]) -> Iterator[Holding]:
        for product_id in ids:
            for span in told[product_id].holdings[self._import]:
                yield Holding(product_id, self._import, *self._bounds(span))

    def _versions(self, told: dict[str, _Told]) -> Iterator[Version]:
        for product_id, one in told.items():
            word = partial(self._word, product_id, one)
            for span in retold(one.spans, self._place, one.settled, len(self._feeds), word):
                yield Version(product_id, *self._bounds(span), span.content, span.document)

    def _bounds(self, span: Span) -> tuple[int, int | None]:
        return self._feeds[span.begin].feed_id, None if span.end is None else self._feeds[span.end].feed_id
