"""No row of the list is forgotten: each stands on a test's `rows` marker."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]


def rows(first: int, last: int) -> set[str]:
    return {f"K-{number:03}" for number in range(first, last + 1)}


SYNERISE = {"S-001", "S-006", "S-007", "S-008", "S-011", "S-012"}
ACCEPTANCE = {"K-003", "K-004"}.union(rows(6, 9), rows(12, 83), rows(86, 87), rows(106, 140), SYNERISE)
DECISIONS = {f"D{n}" for n in (1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 19, *range(21, 34))}
FAULTS = (
    {"F01", "F02", "F04", "F05", "F16", "F18", "F19", "F20", "F37"}
    | {f"F{n}" for n in (*range(10, 16), 21, 22, 23, 24, 25, 26, 28, 29, 31, 36)}
    | {"F06", "F07", "F08", "F09", "S6", "S7", "S8"}
)
TMALL = {"D-003", "D-004", *(f"D-{n:03}" for n in range(30, 34))}
ACCEPTANCE |= TMALL | {"D-001", "K-001", "K-093", "S-004"}
DECISIONS |= {"D9", "D16", "D17"}


@pytest.fixture(scope="module")
def held() -> set[str]:
    texts = [path.read_text() for path in TESTS.rglob("test_*.py")]
    markers = [marker for text in texts for marker in re.findall(r"pytest\.mark\.rows\(([^)]*)\)", text)]
    return {name for marker in markers for name in re.findall(r'"([A-Z]+-?\d+)"', marker)}


@pytest.mark.parametrize("listed", [ACCEPTANCE, DECISIONS, FAULTS], ids=["acceptance", "decisions", "faults"])
def test_every_row_is_held_by_a_test(held: set[str], listed: set[str]) -> None:
    assert sorted(listed - held) == []
