"""Filter expressions: what they mean, and what is said about wrong ones."""

from contextlib import suppress

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.transforms.conditions import holds
from cdp_pipelines.transforms.expressions import (
    Compare,
    Empty,
    Expression,
    Joined,
    Not,
    OneOf,
    columns_of,
    read_expression,
)

CELLS: dict[str, list[str | None]] = {
    "status": ["paid", "Paid", None, "open"],
    "total": ["10.00", "9", "car", None],
    "Order type": ["web", "shop", "web", None],
}


def rows(expression: str) -> list[int]:
    """The rows for which an expression holds."""
    found = holds(read_expression(expression), lambda name: pa.array(CELLS[name], pa.string()))
    assert found.null_count == 0
    return [row for row, held in enumerate(found.to_pylist()) if held]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('status == "paid"', [0]),
        ("status != 'paid'", [1, 2, 3]),
        ('status == ""', [2]),
        ("status is empty", [2]),
        ("status is not empty", [0, 1, 3]),
        ("total == 10", [0]),
        ("total != 10", [1, 2, 3]),
        ("total >= 9", [0, 1]),
        ("total < 9.5", [1]),
        ("not total < 9.5", [0, 2, 3]),
        ("total in (10, 9)", [0, 1]),
        ('total in (10, "car")', [0, 2]),
        ('total not in (10, "car")', [1, 3]),
        ('total == "10"', []),
        ('`Order type` == "web" and status is empty', [2]),
        ('status == "open" or total > 5 and status == "paid"', [0, 3]),
        ('(status == "open" or total > 5) and status == "paid"', [0]),
        ('status contains "ai"', [0, 1]),
        ('status starts_with "p"', [0]),
        ('status ends_with "n"', [3]),
        ('status contains "(a+)+$"', []),
        ('status > "o"', [0, 3]),
    ],
)
def test_what_an_expression_means(expression: str, expected: list[int]) -> None:
    assert rows(expression) == expected


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("", "expected a column at character 1, found the end"),
        ('status = "paid"', "not understood from character 8 on; write == to compare"),
        (
            "status == paid",
            "expected a number or a text in quotes at character 11, found 'paid': texts stand in quotes",
        ),
        ('status "paid"', "expected ==, !=,"),
        ('status == "paid', "not understood from character 11 on"),
        ('(status == "paid"', r"expected and, or, or \) at character 18, found the end"),
        ('status == "paid")', "expected and, or, or the end"),
        ("status in ()", "expected a number or a text"),
        ("status not 3", "expected in at character"),
        ("total contains 3", "looks for a text: put quotes around the number"),
        ("and == 3", "expected a column"),
        ("__import__('os')", "expected ==, !=,"),
        ("status == 3; x == 3", "not understood from character 12"),
        ("(" * 51 + "a == 1" + ")" * 51, "nested more than 50 deep"),
        ("a == 1 or " * 500 + "a == 1", "longer than 4000 characters"),
    ],
)
def test_a_wrong_expression_says_where_and_what_was_expected(expression: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_expression(expression)


VALUES = st.one_of(
    st.text(alphabet="abAB 19", max_size=3), st.decimals(-99, 99, places=1, allow_nan=False).map(lambda d: float(d))
)
NAMES = st.sampled_from(["a", "b"])
LEAVES = st.one_of(
    st.builds(Compare, NAMES, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), VALUES),
    st.builds(OneOf, NAMES, st.lists(VALUES, min_size=1, max_size=3).map(tuple)),
    st.builds(Empty, NAMES),
)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(Not, inner) | st.builds(Joined, st.booleans(), st.lists(inner, min_size=2, max_size=3).map(tuple))
    ),
    max_leaves=6,
)


def written(expression: Expression) -> str:
    """An expression as a user writes it."""
    if isinstance(expression, Joined):
        word = " and " if expression.every else " or "
        return word.join(f"({written(part)})" for part in expression.parts)
    if isinstance(expression, Not):
        return f"not ({written(expression.inner)})"
    if isinstance(expression, Empty):
        return f"{expression.column} is empty"
    if isinstance(expression, OneOf):
        return f"{expression.column} in ({', '.join(map(shown, expression.values))})"
    return f"{expression.column} {expression.operator} {shown(expression.value)}"


def shown(value: str | float) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def plainly(expression: Expression, row: dict[str, str | None]) -> bool:
    """Whether an expression holds for a row, by Python alone."""
    if isinstance(expression, Joined):
        return (all if expression.every else any)(plainly(part, row) for part in expression.parts)
    if isinstance(expression, Not):
        return not plainly(expression.inner, row)
    cell = row[expression.column]
    if isinstance(expression, Empty):
        return cell is None
    if isinstance(expression, OneOf):
        return any(compared(cell, "==", value) for value in expression.values)
    return compared(cell, expression.operator, expression.value)


def compared(cell: str | None, operator: str, value: str | float) -> bool:
    if operator == "!=":
        return not compared(cell, "==", value)
    if isinstance(value, float):
        try:
            here: str | float = float(cell) if cell and " " not in cell.strip() else float("nan")
        except ValueError:
            return False
    elif cell is None:
        return operator == "==" and value == ""
    else:
        here = cell.encode().decode()
    return {
        "==": here == value,
        "<": here < value,  # type: ignore[operator]
        "<=": here <= value,  # type: ignore[operator]
        ">": here > value,  # type: ignore[operator]
        ">=": here >= value,  # type: ignore[operator]
    }[operator]


CELL = st.none() | st.text(alphabet="abAB 19.-", min_size=1, max_size=4)


@given(EXPRESSIONS, st.lists(st.fixed_dictionaries({"a": CELL, "b": CELL}), min_size=1, max_size=6))
def test_expressions_mean_what_python_says(expression: Expression, cells: list[dict[str, str | None]]) -> None:
    read = read_expression(written(expression))
    found = holds(read, lambda name: pa.array([row[name] for row in cells], pa.string()))
    assert found.to_pylist() == [plainly(expression, row) for row in cells]
    assert set(columns_of(read)) == set(columns_of(expression))


@given(st.text(alphabet="ab =<>!()'\"`,.0-andorti", max_size=30))
def test_any_text_is_understood_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert list(columns_of(read_expression(text)))
