"""A feed that comes late: the history around its time is told anew, product by product.

The newest feed of all needs none of this: it ends what held until now, in three statements (`store.products`).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

import psycopg

from cdp_pipelines.products.history import Feed, Span, next_word, told
from cdp_pipelines.store import products
from cdp_pipelines.store.products import Version

SLICE = 5_000
"""Products whose history is loaded at once."""


def write_late(
    connection: psycopg.Connection, site: str, feeds: Sequence[Feed], feed_id: int, gone: Sequence[str]
) -> None:
    """Write what a feed changes that others lie behind.

    Args:
        connection: Of the import's transaction, with the feed collected and compared.
        site: The feed's site.
        feeds: All feeds of the site, this one among them, in the order of times.
        feed_id: This feed.
        gone: Products that held at its time and are not in it.
    """
    says: dict[str, tuple[str | None, str]] = {**products.changed(connection), **dict.fromkeys(gone, (None, ""))}
    late = _Late(connection, site, feeds, feed_id)
    ids = iter(says)
    while some := list(islice(ids, SLICE)):
        late.write({product_id: says[product_id] for product_id in some})


class _Late:
    """The place of a late feed among the others."""

    def __init__(self, connection: psycopg.Connection, site: str, feeds: Sequence[Feed], feed_id: int) -> None:
        self._connection, self._site, self._feeds = connection, site, feeds
        self._numbers = {feed.feed_id: number for number, feed in enumerate(feeds)}
        self._place = self._numbers[feed_id]
        self._later = [feed.feed_id for feed in feeds[self._place + 1 :]]

    def write(self, says: dict[str, tuple[str | None, str]]) -> None:
        """Rewrite the history of some products."""
        ids = list(says)
        spans = self._spans(ids)
        seen, silent = self._marks(ids)
        rows: list[Version] = []
        for product_id, (content, document) in says.items():
            until = next_word(self._feeds, self._place, seen[product_id], silent[product_id])
            history = told(spans[product_id], self._place, until, content, document)
            rows += self._versions(product_id, history)
        products.rewrite(self._connection, self._site, ids, rows)

    def _spans(self, ids: Sequence[str]) -> defaultdict[str, list[Span]]:
        found: defaultdict[str, list[Span]] = defaultdict(list)
        for one in products.versions(self._connection, self._site, ids):
            end = None if one.to_feed is None else self._numbers[one.to_feed]
            found[one.product_id].append(Span(self._numbers[one.from_feed], end, one.content, one.document))
        return found

    def _marks(self, ids: Sequence[str]) -> tuple[defaultdict[str, set[int]], defaultdict[str, set[int]]]:
        """Return the later feeds in which products were seen, and those in which their entries were rejected."""
        seen: defaultdict[str, set[int]] = defaultdict(set)
        silent: defaultdict[str, set[int]] = defaultdict(set)
        for product_id, feed_id, is_seen in products.marks(self._connection, ids, self._later):
            (seen if is_seen else silent)[product_id].add(feed_id)
        return seen, silent

    def _versions(self, product_id: str, history: Sequence[Span]) -> Iterator[Version]:
        for span in history:
            to_feed = None if span.end is None else self._feeds[span.end].feed_id
            begin = self._feeds[span.begin].feed_id
            yield Version(product_id, begin, to_feed, span.content, span.document)
