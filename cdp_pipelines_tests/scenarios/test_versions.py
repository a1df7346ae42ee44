"""Which of two statements about an order is newer, and what two exports do to each other (D3, D22, D23, D28)."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from cdp_pipelines.store import Store
from cdp_pipelines_tests.scenarios.shop import Order, Shop, codes, counts, line, noon, order

MONDAY, TUESDAY, FRIDAY = "2024-02-26T08:00:00Z", "2024-02-27T08:00:00Z", "2024-03-01T08:00:00Z"


def dated(status: str, updated: str, **cells: str) -> Order:
    return order("A-1", line(status=status), lastUpdated=updated, **cells)


def status(shop: Shop) -> str:
    return shop.order("A-1")["line_items"][0]["status"]


@pytest.mark.rows("K-018", "K-046", "D3")
def test_a_changed_last_updated_alone_is_no_event_but_moves_forward(shop: Shop) -> None:
    export = shop.imports()
    export.gets(dated("paid", MONDAY))
    report = export.gets(dated("paid", TUESDAY))
    assert counts(report) == {"unchanged": 1}
    assert shop.told() == [("orderPlace", "A-1")]
    state = shop.order("A-1")
    assert state["last_updated"] == state["version_at"] == datetime.fromisoformat(TUESDAY)


@pytest.mark.rows("K-018", "D3")
def test_an_older_version_is_stale_and_changes_nothing(shop: Shop) -> None:
    export = shop.imports()
    export.gets(dated("paid", TUESDAY))
    before = shop.orders()
    report = export.gets(dated("placed", MONDAY))
    assert (counts(report), report.items.stale, report.status) == ({"stale": 1}, 1, "completed")
    assert (shop.orders(), shop.told()) == (before, [("orderPlace", "A-1")])


@pytest.mark.rows("D3")
def test_the_same_content_with_an_older_version_is_unchanged(shop: Shop) -> None:
    export = shop.imports()
    export.gets(dated("paid", TUESDAY))
    assert counts(export.gets(dated("paid", MONDAY))) == {"unchanged": 1}
    assert shop.order("A-1")["last_updated"] == datetime.fromisoformat(TUESDAY)


@pytest.mark.rows("D3", "D23")
def test_without_last_updated_the_file_s_time_is_the_version(shop: Shop) -> None:
    export = shop.imports()
    export.gets(order("A-1", line(status="paid")), day=3)
    assert shop.order("A-1")["version_at"] == noon(3)
    assert counts(export.gets(order("A-1", line(status="placed")), day=2)) == {"stale": 1}
    assert counts(export.gets(order("A-1", line(status="fulfilled")), day=4)) == {"updated": 1}
    assert status(shop) == "fulfilled"


@pytest.mark.rows("D3", "D23")
def test_a_partition_s_version_is_its_end(shop: Shop) -> None:
    export = shop.imports(partitions={"every": "day", "start": "2024-02-01"})
    export.gets(order("A-1", line(status="paid")), partition="2024-02-10", day=1)
    assert shop.order("A-1")["version_at"] == datetime(2024, 2, 11, tzinfo=UTC)
    late = export.gets(order("A-1", line(status="placed")), partition="2024-02-09", day=9)
    assert counts(late) == {"stale": 1}
    assert status(shop) == "paid"


@pytest.mark.rows("D22")
def test_bytes_as_last_time_without_last_updated_still_advance_the_version(shop: Shop) -> None:
    export = shop.imports()
    export.gets(order("A-1", line(status="paid")), day=1)
    assert counts(export.gets(order("A-1", line(status="paid")), order("B"), day=5)) == {"unchanged": 1, "added": 1}
    assert shop.order("A-1")["version_at"] == noon(5)
    assert counts(export.gets(order("A-1", line(status="placed")), day=3)) == {"stale": 1}


@pytest.mark.rows("D22")
def test_bytes_as_last_time_with_last_updated_write_nothing(shop: Shop) -> None:
    export = shop.imports()
    export.gets(dated("paid", MONDAY))
    rows = "select h.xmin::text as head, f.xmin::text as said from order_heads h join fingerprints f using (order_id)"
    before = shop.ask(rows)
    assert counts(export.gets(dated("paid", MONDAY), order("B"))) == {"unchanged": 1, "added": 1}
    assert before[0] in shop.ask(rows)


@pytest.mark.rows("D22")
def test_two_exports_that_know_different_things_do_not_undo_each_other(shop: Shop) -> None:
    crm, web = shop.imports("crm"), shop.imports("web")
    crm.gets(order("A-1", line(status="placed"), source="phone call"), order("C-1"))
    web.gets(order("A-1", line(status="paid"), paymentMethod="Visa"), order("W-1"))
    told = shop.told()
    for night in range(2, 5):
        for export, own in ((crm, f"C-{night}"), (web, f"W-{night}")):
            knows = {"source": "phone call"} if export is crm else {"paymentMethod": "Visa"}
            known = order("A-1", line(status="placed" if export is crm else "paid"), **knows)
            assert counts(export.gets(known, order(own))) == {"unchanged": 1, "added": 1}
    assert (status(shop), shop.order("A-1")["source"]) == ("paid", "phone call")
    assert [one for one in shop.told() if one[1] == "A-1"] == [one for one in told if one[1] == "A-1"]


@pytest.mark.rows("D22")
def test_an_export_that_says_something_new_is_heard_again(shop: Shop) -> None:
    crm, web = shop.imports("crm"), shop.imports("web")
    crm.gets(order("A-1", line(status="placed")))
    web.gets(order("A-1", line(status="paid")))
    assert counts(crm.gets(order("A-1", line(status="refunded")))) == {"updated": 1}
    assert status(shop) == "refunded"


@pytest.mark.rows("D22", "F25", "F28")
@pytest.mark.parametrize("days", list(permutations((1, 2, 3))))
def test_a_late_file_takes_nothing_from_what_is_said_again_later(shop: Shop, days: tuple[int, ...]) -> None:
    export = shop.imports(partitions={"every": "day", "start": "2024-02-01"})
    said = {1: "placed", 2: "paid", 3: "placed"}
    for day in days:
        export.gets(order("A-1", line(status=said[day])), partition=f"2024-02-0{day}")
    assert status(shop) == "placed"
    assert shop.order("A-1")["version_at"] == datetime(2024, 2, 4, tzinfo=UTC)


@pytest.mark.rows("D22")
def test_what_an_import_said_too_late_once_it_may_say_again(shop: Shop) -> None:
    crm, web = shop.imports("crm"), shop.imports("web")
    web.gets(order("A-1", line(status="paid")), day=5)
    assert counts(crm.gets(order("A-1", line(status="placed")), day=1)) == {"stale": 1}
    assert counts(crm.gets(order("A-1", line(status="placed")), order("B"), day=6)) == {"unchanged": 1, "added": 1}
    assert status(shop) == "paid"


@pytest.mark.rows("D3", "D23", "F26")
@pytest.mark.parametrize("first", ["earlier day", "later day"])
def test_a_tie_of_last_updated_goes_to_the_later_as_of_time(shop: Shop, first: str) -> None:
    export = shop.imports(partitions={"every": "day", "start": "2024-02-01"})
    said = [("2024-02-27", "placed"), ("2024-02-28", "paid")]
    for partition, state in said if first == "earlier day" else reversed(said):
        export.gets(dated(state, MONDAY), partition=partition)
    assert status(shop) == "paid"


@pytest.mark.rows("D23", "F26")
@pytest.mark.parametrize("days", [(1, 2), (2, 1)])
def test_a_tie_within_a_partition_goes_to_the_file_written_later(shop: Shop, days: tuple[int, int]) -> None:
    export = shop.imports(partitions={"every": "day", "start": "2024-02-01"})
    for day in days:
        export.gets(order("A-1", line(status={1: "placed", 2: "paid"}[day])), partition="2024-02-01", day=day)
    assert status(shop) == "paid"


@pytest.mark.rows("D3", "D23", "F26")
def test_a_tie_of_everything_goes_by_content_whoever_comes_first(shop: Shop) -> None:
    ends = set()
    for n, said in enumerate(permutations(("placed", "paid"))):
        export = shop.imports(site=f"s{n}")
        for state in said:
            export.gets(dated(state, MONDAY), day=1)
        ends.add(shop.order("A-1", f"s{n}")["line_items"][0]["status"])
    assert len(ends) == 1


@pytest.mark.rows("D23", "D25")
def test_a_repaired_mapping_applies_the_same_file_again(shop: Shop) -> None:
    local = dated("paid", MONDAY, createdAt="2024-02-26T09:00:00")
    shop.imports().gets(local, day=1)
    report = shop.imports(timezone="Europe/Berlin").gets(local, day=1)
    assert counts(report) == {"updated": 1}
    assert shop.order("A-1")["created_at"] == datetime(2024, 2, 26, 8, tzinfo=UTC)
    assert shop.events()[1]["changed"] == ["$.occurred_at"]


@pytest.mark.rows("D23", "F29")
def test_a_version_in_the_future_would_freeze_the_order_and_is_refused(shop: Shop) -> None:
    edge = (noon(1) + timedelta(days=1)).isoformat()
    report = shop.imports().gets(
        order("A-1", lastUpdated="2099-01-01T00:00:00Z"),
        order("A-2", lastUpdated=(noon(1) + timedelta(days=1, seconds=1)).isoformat()),
        order("A-3", lastUpdated=edge),
        day=1,
    )
    assert counts(report) == {"rejected": 2, "added": 1}
    assert {code for _, code, _ in shop.rejects(report.run_id)} == {"FUTURE_VERSION"}


@pytest.mark.rows("D23")
def test_what_is_believed_of_a_partition_ends_a_day_after_it(shop: Shop) -> None:
    export = shop.imports(partitions={"every": "day", "start": "2024-02-01"})
    report = export.gets(order("A-1", lastUpdated=FRIDAY), order("A-2", lastUpdated=MONDAY), partition="2024-02-26")
    assert counts(report) == {"rejected": 1, "added": 1}
    assert "FUTURE_VERSION" in codes(report)


@pytest.mark.rows("D3")
def test_dated_and_undated_statements_are_compared_by_time(shop: Shop) -> None:
    export = shop.imports()
    export.gets(order("A-1", line(status="paid")), day=1)
    assert counts(export.gets(dated("placed", TUESDAY), day=2)) == {"stale": 1}
    assert counts(export.gets(dated("fulfilled", "2024-03-02T00:00:00Z"), day=3)) == {"updated": 1}
    assert counts(export.gets(order("A-1", line(status="refunded")), day=4)) == {"updated": 1}
    assert shop.order("A-1")["last_updated"] == datetime(2024, 3, 2, tzinfo=UTC)


@pytest.mark.rows("D28")
def test_a_state_that_comes_back_is_a_new_event(shop: Shop) -> None:
    export = shop.imports()
    for state in ("placed", "paid", "placed", "paid"):
        export.gets(order("A-1", line(status=state)))
    ids = [event["event_id"] for event in shop.events()]
    assert len(set(ids)) == 4
    assert all(uuid.UUID(one).version == 5 for one in ids)


@pytest.mark.rows("D28", "K-016")
def test_two_clean_stores_fed_alike_hold_the_same_events(shop: Shop, copied_store: Callable[[], Store]) -> None:
    def story(told: Shop) -> list[tuple[str, str]]:
        crm, web = told.imports("crm"), told.imports("web")
        crm.gets(order("A-1"), order("A-2"), day=1)
        web.gets(order("A-1", line(status="paid")), day=2)
        crm.gets(order("A-1", line(status="cancelled")), order("A-2"), day=3)
        return [(event["type"], event["event_id"]) for event in told.events()]

    assert story(shop) == story(Shop(shop.folder, copied_store()))
