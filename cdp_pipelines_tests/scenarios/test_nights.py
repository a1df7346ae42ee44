"""Nights on which everything goes wrong: every file ends applied once or explained, nothing is applied twice.

A thousand of them: `python -m cdp_pipelines_tests.scenarios.nights --nights 1000`; see docs/nights.md.
"""

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from cdp_pipelines.store import Store
from cdp_pipelines_tests.scenarios.nights.accounts import APPLIED, UNEXPLAINED
from cdp_pipelines_tests.scenarios.nights.exports import exports
from cdp_pipelines_tests.scenarios.nights.simulation import FIRST, Simulation


@pytest.mark.parametrize("seed", [1, 2])
def test_every_file_of_a_hundred_nights_is_applied_once_or_explained(store: Store, tmp_path: Path, seed: int) -> None:
    """34 nights of three shops."""
    found = Simulation(tmp_path / "shops", store, nights=34, seed=seed).run()
    print(found)
    assert found.problems == []
    assert found.files[UNEXPLAINED] == 0
    assert found.files[APPLIED] > 0.7 * found.files.total()
    assert found.faults["runs killed"]
    assert found.faults.total() > 5


def test_what_shops_deliver_holds_every_kind_of_trouble() -> None:
    writes = list(exports(Random(1), FIRST, 300))  # noqa: S311 - nights, no secret
    assert {write.kind for write in writes} == {"whole", "again", "damaged", "growing", "part"}
    whole = [write for write in writes if write.kind == "whole"]
    assert any(write.at > write.export.end + timedelta(days=7) for write in whole), "later than catch_up"
    assert len({write.modified for write in whole}) < len(whole), "several with the same time of change"
    assert any(write.modified > write.at for write in whole), "by a clock that is ahead"
    assert any(write.export.revision == 2 for write in whole), "corrected twice"
