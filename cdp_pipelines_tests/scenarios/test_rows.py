"""No row of the list is forgotten: each stands on a test's `rows` marker, here or among the faults."""

import re
from pathlib import Path

import pytest

FOLDERS = tuple(Path(__file__).parents[1] / name for name in ("scenarios", "faults", "transforms"))


def rows(first: int, last: int) -> set[str]:
    return {f"K-{number:03}" for number in range(first, last + 1)}


ACCEPTANCE = {"K-004", "K-116", "K-117"} | rows(6, 9) | rows(13, 18) | rows(23, 69) | rows(86, 87) | rows(123, 140)
DECISIONS = {f"D{n}" for n in (1, 2, 3, 5, 6, 7, 12, 13, 14, 15, *range(21, 29), *range(30, 34))}
FAULTS = {"F01", "F02", "F04", "F05", "F16", "F18", "F19", "F20", "F37"} | {
    f"F{n}" for n in (21, 22, 23, 24, 25, 26, 28, 29, 31)
}


@pytest.fixture(scope="module")
def held() -> set[str]:
    texts = [path.read_text() for folder in FOLDERS for path in folder.glob("test_*.py")]
    markers = [marker for text in texts for marker in re.findall(r"pytest\.mark\.rows\(([^)]*)\)", text)]
    return {name for marker in markers for name in re.findall(r'"([A-Z]+-?\d+)"', marker)}


@pytest.mark.parametrize("listed", [ACCEPTANCE, DECISIONS, FAULTS], ids=["acceptance", "decisions", "faults"])
def test_every_row_is_held_by_a_test(held: set[str], listed: set[str]) -> None:
    assert sorted(listed - held) == []
