"""The identity of events: the same everywhere for the same history, new for every state of an order (D28)."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.orders.events import NAMESPACE, event_ids

CONTENT = "6fdf9ce0193e9f33e548ae422c0e8c32"
BEFORE = "6f1c2b0e-2f0a-5d5e-9f53-6a0a4f1f7b11"
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def test_ids_that_never_change():
    assert uuid.UUID("712247cf-5ed0-50f9-bd57-aa6a59f37398") == NAMESPACE
    assert event_ids("default", ["A-77", "A-77"], [None, BEFORE], [CONTENT] * 2) == [
        "923f367c-bf1d-53d9-ba6f-2c277c88491b",
        "4045af54-5b78-5244-8bdc-b637d2464672",
    ]


@given(NAMES, NAMES, st.none() | st.just(BEFORE))
def test_an_id_is_a_uuid5_over_site_order_previous_event_and_content(site: str, order_id: str, before: str | None):
    (found,) = event_ids(site, [order_id], [before], [CONTENT])
    assert uuid.UUID(found) == uuid.uuid5(NAMESPACE, "\x1f".join((site, order_id, before or "", CONTENT)))
    assert uuid.UUID(found).version == 5


def test_every_part_makes_another_event():
    ids = [
        *event_ids("de", ["A", "B", "A", "A"], [None, None, BEFORE, None], [CONTENT] * 3 + [CONTENT[::-1]]),
        *event_ids("fr", ["A"], [None], [CONTENT]),
    ]
    assert len(set(ids)) == 5
