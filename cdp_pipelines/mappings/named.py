"""A named format: the one table that tells its columns, and the mapping of a file with a given header.

How a format is added is described in docs/adding-a-format.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from cdp_pipelines.mappings.rows import Mapped, Rows


@dataclass(frozen=True)
class WrongFile:
    """Columns that only another export has, and the sentence that names the right one."""

    columns: frozenset[str]
    sentence: str


@dataclass(frozen=True)
class NamedFormat:
    """What is special about one product's export of orders, under one import's options.

    Attributes:
        noun: What such a file is called in messages: "a Shopify order export".
        order: Columns of orders and whether each is required: they count on an order's first row.
        line: Columns of line items and whether each is required.
        group_by: The column whose equal neighbours are one order.
        order_id: The column of the order's id; mostly `group_by` itself.
        copied: Our columns that are a column of the file as it is.
        blamed: Which of the file's columns is at fault where one of ours is; `copied` ones need no mention.
        derived: The rest of our columns, which `derive` makes, every one of them for every file.
        derive: Makes them.
        mistaken_for: Other files that people take for this one.
        alternatives: Groups of columns of which one at least is required.
        prefixed: Beginnings of columns of the file, and what ours begin with instead: each such column is one of ours.
        belongs_to_line: Tells of a column that stands in no table whether it belongs to the line item.
        read: What the file's cells mean, where that is not what they say.
    """

    noun: str
    order: Mapping[str, bool]
    line: Mapping[str, bool]
    group_by: str
    order_id: str
    copied: Mapping[str, str]
    derived: Sequence[str]
    derive: Callable[[Rows], Mapped]
    blamed: Mapping[str, str] = field(default_factory=dict)
    mistaken_for: Sequence[WrongFile] = ()
    alternatives: Sequence[Sequence[str]] = ()
    prefixed: Mapping[str, str] = field(default_factory=dict)
    belongs_to_line: Callable[[str], bool] = lambda _name: False
    read: Callable[[pa.Array], pa.Array] = lambda cells: cells

    @property
    def columns(self) -> dict[str, bool]:
        """All columns that the format knows, and whether each is required."""
        return {**self.order, **self.line}

    def makes(self, header: Sequence[str]) -> tuple[str, ...]:
        """Return which of our columns a file with this header gets."""
        return (*(name for name in self._copies(header) if name not in self.derived), *self.derived)

    def missing(self, header: Sequence[str]) -> list[str]:
        """Return the required columns that a header lacks; of alternatives the first one."""
        lacking = [name for name, required in self.columns.items() if required and name not in header]
        none_of = [names[0] for names in self.alternatives if not set(names) & set(header)]
        return lacking + none_of

    def with_alternatives(self, name: str) -> str:
        """Return a column's name, or those of all columns one of which is enough."""
        return " or ".join(next((group for group in self.alternatives if name in group), (name,)))

    def mistaken(self, header: Sequence[str]) -> str | None:
        """Return the sentence that names the right export, if the header is that of another one."""
        return next((wrong.sentence for wrong in self.mistaken_for if wrong.columns <= set(header)), None)

    def is_of_order(self, name: str) -> bool:
        """Whether one of the file's columns belongs to the order rather than to a line item."""
        return name in self.order or (name not in self.line and not self.belongs_to_line(name))

    def blame(self, column: str, header: Sequence[str]) -> str:
        """Return the file's column to name where one of ours is wrong; of alternatives one that the file has."""
        if column == "orderId":
            return self.order_id
        name = self.blamed.get(column) or self._copies(header).get(column) or column
        group = next((names for names in self.alternatives if name in names), (name,))
        return next((one for one in group if one in header), name)

    def map(self, rows: Rows) -> Mapped:
        """Return our columns of some rows; the file's own ones are not among them."""
        derived = self.derive(rows)
        copied = {ours: self.read(rows.cells[theirs]) for ours, theirs in self._copies(tuple(rows.cells)).items()}
        return replace(derived, columns=copied | derived.columns)

    def _copies(self, header: Sequence[str]) -> dict[str, str]:
        """Return which of our columns are which column of a file with this header."""
        named = {ours: theirs for ours, theirs in self.copied.items() if theirs in header}
        begun = {
            ours + name.removeprefix(theirs): name
            for theirs, ours in self.prefixed.items()
            for name in header
            if name.startswith(theirs) and name != theirs
        }
        return begun | named
