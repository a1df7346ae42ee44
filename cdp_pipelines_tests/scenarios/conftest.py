"""The shop of the scenarios, and stores beside the one that the environment names."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from cdp_pipelines.store import Store
from cdp_pipelines_tests.conftest import _copy, _drop
from cdp_pipelines_tests.scenarios.shop import Shop


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    """A shop with an empty store."""
    folder = tmp_path / "shop"
    folder.mkdir()
    return Shop(folder, store)


@pytest.fixture
def copied_store(server: URL, migrated_template: str) -> Iterator[Callable[..., Store]]:
    """Makes stores: empty ones, or copies of one that nobody is connected to."""
    names: list[str] = []

    def make(original: Store | None = None) -> Store:
        names.append(f"cdp_test_{secrets.token_hex(6)}")
        template = (original.url.database if original else None) or migrated_template
        _copy(server, template, names[-1])
        return Store(server.set(database=names[-1]))

    yield make
    for name in names:
        _drop(server, name)
