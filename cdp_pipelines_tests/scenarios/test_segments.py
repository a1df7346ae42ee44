"""Orders in, members out: segments that follow what files say about orders."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from cdp_pipelines.segments.refreshing import Refreshed, SegmentError, refresh, value_orders
from cdp_pipelines.segments.spec import SegmentSpec
from cdp_pipelines_tests.docs.blocks import ROOT, blocks
from cdp_pipelines_tests.scenarios.shop import Shop, line, order

AT = datetime(2024, 3, 10, 12, tzinfo=UTC)
REGULARS = {"field": "orders.count", "at_least": 2}


def segment(rule: dict | None = REGULARS, **values: Any) -> SegmentSpec:
    return SegmentSpec.model_validate({"name": "regulars", "rule": rule, **values})


def of(user: str, order_id: str, *lines: dict, **cells: str) -> list[dict]:
    return order(order_id, *lines, userId=f"{user}@example.com", **cells)


def who(shop: Shop, name: str = "regulars") -> set[str]:
    rows = shop.ask(
        "select split_part(id_value, '@', 1) as who from segment_members join identities using (profile_id)"
        " where segment = %s",
        name,
    )
    return {row["who"] for row in rows}


def changes(shop: Shop) -> list[tuple[str, str]]:
    rows = shop.ask(
        "select split_part(id_value, '@', 1) as who, change from segment_changes join identities using (profile_id)"
        " order by seq"
    )
    return [(row["who"], row["change"]) for row in rows]


def test_an_empty_store_has_empty_segments(shop: Shop) -> None:
    assert refresh(shop.store, segment()) == Refreshed("regulars", 0, 0, 0)
    assert refresh(shop.store, segment(None, rfm={"monetary": 5})) == Refreshed("regulars", 0, 0, 0)


@pytest.mark.rows("K-012")
def test_members_come_and_go_with_their_orders_and_keep_the_day_they_came(shop: Shop) -> None:
    crm = shop.imports("crm")
    crm.gets(of("ann", "A-1"), of("ann", "A-2"), of("bob", "B-1"))
    assert refresh(shop.store, segment(), AT) == Refreshed("regulars", 1, 1, 0)
    assert who(shop) == {"ann"}
    crm.gets(of("bob", "B-2"))
    assert refresh(shop.store, segment(), AT + timedelta(1), "run-2") == Refreshed("regulars", 2, 1, 0)
    crm.gets(of("bob", "B-2", line(status="cancelled")))
    assert refresh(shop.store, segment(), AT + timedelta(2)) == Refreshed("regulars", 1, 0, 1)
    assert who(shop) == {"ann"}
    assert [row["entered_at"] for row in shop.ask("select entered_at from segment_members")] == [AT]
    assert changes(shop) == [("ann", "entered"), ("bob", "entered"), ("bob", "left")]
    runs = shop.ask("select changed_at, dagster_run_id from segment_changes order by seq")
    assert [tuple(row.values()) for row in runs][1] == (AT + timedelta(1), "run-2")


def test_a_second_refresh_changes_nothing(shop: Shop) -> None:
    shop.imports("crm").gets(of("ann", "A-1"), of("ann", "A-2"))
    refresh(shop.store, segment(), AT)
    before = shop.ask("select * from segment_members"), shop.ask("select * from segment_changes")
    assert refresh(shop.store, segment(), AT + timedelta(1)) == Refreshed("regulars", 1, 0, 0)
    assert (shop.ask("select * from segment_members"), shop.ask("select * from segment_changes")) == before


def test_segments_do_not_touch_each_other(shop: Shop) -> None:
    shop.imports("crm").gets(of("ann", "A-1"))
    for name in ("one", "two"):
        refresh(shop.store, segment({"field": "orders.count", "is": 1}, name=name), AT)
    refresh(shop.store, segment({"field": "orders.count", "is": 2}, name="one"), AT)
    assert (who(shop, "one"), who(shop, "two")) == (set(), {"ann"})


def test_what_orders_are_worth_is_worked_out_once_and_follows_them(shop: Shop) -> None:
    crm, rich = shop.imports("crm"), segment({"field": "orders.total", "at_least": 20})
    crm.gets(of("ann", "A-1", line(total="30"), line(total="5")), of("bob", "B-1", line(total="20")))
    assert value_orders(shop.store) == 2
    assert value_orders(shop.store) == 0
    refresh(shop.store, rich, AT)
    assert who(shop) == {"ann", "bob"}
    crm.gets(of("ann", "A-1", line(total="30", status="cancelled"), line(total="5")))
    refresh(shop.store, rich, AT)
    assert who(shop) == {"bob"}
    assert value_orders(shop.store) == 1
    refresh(shop.store, rich, AT)
    assert who(shop) == {"bob"}
    assert shop.ask("select count(*) from order_nets") == [{"count": 2}]


def test_a_segment_that_left_the_yaml_is_ended_as_the_page_says(shop: Shop) -> None:
    shop.imports("crm").gets(of("ann", "A-1"), of("ann", "A-2"), of("bob", "B-1"), of("bob", "B-2"))
    for name in ("champions", "others"):
        refresh(shop.store, segment(name=name), AT)
    (statement,) = blocks(ROOT / "docs" / "segments.md", "sql")
    with shop.store.connect() as connection:
        connection.execute(statement.text)
    assert (who(shop, "champions"), who(shop, "others")) == (set(), {"ann", "bob"})
    left = shop.ask("select segment, change from segment_changes where change = 'left'")
    assert left == [{"segment": "champions", "change": "left"}] * 2


def test_rfm_finds_the_best(shop: Shop) -> None:
    made = [
        of(f"c{n}", f"{n}-{k}", line(total=str(10 * n)), createdAt=f"2024-02-{n:02}T10:00:00Z")
        for n in range(1, 11)
        for k in range(n)
    ]
    shop.imports("crm").gets(*made)
    champions = segment(None, rfm={"recency": 5, "frequency": [4, 5], "monetary": [4, 5]})
    refresh(shop.store, champions, AT)
    assert who(shop) == {"c9", "c10"}
    refresh(shop.store, segment(None, rfm={"recency": 1}), AT)
    assert who(shop) == {"c1", "c2"}


def test_currencies_are_not_mixed_unless_rates_are_given(shop: Shop) -> None:
    pounds = of("bob", "B-1", line(total="10", currency="GBP"), currency="GBP")
    shop.imports("crm").gets(of("ann", "A-1", line(total="11")), pounds)
    rich = {"field": "orders.total", "at_least": 11}
    for mixing in (segment(rich), segment(None, rfm={"recency": 5})):
        with pytest.raises(SegmentError, match="would add up EUR, GBP: set its currency"):
            refresh(shop.store, mixing, AT)
    with pytest.raises(SegmentError, match="no rate for orders in GBP"):
        refresh(shop.store, segment(rich, currency="EUR", rates={"PLN": 0.23}), AT)
    assert shop.ask("select * from segment_changes") == []
    refresh(shop.store, segment(rich, currency="EUR"), AT)
    assert who(shop) == {"ann"}
    refresh(shop.store, segment(rich, currency="EUR", rates={"GBP": "1.17"}), AT)
    assert who(shop) == {"ann", "bob"}
    refresh(shop.store, segment({"field": "orders.count", "is": 1}), AT)
    assert who(shop) == {"ann", "bob"}


def test_identities_of_one_profile_count_together(shop: Shop) -> None:
    shop.imports("crm").gets(of("ann", "A-1"), of("annie", "A-2"))
    with shop.store.connect() as connection:
        connection.execute(
            "update identities set profile_id = (select profile_id from identities where id_value = 'ann@example.com')"
        )
    refresh(shop.store, segment(), AT)
    assert who(shop) == {"ann", "annie"}
    assert shop.ask("select count(*) from segment_members") == [{"count": 1}]


def test_changes_are_append_only(shop: Shop) -> None:
    with shop.store.connect() as connection, pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        connection.execute("delete from segment_changes")
