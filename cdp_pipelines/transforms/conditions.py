"""Expressions of `filter` over columns of a batch, by Arrow's kernels."""

from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from cdp_pipelines.transforms.casts import to_float, to_text
from cdp_pipelines.transforms.expressions import Compare, Empty, Expression, Joined, Not, OneOf, Value

Column = Callable[[str], pa.Array]
"""Gives the column of a name."""


def holds(expression: Expression, column: Column) -> pa.Array:
    """Return for each row whether an expression holds, never null.

    An empty cell is equal to nothing but the empty text, and neither less nor more than anything. Against a number
    cells are compared as numbers; one that is none is equal to no number.
    """
    if isinstance(expression, Joined):
        combine = pc.and_ if expression.every else pc.or_
        found, *others = (holds(part, column) for part in expression.parts)
        for other in others:
            found = combine(found, other)
        return found
    if isinstance(expression, Not):
        return pc.invert(holds(expression.inner, column))
    return pc.fill_null(_asked(expression, column(expression.column)), False)


def _asked(question: Compare | OneOf | Empty, cells: pa.Array) -> pa.Array:
    if isinstance(question, Empty):
        return cells.is_null()
    if isinstance(question, OneOf):
        return _one_of(cells, question.values)
    return _compared(cells, question.operator, question.value)


def _one_of(cells: pa.Array, values: Sequence[Value]) -> pa.Array:
    texts = pa.array([value for value in values if isinstance(value, str)], pa.string())
    numbers = pa.array([value for value in values if isinstance(value, float)], pa.float64())
    found = pc.is_in(pc.fill_null(to_text(cells), ""), texts)
    return pc.or_(found, pc.is_in(to_float(cells), numbers)) if len(numbers) else found


def _compared(cells: pa.Array, operator: str, value: Value) -> pa.Array:
    if operator == "!=":
        return pc.invert(pc.fill_null(_compared(cells, "==", value), False))
    if isinstance(value, float):
        return _COMPARE[operator](to_float(cells), value)
    text = to_text(cells)
    if operator in _SEARCHES:
        return _SEARCHES[operator](text, value)
    return _COMPARE[operator](pc.fill_null(text, "") if operator == "==" else text, value)


_COMPARE = {
    "==": pc.equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}
_SEARCHES = {
    "contains": pc.match_substring,
    "starts_with": pc.starts_with,
    "ends_with": pc.ends_with,
}
