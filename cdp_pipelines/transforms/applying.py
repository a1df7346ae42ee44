"""Steps over the columns of a batch, in order (K-123 to K-140); everything works on whole columns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp_pipelines.transforms.casts import to_text
from cdp_pipelines.transforms.columns import becomes
from cdp_pipelines.transforms.conditions import holds
from cdp_pipelines.transforms.expressions import read_expression
from cdp_pipelines.transforms.spec import Transform
from cdp_pipelines.transforms.values import Changed, change, constant, filled, without_empty


@dataclass(frozen=True)
class Fault:
    """A cell that could not be transformed.

    Attributes:
        row: Number of its row.
        column: The column that the step read, by the name that it had then.
        code: Code of the issue, a key of `issues.CODES`.
        spoilt: The columns that have no value for it, by the names that they have in the end.
        of_order: Whether it is a detail of the order, which stands on its first row for all of them.
    """

    row: int
    column: str
    code: str
    spoilt: frozenset[str]
    of_order: bool


@dataclass(frozen=True)
class Belonging:
    """Which rows are one order, whose details stand on its first row alone (K-026).

    `first` is the number of the first row of each row's order; `of_order` tells whether a column, named as it is in the
    end, belongs to the order rather than to a line.
    """

    first: np.ndarray
    of_order: Callable[[str], bool]


@dataclass(frozen=True)
class Transformed:
    """The columns behind all steps, the faults of cells, and which rows the filters keep."""

    columns: dict[str, pa.Array]
    faults: list[Fault]
    kept: np.ndarray


def transform(
    columns: dict[str, pa.Array],
    steps: Sequence[Transform],
    zone: tzinfo,
    on_cast_error: str = "reject",
    belonging: Belonging | None = None,
) -> Transformed:
    """Do steps over columns of text, in which null is an empty cell.

    A row that a filter leaves out has no fault, whatever else is wrong with it; but the details of an order that goes
    on with other rows have. In later rows of an order its details do not count, so they have none either.

    Args:
        columns: The file's columns by name, of one length.
        steps: Steps whose columns are there (`columns.columns_behind`).
        zone: Zone of times that state none (D33).
        on_cast_error: `reject` or `null`, where a step does not say it itself.
        belonging: Which rows are one order; None where each row stands for itself.
    """
    batch = _Batch(dict(columns), zone, on_cast_error, belonging)
    for number, step in enumerate(steps):
        batch.do(step, steps[number + 1 :])
    return Transformed(batch.columns, batch.living_faults(), batch.kept)


class _Batch:
    """Columns on their way through the steps."""

    def __init__(
        self, columns: dict[str, pa.Array], zone: tzinfo, on_cast_error: str, belonging: Belonging | None
    ) -> None:
        self.columns = columns
        self._faults: list[Fault] = []
        self._rows = len(next(iter(columns.values()))) if columns else 0
        self.kept = np.ones(self._rows, bool)
        self._zone, self._on_cast_error, self._belonging = zone, on_cast_error, belonging

    def do(self, step: Transform, rest: Sequence[Transform]) -> None:
        """Do one step; `rest` are the steps behind it."""
        if step.rename or step.copy_:
            self._move(step, rest)
        elif step.new:
            self.columns[step.new] = constant(step.value, self._rows)
        elif step.delete:
            self.columns.pop(step.delete)
        elif step.split:
            self._split(step)
        elif step.join:
            self._join(step)
        else:
            self._filter(step, rest)

    def _move(self, step: Transform, rest: Sequence[Transform]) -> None:
        (source,), (target,) = step.sources, step.targets
        cells = self.columns.pop(source) if step.rename else self.columns[source]
        if step.changes_values:
            changed = change(cells, step, self._zone, self._on_cast_error)
            leads = self._leads(target, rest)
            self._blame(changed, source, frozenset(becomes(rest, target)), leads)
            cells = changed.cells if step.default is None else filled(changed.cells, step.default, leads)
        self.columns[target] = cells

    def _blame(self, changed: Changed, column: str, spoilt: frozenset[str], leads: np.ndarray | None) -> None:
        wrong = changed.wrong if leads is None else changed.wrong[leads[changed.wrong]]
        self._faults += [Fault(row, column, changed.code, spoilt, leads is not None) for row in wrong.tolist()]

    def living_faults(self) -> list[Fault]:
        """Return the faults of what the filters keep."""
        alive = self.kept
        if self._belonging:
            alive = np.zeros(self._rows, bool)
            alive[self._belonging.first[self.kept]] = True
        return [one for one in self._faults if (alive if one.of_order else self.kept)[one.row]]

    def _leads(self, name: str, rest: Sequence[Transform]) -> np.ndarray | None:
        """Return which rows are the first of their order, for a column of orders; None for others."""
        ends = becomes(rest, name) if self._belonging else set()
        if self._belonging is None or not ends or not all(map(self._belonging.of_order, ends)):
            return None
        return self._belonging.first == np.arange(self._rows)

    def _split(self, step: Transform) -> None:
        (source,), targets = step.sources, step.targets
        parts = pc.split_pattern(to_text(self.columns[source]), step.by, max_splits=len(targets) - 1)
        counts = np.asarray(pc.fill_null(pc.list_value_length(parts), 0))
        starts = np.asarray(parts.offsets)[:-1]
        for place, target in enumerate(targets):
            chosen = pa.array(starts + place, pa.int64(), mask=counts <= place)
            self.columns[target] = without_empty(parts.values.take(chosen))

    def _join(self, step: Transform) -> None:
        between, (target,) = step.by or "", step.targets
        cells = [to_text(self.columns[name]) for name in step.sources if name in self.columns]
        # Arrow's own skipping of nulls leaves out rows of nothing but nulls, so each cell brings its separator.
        parts = [pc.coalesce(pc.binary_join_element_wise(between, part, ""), "") for part in cells]
        joined = pc.binary_join_element_wise(*parts, "")
        self.columns[target] = without_empty(pc.utf8_slice_codeunits(joined, len(between)))

    def _filter(self, step: Transform, rest: Sequence[Transform]) -> None:
        expression = read_expression(step.filter or "")
        kept = np.asarray(holds(expression, lambda name: self._seen(name, rest)))
        if step.per == "order" and self._belonging:
            kept = kept[self._belonging.first]
        self.kept &= kept

    def _seen(self, name: str, rest: Sequence[Transform]) -> pa.Array:
        """Return a column as a filter sees it: what an order's first row says holds for all of its rows."""
        cells = self.columns[name]
        if self._belonging is None or self._leads(name, rest) is None:
            return cells
        return pc.coalesce(cells, cells.take(pa.array(self._belonging.first)))
