"""Backup and restore as docs/operating.md has them: the commands, and that nothing is lost or gained by them."""

from pathlib import Path
from typing import Any

import pytest

from cdp_pipelines.store import Store
from cdp_pipelines_tests.docs.blocks import ROOT, blocks
from cdp_pipelines_tests.docs.servers import Server
from cdp_pipelines_tests.docs.test_roles import rights
from cdp_pipelines_tests.scenarios.catalogue import feed
from cdp_pipelines_tests.scenarios.shop import Shop, counts, line, order


def everything(store: Store) -> dict[str, Any]:
    """The rows of all tables, and how far the sequences are."""
    with store.connect() as connection:
        tables = connection.execute(
            "select relname from pg_class where relnamespace = 'cdp'::regnamespace and relkind = 'r' order by 1"
        ).fetchall()
        found: dict[str, Any] = {
            table: connection.execute(f"select t::text from cdp.{table} t order by 1").fetchall() for (table,) in tables
        }
        sequences = "select sequencename, last_value from pg_sequences where schemaname = 'cdp' order by 1"
        return found | {"sequences": connection.execute(sequences).fetchall()}


def run_as_written(server: Server, program: str, folder: Path) -> None:
    """Run the one command of docs/operating.md that begins with a program, with the server's address in it."""
    lines = [line for block in blocks(ROOT / "docs" / "operating.md", "sh") for line in block.text.splitlines()]
    (command,) = (line for line in lines if line.startswith(f"{program} "))
    url, dump = server.url("cdp_owner"), str(folder / "cdp.dump")
    words = command.split()
    server.program(*(word.replace("postgresql://cdp_owner@HOST/cdp", url).replace("cdp.dump", dump) for word in words))


def test_a_restored_store_is_the_same_and_goes_on(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CDP_HOME", str(tmp_path / "home"))
    shop = Shop(tmp_path, server.store("cdp_app"))
    export = shop.imports("backup/orders", site="backup")
    export.gets(order("A"), order("B"), order("C", line(status="lost")))
    feed(shop, name="backup_feed", site="backup").gets({"id": "mug"}, day=1)
    before, allowed = everything(server.store("cdp_owner")), rights(server)

    run_as_written(server, "pg_dump", tmp_path)
    server.as_admin("drop database cdp with (force)")
    server.roles()
    run_as_written(server, "pg_restore", tmp_path)
    server.roles()

    assert everything(server.store("cdp_owner")) == before
    assert rights(server) == allowed
    assert counts(export.runs()) == {"skipped": 3}
    assert counts(export.gets(order("A", line(status="paid")), order("B"))) == {"updated": 1, "unchanged": 1}
