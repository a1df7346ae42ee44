"""The identity of events (D28).

An event's id follows from the site, the order, the order's previous event and its content, so a repeated import
finds its own events, two clean stores agree, and a state that comes back later is a new event.
"""

import hashlib
import uuid
from collections.abc import Iterable

from cdp_pipelines.schemas.uuids import uuid5

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://cdp-pipelines.example.com/order-events")
"""The UUIDv5 namespace of order events. Changing it would emit every order's next event under new ids."""


def event_ids(
    site: str, order_ids: Iterable[str], previous: Iterable[str | None], contents: Iterable[str]
) -> list[str]:
    """Return the UUIDv5 of each order's next event.

    Args:
        site: The site of the orders.
        order_ids: One id per order.
        previous: The id of the order's previous event, None if it has none.
        contents: The content fingerprint of the new state, 32 hex digits.
    """
    seed = hashlib.sha1(NAMESPACE.bytes + site.encode() + b"\x1f", usedforsecurity=False)
    return [
        uuid5(seed, f"{order_id}\x1f{before or ''}\x1f{content}".encode())
        for order_id, before, content in zip(order_ids, previous, contents, strict=True)
    ]
