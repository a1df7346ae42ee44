"""A Dagster run that ends between the commit and its materialization (F01)."""

import signal
from pathlib import Path

import dagster as dg
import pytest

from cdp_pipelines.components.folder import folder_definitions
from cdp_pipelines_tests.faults.processes import Processes
from cdp_pipelines_tests.scenarios.shop import Shop, order, text
from cdp_pipelines_tests.scenarios.tables import contents


@pytest.mark.rows("F01")
def test_what_was_committed_but_not_materialised_is_materialised_by_the_next_run(
    shop: Shop, processes: Processes, tmp_path: Path
) -> None:
    shop.imports()
    shop.write("orders.csv", text([order("A-1"), order("A-2")]), day=1)

    def run() -> int:
        with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
            job = folder_definitions(shop.folder).resolve_job_def("orders")
            return 0 if job.execute_in_process(instance=instance, raise_on_error=False).success else 1

    def materialised() -> int:
        with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
            return len(instance.fetch_materializations(dg.AssetKey(["orders", "applied"]), limit=10).records)

    assert processes.start(run, CDP_FAILPOINT="before_materialize").ends() == -signal.SIGKILL
    assert (materialised(), len(shop.events())) == (0, 2)
    committed = contents(shop.store)
    assert run() == 0
    assert (materialised(), contents(shop.store)) == (1, committed)
