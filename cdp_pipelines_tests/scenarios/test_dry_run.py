"""The dry run: everything but storing (K-008, K-009)."""

import pytest

from cdp_pipelines_tests.scenarios.shop import Shop, line, order
from cdp_pipelines_tests.scenarios.tables import checksums

DEPENDS = {
    "run_id", "status", "dry_run", "started_at", "finished_at", "stages", "peak_rss_mb", "files", "error",
}  # fmt: skip


def night(*more: list[dict[str, str]]) -> list[list[dict[str, str]]]:
    return [
        order("A-1", line(status="paid"), userId="new@example.com"), order("A-2"), order("A-3", line(status="lost")),
        order("A-4", line(sku="early")), order("A-5", lastUpdated="2024-02-01"), order("A-4", line(sku="late")), *more,
    ]  # fmt: skip


@pytest.fixture
def known(shop: Shop) -> Shop:
    shop.imports().gets(order("A-1"), order("A-2"), order("A-5", line(status="paid"), lastUpdated="2024-02-02"))
    return shop


@pytest.mark.rows("K-008", "F37")
def test_a_dry_run_stores_nothing(known: Shop) -> None:
    before = checksums(known.store)
    report = known.imports().gets(*night(), dry_run=True)
    assert (report.dry_run, report.status) == (True, "partial")
    assert checksums(known.store) == before
    assert len(known.rejects(report.run_id)) == 1


@pytest.mark.rows("K-008")
def test_nor_on_an_empty_store(shop: Shop) -> None:
    before = checksums(shop.store)
    shop.imports().gets(*night(), dry_run=True)
    assert checksums(shop.store) == before


@pytest.mark.rows("K-009")
def test_its_report_says_what_the_real_run_then_does(known: Shop) -> None:
    export = known.imports()
    dry = export.gets(*night(order("A-6")), dry_run=True)
    real = export.runs()
    assert real.model_dump(exclude=DEPENDS) == dry.model_dump(exclude=DEPENDS)
    assert [file.model_dump() for file in real.files] == [file.model_dump() for file in dry.files]
    assert (dry.dry_run, real.dry_run) == (True, False)
    assert {row["dry_run"] for row in known.ask("select dry_run from import_runs")} == {False, True}


@pytest.mark.rows("K-009", "D24")
def test_of_an_applied_file_it_says_skipped(known: Shop) -> None:
    before = checksums(known.store)
    report = known.imports().runs(dry_run=True)
    assert (report.rows.skipped, report.rows.read) == (3, 3)
    assert checksums(known.store) == before


@pytest.mark.rows("K-009")
@pytest.mark.parametrize("content", [b"", b"orderid\n1\n"])
def test_it_fails_as_the_real_run_does(shop: Shop, content: bytes) -> None:
    export = shop.imports()
    dry, real = export.reads(content, dry_run=True), export.runs()
    assert real.model_dump(exclude=DEPENDS) == dry.model_dump(exclude=DEPENDS)
    assert (dry.status, dry.error) == ("failed", real.error)


@pytest.mark.rows("K-008")
def test_it_waits_for_nobody(known: Shop) -> None:
    with known.store.connect() as other:
        other.execute("lock table cdp.order_heads in share row exclusive mode")
        other.execute("lock table cdp.imports in share row exclusive mode")
        assert known.imports().gets(*night(), dry_run=True).status == "partial"


def test_the_record_of_a_dry_run_whose_process_died_is_closed(shop: Shop) -> None:
    with shop.store.connect() as connection:
        insert = (
            "insert into import_runs (run_id, import_name, kind, site, status, dry_run, config_hash, origin,"
            " heartbeat_at) values (%s, 'orders', 'orders', 'default', 'running', true, '', 'manual',"
            " now() - %s::interval)"
        )
        connection.execute(insert, ("dead", "5 minutes"))
        connection.execute(insert, ("alive", "5 seconds"))
    shop.imports().gets(order("A-1"))
    found = {row["run_id"]: row["status"] for row in shop.ask("select run_id, status from import_runs where dry_run")}
    assert found == {"dead": "failed", "alive": "running"}
