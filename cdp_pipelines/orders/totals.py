"""What the orders of a file come to, as an exporting shop would add them up: the total of each order once.

Only added up where a total is stated that it has to agree with: it means to parse a row of every order, of which an
ordinary night reads few.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp_pipelines.formats.cells import parse
from cdp_pipelines.orders.groups import Groups
from cdp_pipelines.schemas.numbers import add_up, parse_numbers

_COLUMNS = ("total", "currency")


class OrderTotals:
    """Adds up the totals of orders by currency, whatever becomes of the orders: rejected and filtered ones count.

    Args:
        columns: The names of the file's columns.
        delimiter: The file's delimiter.
        transformed: Returns order columns behind the steps of `transform`; None where there are no steps.

    Attributes:
        sums: The totals by currency.
        unread: How many orders have no total or currency that can be read, and are not in the sums.
    """

    def __init__(
        self,
        columns: Sequence[str],
        delimiter: str,
        transformed: Callable[[pa.Table], Mapping[str, pa.Array]] | None,
    ) -> None:
        self._columns, self._delimiter, self._transformed = columns, delimiter, transformed
        self.sums: dict[str, Decimal] = {}
        self.unread = 0

    def add(self, groups: Groups, superseded: np.ndarray) -> None:
        """Add the orders of a block, but for groups of rows that a later group of their order supersedes (D2)."""
        counted = np.ones(len(groups.ids), bool)
        counted[superseded] = False
        places = np.flatnonzero(counted)
        whole = [n for n in places.tolist() if groups.bounds[n] not in groups.broken.get(n, ())]
        self.unread += len(places) - len(whole)
        if whole:
            self._add(self._first_rows(groups, whole))

    def _first_rows(self, groups: Groups, numbers: Sequence[int]) -> Mapping[str, pa.Array]:
        """Return the order columns of groups, which stand on the first row of each (K-026)."""
        records = [groups.record(int(groups.bounds[n])) for n in numbers]
        # The last record of a file may lack its line end, which would glue nothing: it is the last one here, too.
        starts = np.append(0, np.cumsum([len(record) for record in records]))
        include = None if self._transformed else [name for name in _COLUMNS if name in self._columns]
        table = parse(b"".join(records), self._columns, self._delimiter, include, starts).table
        if self._transformed:
            return self._transformed(table)
        return {name: table.column(name).combine_chunks() for name in table.column_names}

    def _add(self, columns: Mapping[str, pa.Array]) -> None:
        amounts, currencies = parse_numbers(columns["total"]).text, columns["currency"]
        readable = pc.and_(amounts.is_valid(), currencies.is_valid())
        amounts, known = amounts.filter(readable), currencies.filter(readable)
        self.unread += len(currencies) - len(known)
        for currency in pc.unique(known).to_pylist():
            some = add_up(amounts.filter(pc.equal(known, currency)))
            self.sums[currency] = self.sums.get(currency, Decimal(0)) + some
