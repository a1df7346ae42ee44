import pytest

from cdp_pipelines.landing import Landing
from cdp_pipelines.sources import open_source
from cdp_pipelines.sources.spec import LocalSource
from cdp_pipelines_tests.sources.conftest import no_proxy, web

__all__ = ["no_proxy", "web"]


@pytest.fixture
def root(tmp_path):
    return tmp_path / "home" / "landing"


@pytest.fixture
def landing(root):
    return Landing(root)


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


@pytest.fixture
def copies(root):
    """List the copies in the landing."""
    return lambda: sorted(path.name for path in root.glob("content/*/*"))
