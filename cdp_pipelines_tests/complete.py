"""A pytest plugin: with CDP_TEST_REQUIRE_ALL=1, as in CI, a skipped test is a failed one."""

import os
from collections.abc import Generator

import pytest


def _refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CDP_TEST_REQUIRE_ALL") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped, and CDP_TEST_REQUIRE_ALL=1 forbids it: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse(report)
    return report
