"""Without Debian's Chromium these tests are skipped, which is a failure in CI."""

import pytest

from cdp_pipelines_tests.ui.serving import CHROMIUM


@pytest.fixture(autouse=True)
def chromium() -> None:
    if CHROMIUM is None:
        pytest.skip("Debian's package chromium is not installed")
