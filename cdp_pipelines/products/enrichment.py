"""Line items completed from what feeds know of their products: fields that they leave out, and no other (K-019, K-020).

What is added never depends on amounts and goes beside an order's document, so content fingerprints, changed paths and
event ids are free of it (D28).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp_pipelines.schemas.products import COMPLETING

ROOM = 100_000
"""Products remembered at once; a shop with more looks some of them up again, and takes no more memory for it."""

LookUp = Callable[[pa.Array], Sequence[tuple]]
"""Returns the place of each known product among the ids asked about, and its fields of `COMPLETING` as JSON texts."""

_EMPTY = pa.array(['""', "[]"])
_NOTHING = pa.scalar(None, pa.string())


@dataclass(frozen=True)
class LineItems:
    """Line items of orders, one after the other.

    `products` are their product ids; `given` tells by field which of them state it (a field that is not there is stated
    by none); `bounds` are the places where orders begin, and the number of line items.
    """

    products: pa.Array
    given: Mapping[str, pa.Array]
    bounds: np.ndarray


@dataclass(frozen=True)
class Completed:
    """What feeds add to line items.

    `texts` has a JSON array per order, with an object or null per line item; null where nothing is added to the order,
    and None where nothing is added to any. `found` counts line items whose product is known, `items` those that gained
    fields, `fields` these fields.
    """

    texts: pa.Array | None
    found: int
    items: int
    fields: int


class Catalogue:
    """The products of a site at one time, each looked up when the first line item asks for it."""

    def __init__(self, look_up: LookUp, room: int = ROOM) -> None:
        self._look_up, self._room = look_up, room
        self._forget()

    def _forget(self) -> None:
        self._ids = pa.array([], pa.string())
        self._known = pa.array([], pa.bool_())
        self._members = {column.field: pa.array([], pa.string()) for column in COMPLETING}

    def complete(self, lines: LineItems) -> Completed:
        """Return what is to be added to line items."""
        places = self._places(lines.products)
        added = [_left_out(self._members[name].take(places), lines.given.get(name)) for name in self._members]
        filled = [members for members in added if members.null_count < len(members)]
        found = pc.sum(self._known.take(places)).as_py() or 0
        if not filled:
            return Completed(None, found, 0, 0)
        joined = pc.binary_join_element_wise(*(pc.fill_null(members, "") for members in filled), "")
        gained = pc.not_equal(joined, "")
        return Completed(
            texts=_by_order(joined, gained, lines.bounds),
            found=found,
            items=pc.sum(gained).as_py(),
            fields=sum(len(members) - members.null_count for members in filled),
        )

    def _places(self, products: pa.Array) -> pa.Array:
        """Return where each line item's product is remembered, after looking up those that are not yet."""
        places = pc.index_in(products, value_set=self._ids)
        if not places.null_count:
            return places
        new = pc.unique(products.filter(places.is_null()))
        if len(self._ids) + len(new) > self._room:
            self._forget()
            new = pc.unique(products)
        self._remember(new)
        return pc.index_in(products, value_set=self._ids)

    def _remember(self, ids: pa.Array) -> None:
        rows = self._look_up(ids)
        places = pa.array([row[0] for row in rows], pa.int64())
        rows_of_ids = pc.index_in(pa.array(np.arange(len(ids))), value_set=places)
        self._ids = pa.concat_arrays([self._ids, ids])
        self._known = pa.concat_arrays([self._known, rows_of_ids.is_valid()])
        for number, name in enumerate(self._members, start=1):
            members = _members(name, pa.array([row[number] for row in rows], pa.string()))
            self._members[name] = pa.concat_arrays([self._members[name], members.take(rows_of_ids)])


def _members(name: str, values: pa.Array) -> pa.Array:
    """Return `,"name":value` for JSON texts, null where they hold nothing."""
    said = pc.if_else(pc.is_in(values, value_set=_EMPTY), _NOTHING, values)
    return pc.binary_join_element_wise(f',"{name}":', said, "")


def _left_out(members: pa.Array, given: pa.Array | None) -> pa.Array:
    """Keep what the line items do not state themselves (K-021)."""
    return members if given is None else pc.if_else(given, _NOTHING, members)


def _by_order(members: pa.Array, gained: pa.Array, bounds: np.ndarray) -> pa.Array:
    """Return an array of objects per order; `members` begin with a comma, and are empty where nothing is gained."""
    objects = pc.binary_join_element_wise("{", pc.utf8_slice_codeunits(members, 1), "}", "")
    items = pc.if_else(gained, objects, "null")
    listed = pc.binary_join(pa.ListArray.from_arrays(pa.array(bounds, pa.int32()), items), ",")
    orders = np.add.reduceat(np.asarray(gained).astype(np.int64), bounds[:-1]) > 0
    return pc.if_else(pa.array(orders), pc.binary_join_element_wise("[", listed, "]", ""), _NOTHING)
