"""Tmall's two reports -> blocks of joined rows: each row of the product report beside its order's row.

A joined row is the order's id, the cells of the order report (on the order's first row only) and those of the product
report. Its line is that of the product report; an order without any row there has one joined row, whose line is minus
its line in the order report.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp_pipelines.formats.header import Header
from cdp_pipelines.formats.reading import Around
from cdp_pipelines.formats.records import BLOCK, Block
from cdp_pipelines.formats.spec import TmallCsv
from cdp_pipelines.formats.tmall.report import COMMA, MAIN_ORDER_NO, ORDER_NO, Report, ReportFile

ID = "orderId"
"""The joined rows' first column: the order's id, as it is meant."""
DETAIL = "detail."
"""What leads the columns of the product report."""
_AT_ONCE = 500_000
"""Ids of the product report that are looked up at once: each time a table of all orders' ids is built."""


@dataclass(frozen=True)
class Strays:
    """Records that are in no joined row, by their numbers: what has no id, what came again, and what has no order."""

    nameless_orders: np.ndarray
    earlier_orders: np.ndarray
    nameless_details: np.ndarray
    details_without_order: np.ndarray


class PairReader(Around[Report]):
    """Reads a pair of reports once; a context manager that has read both headers when it is entered.

    What is told of the file is that of the product report.

    Args:
        orders: The order report.
        details: The product report.
        spec: How they are read.
        block_size: About how many bytes a block has; results do not depend on it.

    Attributes:
        header: The columns of joined rows.
        orders: The order report.
        details: The product report.
        strays: What is in no joined row, once `blocks` has yielded the first one, or nothing.
    """

    header: Header
    strays: Strays

    def __init__(self, orders: ReportFile, details: ReportFile, spec: TmallCsv, block_size: int = BLOCK) -> None:
        self._files, self._spec, self._block_size = (orders, details), spec, block_size
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        orders, details = self._files
        with ExitStack() as stack:
            self.orders = stack.enter_context(Report(orders, self._spec, (ORDER_NO,), self._block_size))
            keys = (MAIN_ORDER_NO, ORDER_NO)
            self.details = self._reader = stack.enter_context(Report(details, self._spec, keys, self._block_size))
            columns = (ID, *self.orders.columns, *(DETAIL + name if name else "" for name in self.details.columns))
            raw = self.orders.header.raw + b"\n" + self.details.header.raw
            self.header = Header(columns, raw, 1)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    @property
    def bytes_read(self) -> int:
        """Bytes of both files that were read so far."""
        return self.orders.bytes_read + self.details.bytes_read

    def order_numbers(self, lines: np.ndarray) -> np.ndarray:
        """Return the numbers in the order report of the orders that joined rows on these lines belong to."""
        alone = lines < 0
        numbers = np.searchsorted(self.orders.lines, np.where(alone, -lines, 0))
        if not alone.all():
            places = np.searchsorted(self.details.lines, lines[~alone])
            numbers[~alone] = self._owners[places]
        return numbers

    def detail_numbers(self, lines: np.ndarray) -> np.ndarray:
        """Return the numbers in the product report of the rows on these lines, all of them above 0."""
        return np.searchsorted(self.details.lines, lines)

    def blocks(self) -> Iterator[Block]:
        """Yield the joined rows in the order of the order report; can be run once.

        Raises:
            FileError: A report cannot be read, or was edited.
        """
        ids = pa.concat_arrays([pa.array([], pa.string()), *self.orders.read()])
        known = ids.dictionary_encode()
        codes = np.asarray(known.indices.fill_null(-1)).astype(np.int64)
        named = np.flatnonzero(codes >= 0)
        last = np.zeros(len(known.dictionary), np.int64)
        last[codes[named]] = named  # of equal ids the last one stays
        counts = last[codes[named]] == named
        self._owners, nameless = self._owned(known.dictionary, last)
        without_order = self._owners < 0
        without_order[nameless] = False
        self.strays = Strays(
            nameless_orders=np.flatnonzero(codes < 0),
            earlier_orders=named[~counts],
            nameless_details=nameless,
            details_without_order=np.flatnonzero(without_order),
        )
        yield from self._joined(ids, named[counts])

    def _owned(self, ids: pa.Array, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the number of each detail's order, -1 for none, and which details have no id."""
        owners, nameless, begin = [np.zeros(0, np.int32)], [np.zeros(0, np.int64)], 0
        for part in _gathered(self.details.read()):
            places = np.asarray(pc.index_in(part, value_set=ids, skip_nulls=True).fill_null(-1))
            owners.append(np.append(numbers, -1)[places].astype(np.int32))
            nameless.append(begin + np.flatnonzero(np.asarray(part.is_null())))
            begin += len(part)
        return np.concatenate(owners), np.concatenate(nameless)

    def _joined(self, ids: pa.Array, orders: np.ndarray) -> Iterator[Block]:
        details = np.argsort(self._owners, kind="stable")[int((self._owners < 0).sum()) :]
        ends = np.cumsum(np.bincount(self._owners[details], minlength=self.orders.count))
        begins = np.concatenate(([0], ends))
        read = np.concatenate(([0], np.cumsum(self.details.lengths_of(details))))
        sizes = self.orders.lengths_of(orders) + read[begins[orders + 1]] - read[begins[orders]]
        for part in _parts(orders, sizes, self._block_size):
            rows = details[begins[part[0]] : begins[part[-1] + 1]]
            yield self._block(ids, part, np.diff(begins)[part], rows)

    def _block(self, ids: pa.Array, orders: np.ndarray, counts: np.ndarray, details: np.ndarray) -> Block:
        """Join orders with their details, of which `counts` tells how many each has."""
        sizes = np.maximum(counts, 1)
        owners = np.repeat(orders, sizes)
        there = np.repeat(counts > 0, sizes)
        right = np.full(len(owners), self.details.count)
        right[there] = details
        left = np.full(len(owners), self.orders.count)
        left[np.cumsum(sizes) - sizes] = orders
        damaged = self.details.blanked(right) | self.orders.blanked(left)
        lines = -self.orders.lines[owners]
        lines[there] = self.details.lines[details]
        joined = pc.binary_join_element_wise(
            _in_csv(ids.take(pa.array(owners))),
            self.orders.take(left),
            self.details.take(right),
            _octets(COMMA),
        )
        data, starts = _lines_of(joined)
        return Block(data, starts, lines, damaged)


def _gathered(parts: Iterator[pa.Array]) -> Iterator[pa.Array]:
    """Yield larger arrays of the same entries."""
    waiting, count = [], 0
    for part in parts:
        waiting.append(part)
        count += len(part)
        if count >= _AT_ONCE:
            yield pa.concat_arrays(waiting)
            waiting, count = [], 0
    if waiting:
        yield pa.concat_arrays(waiting)


def _parts(orders: np.ndarray, sizes: np.ndarray, block_size: int) -> Iterator[np.ndarray]:
    """Cut orders into parts of about as many bytes as a block has."""
    if len(orders):
        ends = np.cumsum(sizes)
        cuts = np.searchsorted(ends, np.arange(block_size, ends[-1], block_size))
        yield from (part for part in np.split(orders, np.unique(cuts)) if len(part))


def _in_csv(ids: pa.Array) -> pa.Array:
    """Write ids as cells."""
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(ids, '"', '""'), '"', "")
    plain = pc.invert(pc.match_substring_regex(ids, '[",\r\n]'))
    return pc.if_else(plain, ids, quoted).cast(pa.large_binary())


def _octets(value: bytes) -> pa.Scalar:
    return pa.scalar(value, pa.large_binary())


def _lines_of(records: pa.LargeBinaryArray) -> tuple[bytes, np.ndarray]:
    """Return records with line ends, and where they start."""
    ended = pc.binary_join_element_wise(records, _octets(b"\n"), _octets(b""))
    _, offsets, data = ended.buffers()
    return data.to_pybytes(), np.frombuffer(offsets, np.int64)[: len(ended) + 1].copy()
