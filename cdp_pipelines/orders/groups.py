"""Records to orders: which rows belong together, and what each order says, as a fingerprint of its bytes.

Only the order id is read here; nothing is judged but the shape of rows (K-025, D2, D22, D27). An order that is cut
by a block's end waits for the next block, so that groups are whole whatever the block size.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.cells import cells, parse
from cdp_pipelines.formats.records import Block, Header
from cdp_pipelines.schemas.columns import order_columns

ORDER_ID = "orderId"
LONGEST_ORDER = 64 << 20
"""Bytes of one order's rows; beyond that the file cannot be a list of orders."""


@dataclass(frozen=True)
class Keys:
    """The columns of a file that tell which rows are one order.

    `group_by` is the column whose equal neighbours are one order; `of_orders` are columns that only orders have, which
    no row may fill without it (D27); `order_id` holds the order's id on its first row.
    """

    group_by: str
    of_orders: tuple[str, ...]
    order_id: str

    @classmethod
    def of(cls, columns: tuple[str, ...]) -> "Keys":
        """Return the keys of a file whose columns have the names of orders."""
        return cls(ORDER_ID, tuple(name for name in order_columns(columns) if name != ORDER_ID), ORDER_ID)


@dataclass(frozen=True)
class Groups:
    """Consecutive rows of the same order id, whole orders only.

    `starts` (records + 1) are offsets into `data`, `lines` physical lines of records, `bounds` (groups + 1) record
    numbers where groups begin, `fingerprints` 32 hex digits per group. `broken` names the records of a group that
    cannot be read, `orphans` records that belong to no order; both with the code of their issue.
    """

    data: bytes
    starts: np.ndarray
    lines: np.ndarray
    bounds: np.ndarray
    ids: pa.Array
    fingerprints: list[str]
    broken: dict[int, dict[int, str]] = field(default_factory=dict)
    orphans: dict[int, str] = field(default_factory=dict)

    def record(self, number: int) -> bytes:
        """Return the bytes of one record, line end included."""
        return self.data[self.starts[number] : self.starts[number + 1]]

    @cached_property
    def _group_of_record(self) -> np.ndarray:
        """Number of each record's group, -1 for orphans."""
        owners = np.searchsorted(self.bounds, np.arange(len(self.lines)), "right") - 1
        owners[list(self.orphans)] = -1
        return owners

    @cached_property
    def sizes(self) -> np.ndarray:
        """Number of rows of each group, orphans left out."""
        if not self.orphans:
            return np.diff(self.bounds)
        owners = self._group_of_record
        return np.bincount(owners[owners >= 0], minlength=len(self.ids)).astype(np.int64)

    def records_of(self, groups: np.ndarray) -> np.ndarray:
        """Return the record numbers of groups (ascending), orphans left out."""
        chosen = np.zeros(len(self.ids) + 1, bool)  # the last place is that of orphans, number -1
        chosen[groups] = True
        return np.flatnonzero(chosen[self._group_of_record])


class Grouper:
    """Cuts blocks of records into orders.

    Args:
        header: The file's header.
        delimiter: The file's delimiter.
        seed: What a fingerprint covers beside the rows: the configuration's hash (D22).
        keys: Which columns to go by, where they are not named as those of orders.
    """

    def __init__(self, header: Header, delimiter: str, seed: str, keys: Keys | None = None) -> None:
        self._columns, self._delimiter = header.columns, delimiter
        self._keys = keys or Keys.of(header.columns)
        self._place = header.columns.index(self._keys.group_by)
        self._leading = _leading_order_columns(header.columns, self._keys)
        self._seed = hashlib.sha256(seed.encode() + b"\0" + header.raw)

    def groups(self, blocks: Iterable[Block]) -> Iterator[Groups]:
        """Yield the orders of each block, in the file's order."""
        rest: Block | None = None
        for block in blocks:
            found = self._group(block if rest is None else _joined(rest, block))
            done = _without_last(found)
            if len(done.bounds) > 1 or done.orphans:
                yield done
            rest = _last(found)
            if len(rest.data) > LONGEST_ORDER:
                raise FileError("ORDER_TOO_LONG", _TOO_LONG, int(rest.lines[0]), ORDER_ID)
        if rest is not None and len(rest.lines):
            yield self._group(rest)

    def _group(self, block: Block) -> Groups:
        ids, wrong = self._ids(block)
        named = np.asarray(ids.is_valid())
        orphans = {record: code for record, code in wrong.items() if not named[record]}
        nameless = ~named
        nameless[list(orphans)] = False
        orphans |= dict.fromkeys(self._with_order_values(block, np.flatnonzero(nameless)), "BLANK_ORDER_ID")
        places = np.flatnonzero(named)
        names = ids.take(pa.array(places))
        first = _first_of_group(names)
        bounds = np.append(places[first], len(ids)).astype(np.int64)
        orphans |= {n: "NO_ORDER_ABOVE" for n in range(int(bounds[0])) if n not in orphans}
        order_ids = names.take(pa.array(first))
        if self._keys.order_id != self._keys.group_by and len(first):
            order_ids, nameless = self._own_ids(block, bounds[:-1], order_ids)
            wrong |= {n: "BLANK_ORDER_ID" for n in nameless if n not in wrong}
        return Groups(
            block.data,
            block.starts,
            block.lines,
            bounds,
            order_ids,
            self._fingerprints(block, bounds),
            _by_group({n: code for n, code in wrong.items() if n not in orphans}, bounds),
            dict(sorted(orphans.items())),
        )

    def _ids(self, block: Block) -> tuple[pa.Array, dict[int, str]]:
        """Return the order id of each record, null where blank, and the records that cannot be read."""
        parsed = parse(block.data, self._columns, self._delimiter, [self._keys.group_by], block.starts)
        ids = parsed.table.column(0).combine_chunks()
        wrong = {int(number): "WRONG_FIELD_COUNT" for number, _ in parsed.wrong} | dict(block.damaged)
        if parsed.rows is not None:
            places = np.full(len(block.lines), -1, np.int64)
            places[parsed.rows] = np.arange(len(parsed.rows))
            ids = ids.take(pa.array(places, mask=places < 0))
        return (self._with_ids_of(ids, block, sorted(wrong)) if wrong else ids), wrong

    def _with_ids_of(self, ids: pa.Array, block: Block, wrong: list[int]) -> pa.Array:
        """Put the ids of records in that Arrow could not read."""
        own = [self._id_of(block.data[block.starts[record] : block.starts[record + 1]]) for record in wrong]
        mask = np.zeros(len(ids), bool)
        mask[wrong] = True
        return pc.replace_with_mask(ids, pa.array(mask), pa.array(own, pa.string()))

    def _id_of(self, record: bytes) -> str | None:
        found = cells(record, self._delimiter)
        return found[self._place].replace("\0", "") or None if self._place < len(found) else None

    def _own_ids(self, block: Block, records: np.ndarray, names: pa.Array) -> tuple[pa.Array, list[int]]:
        """Return the id of each group from its first record, and the records that lack it (their names stand in)."""
        data = b"".join(block.data[block.starts[n] : block.starts[n + 1]] for n in records)
        parsed = parse(data, self._columns, self._delimiter, [self._keys.order_id])
        places = np.full(len(records), -1, np.int64)
        rows = np.arange(len(records)) if parsed.rows is None else parsed.rows
        places[rows] = np.arange(len(rows))
        ids = parsed.table.column(0).combine_chunks().take(pa.array(places, mask=places < 0))
        return pc.coalesce(ids, names), records[np.asarray(ids.is_null())].tolist()

    def _with_order_values(self, block: Block, nameless: np.ndarray) -> list[int]:
        """Return which records without an order id have another order column filled (D27)."""
        unsure = nameless
        if self._leading and len(unsure):
            unsure = unsure[~_all_delimiters(block, unsure, self._leading, ord(self._delimiter))]
        if not len(unsure) or not self._keys.of_orders:
            return []
        data = b"".join(block.data[block.starts[n] : block.starts[n + 1]] for n in unsure)
        table = parse(data, self._columns, self._delimiter, include=self._keys.of_orders).table
        filled = np.zeros(len(unsure), bool)
        for column in table.columns:
            filled |= np.asarray(column.combine_chunks().is_valid())
        return unsure[filled].tolist()

    def _fingerprints(self, block: Block, bounds: np.ndarray) -> list[str]:
        view, seed = memoryview(block.data), self._seed
        starts, ends = block.starts[bounds[:-1]], block.starts[bounds[1:]]
        ends = ends - _line_ends(block.data, ends)
        prints = []
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            digest = seed.copy()
            digest.update(view[start:end])
            prints.append(digest.hexdigest()[:32])
        return prints


_TOO_LONG = f"One order has more than {LONGEST_ORDER >> 20} MB of rows; check that the orderId column holds order ids."


def _first_of_group(names: pa.Array) -> np.ndarray:
    if not len(names):
        return np.zeros(0, np.int64)
    return np.append(0, np.flatnonzero(pc.not_equal(names[1:], names[:-1])) + 1).astype(np.int64)


def _line_ends(data: bytes, ends: np.ndarray) -> np.ndarray:
    """Return the length of the line end before each offset, so that a file's missing last one changes nothing."""
    octets = np.frombuffer(data, np.uint8)
    feed = octets[ends - 1] == 10
    return feed.astype(np.int64) + (feed & (octets[np.maximum(ends - 2, 0)] == 13))


def _leading_order_columns(columns: tuple[str, ...], keys: Keys) -> int:
    """Return how many columns lead the header if they are just those of orders, else 0."""
    known = {keys.group_by, *keys.of_orders}
    leading = next((n for n, name in enumerate(columns) if name not in known), len(columns))
    return leading if leading == len(known) and leading < len(columns) else 0


def _all_delimiters(block: Block, records: np.ndarray, count: int, delimiter: int) -> np.ndarray:
    """Return which records begin with `count` delimiters, that is with as many blank cells."""
    octets = np.frombuffer(block.data, np.uint8)
    result = np.diff(block.starts)[records] >= count
    starts = block.starts[records][result]
    result[result] = (octets[starts[:, None] + np.arange(count)] == delimiter).all(axis=1)
    return result


def _by_group(wrong: dict[int, str], bounds: np.ndarray) -> dict[int, dict[int, str]]:
    broken: dict[int, dict[int, str]] = {}
    for record, code in wrong.items():
        broken.setdefault(int(np.searchsorted(bounds, record, "right")) - 1, {})[record] = code
    return broken


def _joined(rest: Block, block: Block) -> Block:
    starts = np.concatenate((rest.starts[:-1], block.starts + len(rest.data)))
    damaged = dict(rest.damaged) | {n + len(rest.lines): code for n, code in block.damaged.items()}
    return Block(rest.data + block.data, starts, np.concatenate((rest.lines, block.lines)), damaged)


def _without_last(found: Groups) -> Groups:
    """Return all but the last group, which may go on in the next block."""
    end = int(found.bounds[-2]) if len(found.bounds) > 1 else len(found.lines)
    groups = max(len(found.bounds) - 2, 0)
    return Groups(
        found.data,
        found.starts[: end + 1],
        found.lines[:end],
        found.bounds[: groups + 1] if len(found.bounds) > 1 else found.bounds,
        found.ids[:groups],
        found.fingerprints[:groups],
        {group: records for group, records in found.broken.items() if group < groups},
        {record: code for record, code in found.orphans.items() if record < end},
    )


def _last(found: Groups) -> Block:
    begin = int(found.bounds[-2]) if len(found.bounds) > 1 else len(found.lines)
    offset = int(found.starts[begin])
    damaged = {n - begin: code for records in found.broken.values() for n, code in records.items() if n >= begin}
    orphaned = {n - begin: code for n, code in found.orphans.items() if n >= begin and code not in _FOUND_HERE}
    return Block(found.data[offset:], found.starts[begin:] - offset, found.lines[begin:], damaged | orphaned)


_FOUND_HERE = ("BLANK_ORDER_ID", "NO_ORDER_ABOVE")
"""Codes that depend on the rows around, and are found anew with the next block; all others came with the block."""
