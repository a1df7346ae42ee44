"""The events, field by field as they are promised (formats: orderPlace / orderUpdate event)."""

import hashlib
import uuid
from datetime import datetime

import pytest

from cdp_pipelines_tests.scenarios.shop import Order, Shop, line, order

MUG = line(
    id="1", productId="mug-1", sku="mug-1-blue", name="Mug", categoriesList="Home;Kitchen", total="27.00",
    subtotal="21.00", tax="4.20", shipping="1.80", discount="2.00", quantity="2.0", status="paid",
)  # fmt: skip
TEA = line(id="2", productId="tea-9", sku="tea-9", total="24.00", subtotal="19.00", tax="3.80", shipping="1.20")


def the_order(*lines: dict[str, str], **cells: str) -> Order:
    return order(
        "A-77", *lines, userId=" Jane@Example.com", discount="2", paymentMethod="Card", shippingCountry="Portugal",
        promotions="SPRING", custom_giftWrap="yes", createdAt="2026-03-04T10:15:00+0100", **cells,
    )  # fmt: skip


@pytest.mark.rows("K-016", "K-030", "K-036", "K-038", "K-045", "K-047", "K-065", "D14", "D30")
def test_an_order_place_is_exactly_this(shop: Shop) -> None:
    export = shop.imports("orders_nightly", site="acme-eu", hash_user_id=True)
    report = export.gets(order("A-1"), the_order(MUG, TEA))
    event = shop.events()[1]
    ingested = datetime.fromisoformat(event.pop("ingested_at"))
    assert report.started_at <= ingested <= report.finished_at  # type: ignore[operator]
    assert uuid.UUID(event.pop("event_id")).version == 5
    path = shop.folder / "orders_nightly.csv"
    assert event == {
        "type": "orderPlace",
        "occurred_at": "2026-03-04T09:15:00Z",
        "source": {
            "import": "orders_nightly",
            "run_id": report.run_id,
            "file": str(path),
            "file_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "lines": [3, 4],
        },
        "user": {"type": "email_sha256", "id": hashlib.sha256(b"jane@example.com").hexdigest()},
        "siteId": "acme-eu",
        "order": {
            "id": "A-77",
            "currency": "EUR",
            "total": 51.0,
            "subtotal": 40.0,
            "tax": 8.0,
            "shipping": 3.0,
            "discount": {"value": 2.0, "currency": "EUR"},
            "refund": 0.0,
            "paymentMethod": "Card",
            "shippingCountry": "Portugal",
            "promotions": ["SPRING"],
            "customFields": {"giftWrap": "yes"},
        },
        "lineItems": [
            {
                "lineItemId": "1",
                "productId": "mug-1",
                "sku": "mug-1-blue",
                "name": "Mug",
                "categoriesList": ["Home", "Kitchen"],
                "currency": "EUR",
                "total": 27.0,
                "subtotal": 21.0,
                "tax": 4.2,
                "shipping": 1.8,
                "discount": {"value": 2.0, "currency": "EUR"},
                "refund": 0.0,
                "quantity": 2.0,
                "adult": False,
                "status": "paid",
            },
            {
                "lineItemId": "2",
                "productId": "tea-9",
                "sku": "tea-9",
                "currency": "EUR",
                "total": 24.0,
                "subtotal": 19.0,
                "tax": 3.8,
                "shipping": 1.2,
                "discount": {"value": 0.0, "currency": "EUR"},
                "refund": 0.0,
                "quantity": 1.0,
                "adult": False,
                "status": "placed",
            },
        ],
    }


@pytest.mark.rows("K-017", "D14")
def test_an_order_update_is_the_whole_order_and_what_changed(shop: Shop) -> None:
    export = shop.imports()
    export.gets(the_order(MUG, TEA), order("A-1"))
    paid = TEA | {"lineItem_status": "paid", "lineItem_brand": "Adatum"}
    export.gets(order("A-1"), the_order(MUG, paid, source="web", custom_note="fragile"))
    place, _, update = shop.events()
    assert update.pop("changed") == [
        "$.order.source", "$.order.customFields.note", "$.lineItems[1].brand", "$.lineItems[1].status",
    ]  # fmt: skip
    assert update["source"]["lines"] == [3, 4]
    place["order"] |= {"source": "web", "customFields": {"giftWrap": "yes", "note": "fragile"}}
    place["lineItems"][1] |= {"status": "paid", "brand": "Adatum"}
    same = ("occurred_at", "user", "siteId", "order", "lineItems")
    assert {name: update[name] for name in same} == {name: place[name] for name in same}
    assert (update["type"], update.keys()) == ("orderUpdate", place.keys())


@pytest.mark.rows("K-017")
def test_a_line_more_or_less_and_a_new_owner_are_changes(shop: Shop) -> None:
    export = shop.imports()
    export.gets(the_order(MUG, TEA))
    export.gets(the_order(MUG))
    moved = the_order(MUG)
    moved[0] |= {"userIdType": "crm_id", "userId": "C-7", "createdAt": "2026-03-04T10:16:00+0100"}
    export.gets(moved)
    lost, changed = shop.events()[1:]
    assert "$.lineItems[1]" in lost["changed"]
    assert changed["changed"] == ["$.user.type", "$.user.id", "$.occurred_at"]


def test_money_is_as_exact_as_it_was_written(shop: Shop) -> None:
    exact = "12345678901234567.123456789"
    shop.imports(money_check="off").gets(order("A-1", line(total=exact), total=exact))
    (row,) = shop.ask("select total::text, line_items #>> '{0,total}' as line from orders")
    assert row == {"total": exact, "line": exact}
    (row,) = shop.ask("select payload #>> '{order,total}' as total from order_events")
    assert row == {"total": exact}


@pytest.mark.rows("K-066", "D20")
def test_a_duration_stays_in_milliseconds(shop: Shop) -> None:
    shop.imports().gets(order("A-1", line(subscriptionDuration="15552000000")))
    assert shop.events()[0]["lineItems"][0]["subscriptionDuration"] == 15_552_000_000


def test_events_cannot_be_changed_or_removed(shop: Shop) -> None:
    shop.imports().gets(order("A-1"))
    for statement in ("update order_versions set type = 'orderUpdate'", "delete from order_versions"):
        with pytest.raises(Exception, match="append-only"):
            shop.ask(statement)


@pytest.mark.rows("S4")
def test_naughty_strings_come_through_as_they_are(shop: Shop) -> None:
    naughty = ['x"; drop table orders; --', "'; select 1", "\\N", "\\", "{a,b}", "%s %(x)s", "\u202e\u200b", "🧀" * 60]
    rows = [order(f"{n}{value}", line(name=value), source=value, custom_x=value) for n, value in enumerate(naughty)]
    rows[0][0] |= {'custom_y"; drop table orders; --': "1", f"custom_{'long' * 30}": "2"}
    shop.imports().gets(*rows)
    events = shop.events()
    assert [event["order"]["source"] for event in events] == naughty
    assert [event["lineItems"][0]["name"] for event in events] == naughty
    assert events[0]["order"]["customFields"] == {"x": naughty[0], 'y"; drop table orders; --': "1", "long" * 30: "2"}
