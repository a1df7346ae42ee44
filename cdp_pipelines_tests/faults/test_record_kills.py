"""Imports of promotions, vouchers and events that end in the middle leave nothing, and a second run makes up for it."""

import signal

import pytest

from cdp_pipelines_tests.faults.conftest import processes
from cdp_pipelines_tests.faults.processes import Processes
from cdp_pipelines_tests.scenarios.conftest import shop
from cdp_pipelines_tests.scenarios.records import event, everything, imports, promotion
from cdp_pipelines_tests.scenarios.shop import Shop

__all__ = ["processes", "shop"]

ROWS = {
    "promotions": [promotion("P-1"), promotion("P-2")],
    "vouchers": [{"code": "A"}, {"code": "B"}],
    "events": [event(), event(page="/tea", email="max@example.com")],
}


@pytest.mark.rows("F01")
@pytest.mark.parametrize("point", ["after_ledger", "mid_copy", "before_commit"])
@pytest.mark.parametrize("what", list(ROWS))
def test_kill_9_leaves_nothing(shop: Shop, processes: Processes, what: str, point: str):
    export = imports(shop, what)
    export.gets(ROWS[what][0])
    before = everything(shop)
    export.gets(*ROWS[what], day=2, dry_run=True)
    assert processes.run("run", str(export.loaded.path), CDP_FAILPOINT=point).ends() == -signal.SIGKILL
    assert everything(shop) == before
    report = export.runs()
    assert (report.rows.added, report.rows.unchanged) == (1, 1)
    assert len(everything(shop)[what]) == 2
