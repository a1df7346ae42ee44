"""Processes that end in the middle of an import: nothing is lost, nothing is doubled (F01, F02, F37)."""

import signal
from itertools import count

import pytest

from cdp_pipelines_tests.faults.conftest import Night
from cdp_pipelines_tests.scenarios.tables import checksums, contents

POINTS = ("after_download", "after_ledger", "mid_copy", "after_stage", "before_commit", "after_commit")
PARTIAL = 3


@pytest.mark.rows("F01")
@pytest.mark.parametrize("point", POINTS)
def test_kill_9_at_every_point(night: Night, point: str) -> None:
    for number in count(1):
        store = night.store()
        code = night.starts(store, failpoint=f"{point}:{number}").ends()
        if code == PARTIAL:
            break
        assert code == -signal.SIGKILL
        committed = point == "after_commit"
        assert contents(store) == (night.after if committed else night.before)
        assert night.again(store) == ("completed" if committed else "partial")
        assert contents(store) == night.after
        assert night.statuses(store) == (["partial", "completed"] if committed else ["failed", "partial"])
    assert number > 1


@pytest.mark.rows("F02")
@pytest.mark.parametrize("point", [*POINTS, "mid_copy:4"])
def test_sigterm_at_every_point(night: Night, point: str) -> None:
    store = night.store()
    failpoint = f"{point}:stop" if ":" in point else f"{point}:1:stop"
    child = night.starts(store, failpoint=failpoint).stopped().goes_on(signal.SIGTERM)
    assert child.ends() == 128 + signal.SIGTERM
    assert child.said.startswith("Stopped.")
    (status,) = night.statuses(store)
    # Python hears of a signal a moment after it came: before the commit that is a race, and the record tells its end.
    expected = {"after_commit": ["partial"], "before_commit": ["cancelled", "partial"]}.get(point, ["cancelled"])
    assert status in expected
    assert contents(store) == (night.after if status == "partial" else night.before)
    night.again(store)
    assert contents(store) == night.after


@pytest.mark.rows("F37", "K-008")
@pytest.mark.parametrize("point", [point for point in POINTS if point != "mid_copy"])
def test_a_dry_run_that_is_killed_has_written_nothing(night: Night, point: str) -> None:
    store = night.store()
    before = checksums(store)
    child = night.starts(store, "--dry-run", failpoint=point)
    assert child.ends() == -signal.SIGKILL
    assert checksums(store) == before
