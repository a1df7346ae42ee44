"""The questions of docs/operating.md to the store: they can be asked by `cdp_read`, and find what they are for."""

from pathlib import Path

import pytest

from cdp_pipelines_tests.docs.blocks import ROOT, blocks
from cdp_pipelines_tests.docs.servers import Server
from cdp_pipelines_tests.scenarios.shop import Shop, line, order

FAILED, SILENT, DEAD, DIRTY = (block.text for block in blocks(ROOT / "docs" / "operating.md", "sql"))


@pytest.fixture
def shop(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shop:
    """A shop whose imports run as `cdp_app`, in a home of its own."""
    monkeypatch.setenv("CDP_HOME", str(tmp_path / "home"))
    return Shop(tmp_path, server.store("cdp_app"))


def found(server: Server, question: str) -> set[str]:
    """The imports of this file that a question finds."""
    with server.store("cdp_read").connect() as connection:
        cursor = connection.execute(question)
        column = [one.name for one in cursor.description or ()].index("import_name")
        return {row[column] for row in cursor if row[column].startswith("monitoring/")}


def test_a_failed_import_is_found_until_it_succeeds(server: Server, shop: Shop) -> None:
    export = shop.imports("monitoring/failed", site="monitoring")
    assert export.reads("nothing of an export\n").status == "failed"
    assert found(server, FAILED) == {"monitoring/failed"}
    export.gets(order("A"))
    assert found(server, FAILED) == set()


def test_an_import_that_came_to_nothing_is_found(server: Server, shop: Shop) -> None:
    export = shop.imports("monitoring/silent", site="monitoring")
    export.gets(order("B"))
    assert found(server, SILENT) == set()
    shop.ask(
        "update import_runs set finished_at = now() - interval '2 days' where import_name = %s returning 1",
        export.loaded.spec.name,
    )
    assert found(server, SILENT) == {"monitoring/silent"}


def test_a_dead_run_is_found(server: Server, shop: Shop) -> None:
    shop.imports("monitoring/dead", site="monitoring").gets(order("C"))
    assert found(server, DEAD) == set()
    shop.ask(
        "update import_runs set status = 'running', heartbeat_at = now() - interval '6 minutes'"
        " where import_name = 'monitoring/dead' returning 1"
    )
    assert found(server, DEAD) == {"monitoring/dead"}


def test_a_share_of_rejects_that_grew_is_found(server: Server, shop: Shop) -> None:
    shop.imports("monitoring/dirty", site="monitoring").gets(order("D"), order("E", line(status="lost")))
    assert found(server, DIRTY) == {"monitoring/dirty"}
