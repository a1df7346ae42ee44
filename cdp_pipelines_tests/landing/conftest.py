import pytest

from cdp_pipelines.landing import open_landing
from cdp_pipelines.sources import open_source
from cdp_pipelines.sources.spec import LocalSource
from cdp_pipelines_tests.landing.places import Folder, InBucket
from cdp_pipelines_tests.sources.bucket import KEYS
from cdp_pipelines_tests.sources.conftest import bucket, no_proxy, web

__all__ = ["bucket", "no_proxy", "web"]


@pytest.fixture
def root(tmp_path):
    return tmp_path / "home" / "landing"


@pytest.fixture(params=["folder", "bucket"])
def place(request, root, monkeypatch):
    """A landing in a folder, then one in a bucket."""
    monkeypatch.delenv("CDP_LANDING", raising=False)
    if request.param == "folder":
        return Folder(open_landing(root.parent), root=root)
    found = request.getfixturevalue("bucket")
    landing_in(found, monkeypatch)
    return InBucket(open_landing(root.parent), bucket=found, root=root)


def landing_in(found, monkeypatch, identity="admin"):
    """Name a bucket as the landing, as an operator would."""
    key, secret = KEYS[identity]
    monkeypatch.setenv("CDP_LANDING", f"{found.address}/land/")
    monkeypatch.setenv("CDP_LANDING_ENDPOINT_URL", found.endpoint)
    monkeypatch.setenv("CDP_LANDING_ACCESS_KEY_ID", key)
    monkeypatch.setenv("CDP_LANDING_SECRET_ACCESS_KEY", secret)


@pytest.fixture
def landing(place):
    return place.landing


@pytest.fixture
def copies(place):
    """List the copies in the landing."""
    return place.copies


@pytest.fixture
def exports(tmp_path):
    """The folder that files come from."""
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder


@pytest.fixture
def land(landing, exports):
    """Land a file of the exports folder with this content."""

    def call(content=b"orderId\n1\n", name="orders.csv", import_name="de/orders"):
        (exports / name).write_bytes(content)
        source = open_source(LocalSource(kind="local", uri="unused"), exports)
        return landing.land(import_name, source, source.list(name)[0])

    return call
