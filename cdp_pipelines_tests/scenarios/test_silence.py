"""What a file does not say (D21), and knowledge that is not told on (D31)."""

import pytest

from cdp_pipelines_tests.scenarios.shop import Shop, counts, line, order

FULL = {
    "paymentMethod": "Visa",
    "shippingMethod": "UPS",
    "shippingCountry": "France",
    "source": "web",
    "promotions": "SPRING",
    "custom_color": "red",
    "custom_size": "L",
}
RICH = {"name": "Mug", "brand": "Contoso", "adult": "true", "categoriesList": "Home;Kitchen", "size": "S"}


@pytest.mark.rows("D21")
def test_an_absent_column_keeps_what_is_stored(shop: Shop) -> None:
    export = shop.imports()
    export.gets(order("A-1", line(**RICH), **FULL))
    before = shop.orders()
    assert counts(export.gets(order("A-1"))) == {"unchanged": 1}
    assert counts(export.gets(order("A-1", line(status="paid")))) == {"updated": 1}
    state = shop.order("A-1")
    assert (state["payment_method"], state["promotions"]) == ("Visa", ["SPRING"])
    assert state["custom_fields"] == {"color": "red", "size": "L"}
    assert state["line_items"] == [before[0]["state"]["line_items"][0] | {"status": "paid"}]
    assert shop.events()[-1]["changed"] == ["$.lineItems[0].status"]


@pytest.mark.rows("D21")
def test_an_empty_optional_cell_keeps_it_too(shop: Shop) -> None:
    export = shop.imports()
    export.gets(order("A-1", line(**RICH), **FULL))
    blank = order("A-1", line(**dict.fromkeys(RICH, "")), **dict.fromkeys(FULL, ""))
    assert counts(export.gets(blank)) == {"unchanged": 1}
    assert shop.order("A-1")["custom_fields"] == {"color": "red", "size": "L"}


@pytest.mark.rows("D21")
def test_with_empty_clear_an_empty_cell_clears_and_an_absent_column_keeps(shop: Shop) -> None:
    export = shop.imports(empty="clear")
    export.gets(order("A-1", line(**RICH), **FULL))
    blank = {"paymentMethod": "", "custom_color": ""}
    assert counts(export.gets(order("A-1", line(brand="", adult=""), **blank))) == {"updated": 1}
    state = shop.order("A-1")
    assert (state["payment_method"], state["shipping_method"]) == (None, "UPS")
    assert state["custom_fields"] == {"size": "L"}
    (item,) = state["line_items"]
    assert ("brand" not in item, item["adult"], item["name"]) == (True, False, "Mug")
    assert shop.events()[-1]["changed"] == [
        "$.order.customFields.color", "$.order.paymentMethod", "$.lineItems[0].adult", "$.lineItems[0].brand",
    ]  # fmt: skip


@pytest.mark.rows("D21")
def test_the_list_of_line_items_is_the_file_s(shop: Shop) -> None:
    export = shop.imports()
    export.gets(order("A-1", line(id="1", name="Mug"), line(id="2", name="Tea"), line(id="3", name="Bun")))
    export.gets(order("A-1", line(id="3"), line(id="1", sku="other"), line(id="4")))
    items = shop.order("A-1")["line_items"]
    assert [(item["lineItemId"], item.get("name")) for item in items] == [("3", "Bun"), ("1", "Mug"), ("4", None)]


@pytest.mark.rows("D21")
def test_lines_without_an_id_are_told_apart_by_sku_and_occurrence(shop: Shop) -> None:
    export = shop.imports()
    export.gets(order("A-1", line(name="Mug 1"), line(sku="tea", name="Tea"), line(name="Mug 2")))
    export.gets(order("A-1", line(sku="tea"), line(), line(), line(sku="bun")))
    items = shop.order("A-1")["line_items"]
    assert [item.get("name") for item in items] == ["Tea", "Mug 1", "Mug 2", None]


@pytest.mark.rows("D31")
def test_silent_orders_are_state_without_events(shop: Shop) -> None:
    report = shop.imports(emit_events=False).gets(order("A-1"))
    assert (counts(report), report.events.orderPlace, shop.events()) == ({"added": 1}, 0, [])
    assert shop.order("A-1")["total"] == 10
    assert shop.ask("select count(*) from identities") == [{"count": 1}]


@pytest.mark.rows("D31")
def test_a_later_import_of_silent_orders_updates_them(shop: Shop) -> None:
    shop.imports(emit_events=False).gets(order("A-1"), order("A-2"))
    report = shop.imports().gets(order("A-1", line(status="paid")), order("A-2"), order("A-3"))
    assert (report.events.orderPlace, report.events.orderUpdate) == (1, 1)
    assert sorted(shop.told()) == [("orderPlace", "A-3"), ("orderUpdate", "A-1")]
    (update,) = [event for event in shop.events() if event["type"] == "orderUpdate"]
    assert update["changed"] == ["$.lineItems[0].status"]


@pytest.mark.rows("D31", "D28")
def test_a_silent_state_in_between_does_not_break_the_chain_of_events(shop: Shop) -> None:
    for status, loud in (("placed", True), ("paid", False), ("placed", True), ("paid", True)):
        shop.imports(emit_events=loud).gets(order("A-1", line(status=status)))
    assert [event["lineItems"][0]["status"] for event in shop.events()] == ["placed", "placed", "paid"]
    assert len({event["event_id"] for event in shop.events()}) == 3
