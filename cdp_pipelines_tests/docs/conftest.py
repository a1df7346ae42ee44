"""Servers with our roles: one of the wheel's Postgres, one of Debian's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cdp_pipelines_tests.docs.servers import Server, debians_server, wheels_server


@pytest.fixture(scope="package", params=["wheel", pytest.param("debian", marks=pytest.mark.debian)])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server set up as docs/operating.md says; tests leave roles and rights as they are."""
    folder: Path = tmp_path_factory.mktemp("server")
    with wheels_server(folder) if request.param == "wheel" else debians_server() as made:
        made.set_up()
        yield made
