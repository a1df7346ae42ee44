"""Line items completed by column, against the same in plain Python."""

import json
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.products.enrichment import Catalogue, LineItems
from cdp_pipelines.schemas.products import COMPLETING

FIELDS = [column.field for column in COMPLETING]
VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4)
PRODUCTS = st.dictionaries(
    st.sampled_from("abcdefg"),
    st.dictionaries(st.sampled_from(FIELDS), VALUES | st.lists(VALUES, max_size=2)),
)
LINES = st.lists(st.tuples(st.sampled_from("abcdefghi"), st.sets(st.sampled_from(FIELDS))), min_size=1, max_size=4)


def test_the_fields_that_a_product_knows() -> None:
    assert FIELDS == ["name", "size", "brand", "category", "sizeSystem", "itemGroupId", "categoriesList"]


def looked_up(products: dict[str, dict[str, Any]], ids: pa.Array) -> list[tuple]:
    """Answer as the store does, in any order."""
    rows = []
    for place, one in enumerate(ids.to_pylist()):
        if one in products:
            texts = (json.dumps(products[one][f]) if f in products[one] else None for f in FIELDS)
            rows.append((place, *texts))
    return rows[::-1]


@given(products=PRODUCTS, slices=st.lists(st.lists(LINES, min_size=1, max_size=4), max_size=3), room=st.integers(1, 9))
def test_any_line_items_are_completed_as_a_loop_would(products, slices, room: int) -> None:
    asked: list[str] = []

    def look_up(ids: pa.Array) -> list[tuple]:
        asked.extend(ids.to_pylist())
        return looked_up(products, ids)

    catalogue = Catalogue(look_up, room)
    for orders in slices:
        lines = [line for one in orders for line in one]
        completed = catalogue.complete(_columns(orders, lines))
        added = [[_added(products, *line) for line in one] for one in orders]
        texts = completed.texts.to_pylist() if completed.texts else [None] * len(orders)
        assert [json.loads(text) if text else None for text in texts] == [one if any(one) else None for one in added]
        gained = [item for one in added for item in one if item]
        assert (completed.items, completed.fields) == (len(gained), sum(map(len, gained)))
        assert completed.found == sum(product in products for product, _ in lines)
    if room >= len("abcdefghi"):
        assert len(asked) == len(set(asked))


def _columns(orders: list, lines: list) -> LineItems:
    return LineItems(
        products=pa.array([product for product, _ in lines]),
        given={f: pa.array([f in given for _, given in lines]) for f in FIELDS[1:]},
        bounds=np.append(0, np.cumsum([len(one) for one in orders])),
    )


def _added(products: dict[str, dict[str, Any]], product: str, given: set[str]) -> dict[str, Any] | None:
    stated = given - {FIELDS[0]}  # `_columns` has no column for it
    known = products.get(product, {})
    return {name: value for name, value in known.items() if value and name not in stated} or None
