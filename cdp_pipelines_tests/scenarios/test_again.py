"""The same file once more: what is skipped, what is read again, and why (D24, D25)."""

from typing import Any

import pytest

from cdp_pipelines_tests.scenarios.shop import Shop, counts, line, order, text

DAYS = {"every": "day", "start": "2024-02-01"}


@pytest.mark.rows("D24")
def test_a_file_that_was_applied_is_skipped_and_its_rows_are_told(shop: Shop) -> None:
    export = shop.imports()
    first = export.gets(order("A-1", line(), line()), order("A-2"))
    again = export.runs()
    assert (again.status, counts(again)) == ("completed", {"skipped": 3})
    assert (again.rows.read, again.items.total, again.items.skipped) == (3, 2, 2)
    assert (again.skipped.already_applied, again.events.orderPlace) == (3, 0)
    assert again.files[0].sha256 == first.files[0].sha256
    assert len(shop.ask("select from files")) == 1


@pytest.mark.rows("D24", "F21")
def test_the_same_bytes_under_another_name_are_skipped(shop: Shop) -> None:
    export = shop.imports()
    export.gets(order("A-1"))
    copy = shop.write("copy.csv", (shop.folder / "orders.csv").read_bytes(), day=3)
    assert counts(export.runs(file=str(copy))) == {"skipped": 1}


@pytest.mark.rows("D24")
def test_force_reads_it_again_and_finds_nothing_new(shop: Shop) -> None:
    export = shop.imports()
    export.gets(order("A-1"))
    assert counts(export.runs(force=True)) == {"unchanged": 1}
    assert len(shop.events()) == 1


@pytest.mark.rows("D24", "F22")
def test_the_same_name_with_other_bytes_is_read(shop: Shop) -> None:
    export = shop.imports()
    export.gets(order("A-1"))
    assert counts(export.gets(order("A-1"), order("A-2"))) == {"unchanged": 1, "added": 1}


@pytest.mark.rows("D24")
def test_without_partitions_a_file_in_between_makes_it_news(shop: Shop) -> None:
    export = shop.imports()
    export.gets(order("A-1", line(status="placed")))
    export.gets(order("A-1", line(status="paid")))
    assert counts(export.gets(order("A-1", line(status="placed")))) == {"updated": 1}
    assert len(shop.events()) == 3


@pytest.mark.rows("D24")
def test_with_partitions_others_in_between_do_not_matter(shop: Shop) -> None:
    export = shop.imports(partitions=DAYS)
    export.gets(order("A-1"), partition="2024-02-01")
    export.gets(order("A-1", line(status="paid")), partition="2024-02-02")
    assert counts(export.runs(partition="2024-02-01")) == {"skipped": 1}


@pytest.mark.rows("D24")
def test_the_same_bytes_for_another_partition_are_read(shop: Shop) -> None:
    export = shop.imports(partitions=DAYS)
    export.gets(order("A-1"), partition="2024-02-01")
    assert counts(export.gets(order("A-1"), partition="2024-02-02")) == {"unchanged": 1}


@pytest.mark.rows("D24", "D25", "F23")
@pytest.mark.parametrize(
    "change",
    [
        {"hash_user_id": True},
        {"timezone": "Europe/Berlin"},
        {"money_check": "off"},
        {"empty": "clear"},
        {"format": {"kind": "kevel_csv", "encoding": "latin-1"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_configuration_that_may_change_results_reads_it_again(shop: Shop, change: dict[str, Any]) -> None:
    before = shop.imports().gets(order("A-1"))
    after = shop.imports(**change).runs()
    assert "skipped" not in counts(after)
    assert after.config_hash != before.config_hash


@pytest.mark.rows("D25")
@pytest.mark.parametrize(
    "change",
    [
        {"description": "Nightly"},
        {"owners": ["team:crm"]},
        {"max_rejected": "5%"},
        {"keep": {"landing": "7d"}},
        {"emit_events": False},
        {"show_personal_data": True},
        {"money_check": "warn"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_configuration_that_changes_no_result_does_not(shop: Shop, change: dict[str, Any]) -> None:
    before = shop.imports().gets(order("A-1"))
    after = shop.imports(**change).runs()
    assert (counts(after), after.config_hash) == ({"skipped": 1}, before.config_hash)


@pytest.mark.rows("D24")
def test_another_import_reads_the_same_file_for_itself(shop: Shop) -> None:
    shop.imports("crm").gets(order("A-1"))
    other = shop.imports("web", source={"kind": "local", "uri": "crm.csv"})
    assert counts(other.runs()) == {"unchanged": 1}


@pytest.mark.rows("D24", "F24")
def test_a_failed_file_is_not_taken_for_applied(shop: Shop) -> None:
    export = shop.imports()
    assert export.gets(order("A-1", line(status="lost"))).status == "failed"
    assert shop.ask("select from files") == []
    assert export.runs().status == "failed"


@pytest.mark.rows("D24")
def test_a_dry_run_is_not_taken_for_applied(shop: Shop) -> None:
    export = shop.imports()
    export.gets(order("A-1"), dry_run=True)
    assert counts(export.runs()) == {"added": 1}


@pytest.mark.rows("D24")
def test_a_partial_file_is_applied_and_skipped_next_time(shop: Shop) -> None:
    export = shop.imports()
    export.gets(order("A-1"), order("A-2", line(status="lost")))
    again = export.runs()
    assert (again.status, counts(again)) == ("completed", {"skipped": 2})


@pytest.mark.rows("D24", "D15")
def test_several_files_of_a_pattern_go_in_one_run_and_only_once(shop: Shop) -> None:
    for name in ("b", "a"):
        export = shop.imports(source={"kind": "local", "uri": "night-*.csv"})
        shop.write(f"night-{name}.csv", text([order(f"{name}-1"), order("A-1", line(name=name))]), day=1)
    report = export.runs()
    assert [file.uri.rpartition("/")[2] for file in report.files] == ["night-a.csv", "night-b.csv"]
    assert [file.rows.read for file in report.files] == [2, 2]
    assert (report.rows.read, report.items.added) == (4, 3)
    assert counts(export.runs()) == {"skipped": 4}
    shop.write("night-c.csv", text([order("c-1")]), day=2)
    assert counts(export.runs())["added"] == 1


@pytest.mark.rows("D15")
def test_one_bad_file_of_several_leaves_nothing_of_any(shop: Shop) -> None:
    export = shop.imports(source={"kind": "local", "uri": "night-*.csv"})
    shop.write("night-a.csv", text([order("A-1")]), day=1)
    shop.write("night-b.csv", text([order("A-2")])[:-20] + '"', day=1)
    report = export.runs()
    assert (report.status, counts(report)) == ("failed", {})
    assert (shop.events(), shop.ask("select from files")) == ([], [])
    (issue,) = [one for one in report.issues if one.severity == "error"]
    assert issue.file == str(shop.folder / "night-b.csv")
