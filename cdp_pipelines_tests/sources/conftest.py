import os
import secrets
from pathlib import Path

import pytest

from cdp_pipelines_tests.sources import bucket as buckets
from cdp_pipelines_tests.sources.site import site


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def web():
    with site() as running:
        yield running


@pytest.fixture
def bucket():
    """A bucket on the session's S3 server, under a prefix of its own."""
    endpoint = buckets.server(Path(os.environ["CDP_TEST_SESSION"]))
    return buckets.Bucket(buckets.client(endpoint), endpoint, secrets.token_hex(6))
