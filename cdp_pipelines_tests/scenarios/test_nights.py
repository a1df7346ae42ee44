"""Nights on which everything goes wrong: every file ends applied once or explained, nothing is applied twice."""

from pathlib import Path

import pytest

from cdp_pipelines.store import Store
from cdp_pipelines_tests.scenarios.nights.accounts import APPLIED, UNEXPLAINED
from cdp_pipelines_tests.scenarios.nights.simulation import Simulation


@pytest.mark.parametrize("seed", [1, 2])
def test_every_file_of_many_nights_is_applied_once_or_explained(store: Store, tmp_path: Path, seed: int) -> None:
    found = Simulation(tmp_path / "shops", store, nights=100, seed=seed).run()
    print(found)
    assert found.problems == []
    assert found.files[UNEXPLAINED] == 0
    assert found.files[APPLIED] > 0.8 * found.files.total()
    assert all(found.faults.values())
