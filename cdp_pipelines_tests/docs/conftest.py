"""Servers with our roles: one of the wheel's Postgres, one of Debian's."""

from collections.abc import Iterator

import pytest

from cdp_pipelines_tests.docs.servers import Server, running_server

KINDS = ["wheel", pytest.param("debian", marks=pytest.mark.debian)]


@pytest.fixture(scope="package", params=KINDS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server set up as docs/operating.md says; tests leave roles and rights as they are."""
    with running_server(request.param, tmp_path_factory.mktemp("server")) as made:
        made.set_up()
        yield made


@pytest.fixture(params=KINDS)
def bare_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server without any role of ours."""
    with running_server(request.param, tmp_path_factory.mktemp("server")) as made:
        yield made
