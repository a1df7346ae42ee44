"""One store for many cases: tests tell their orders apart by site."""

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import URL

from cdp_pipelines.store import Store
from cdp_pipelines_tests.conftest import _database
from cdp_pipelines_tests.scenarios.shop import Shop


@pytest.fixture(scope="module")
def shop(server: URL, migrated_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop whose store the tests of a module share."""
    folder = tmp_path_factory.mktemp("shop")
    with pytest.MonkeyPatch.context() as patch:
        for url in _database(server, migrated_template, patch, folder):
            store = Store(url)
            yield Shop(folder, store)
            store.engine().dispose()
