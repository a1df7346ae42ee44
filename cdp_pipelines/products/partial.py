"""Feeds that state some fields of a product: the others stay as they were before the feed (`mode: partial`).

What such a feed makes of a product depends on what held before it. So its statement is kept beside the version that it
made (`product_marks.stated`), and is taken up anew when a late feed changes what held before.
"""

import json
from collections.abc import Sequence

import psycopg

from cdp_pipelines.products.documents import document, fingerprint
from cdp_pipelines.store import products

SLICE = 5_000
"""Products whose documents are loaded at once."""


def completed(before: str, stated: str) -> tuple[str, str]:
    """Return content and document of a product after a partial feed; fields are replaced as a whole."""
    text = document(json.loads(before) | json.loads(stated))
    return fingerprint(text), text


def complete(connection: psycopg.Connection, site: str, later: Sequence[int]) -> None:
    """Make whole products of what the collected feed states, with the fields that held at its time.

    Args:
        connection: Of the import's transaction, with the feed collected and superseded entries marked.
        site: The feed's site.
        later: Ids of the feeds later than this one.
    """
    products.keep_stated(connection)
    after = -1
    while some := products.known(connection, site, later, after, SLICE):
        products.restate(connection, [(*completed(before, stated), number) for number, stated, before in some])
        after = some[-1][0]
