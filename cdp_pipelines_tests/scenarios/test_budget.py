"""How much of a file may be rejected before nothing of it is applied (D26)."""

from typing import Any

import pytest

from cdp_pipelines.imports.report import Report
from cdp_pipelines_tests.scenarios.shop import Shop, codes, counts, line, order

FIVE_PERCENT = {"share": "5%"}


def run(shop: Shop, good: int, bad: int, budget: Any, **options: Any) -> Report:
    attributes = {} if budget is None else {"max_rejected": budget}
    rejected = (order(f"bad-{n}", line(status="lost")) for n in range(bad))
    return shop.imports(**attributes).gets(*(order(f"good-{n}") for n in range(good)), *rejected, **options)


@pytest.mark.rows("D26")
@pytest.mark.parametrize(
    ("good", "bad", "budget", "status"),
    [
        (1, 99, None, "partial"),
        (95, 5, FIVE_PERCENT, "partial"),
        (94, 6, FIVE_PERCENT, "failed"),
        (94, 6, "5%", "failed"),
        (71, 29, "29%", "partial"),
        (19, 1, "0%", "failed"),
        (18, 1, "0%", "partial"),
        (1, 1, {"share": "5%", "min_items": 2}, "failed"),
        (1, 1, {"share": "5%", "min_items": 3}, "partial"),
        (0, 2, None, "failed"),
        (0, 2, {"share": "100%"}, "failed"),
        (30, 0, "0%", "completed"),
    ],
)
def test_budget(shop: Shop, good: int, bad: int, budget: Any, status: str) -> None:
    report = run(shop, good, bad, budget)
    assert report.status == status
    assert len(shop.events()) == (0 if status == "failed" else good)
    assert report.budget.used == pytest.approx(bad / (good + bad), abs=1e-6)
    assert (report.rows.rejected, report.items.rejected) == (bad, bad)


@pytest.mark.rows("D26", "D15")
def test_a_run_over_budget_says_why_and_keeps_its_rejects(shop: Shop) -> None:
    report = run(shop, 20, 10, "5%")
    assert "10 of 30 items (33.3%) were rejected, more than the 5.0%" in (report.error or "")
    assert {"BUDGET_EXCEEDED", "UNKNOWN_STATUS"} == codes(report)
    assert len(shop.rejects(report.run_id)) == 10
    assert (shop.orders(), report.money, report.events.orderPlace) == ([], {}, 0)


@pytest.mark.rows("D26")
def test_everything_rejected_is_failed(shop: Shop) -> None:
    report = run(shop, 0, 3, None)
    assert "ALL_REJECTED" in codes(report)
    assert "all 3 items were rejected" in (report.error or "")


@pytest.mark.rows("D26")
def test_superseded_and_stale_rows_alone_do_not_make_a_run_partial(shop: Shop) -> None:
    export = shop.imports(max_rejected="0%")
    export.gets(order("A-1", line(status="paid")), day=5)
    report = export.gets(order("A-1"), order("A-2"), order("A-1", line(status="cancelled")), day=4)
    assert (counts(report), report.status) == ({"superseded": 1, "added": 1, "stale": 1}, "completed")
