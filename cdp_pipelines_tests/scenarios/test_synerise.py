"""Synerise's transactions as orders: files in; tables, events and report out."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from cdp_pipelines_tests.mappings.transactions import COLUMNS, Item, Transaction, file, objects, text, transactions
from cdp_pipelines_tests.scenarios.shop import Import, Shop, codes, counts

FIRST = Transaction("A-1", (Item(quantity="2"), Item("pen", "Pen", price="5")), value="21.00")


def synerise(shop: Shop, name: str = "synerise", **attributes: Any) -> Import:
    form = {"kind": "synerise_csv"} | attributes.pop("format", {})
    return shop.imports(name, format=form, **attributes)


def issues(report) -> dict[str, list[tuple[str | None, list[int]]]]:
    found: dict[str, list[tuple[str | None, list[int]]]] = {}
    for issue in report.issues:
        found.setdefault(issue.code, []).append((issue.column, issue.sample_lines))
    return found


def test_a_transaction_is_an_order(shop: Shop) -> None:
    report = synerise(shop).reads(file(FIRST))
    assert (report.status, counts(report), codes(report)) == ("completed", {"added": 2}, set())
    order = shop.order("A-1")
    assert (order["user_id_type"], order["user_id"]) == ("email", "jane@example.com")
    amounts = ("total", "subtotal", "tax", "shipping", "discount", "refund")
    assert [order[name] for name in amounts] == [25, 21, 4, 0, 0, 0]
    assert (order["currency"], order["created_at"].isoformat()) == ("EUR", "2024-03-01T09:15:00+00:00")
    assert order["custom_fields"] == {"revenue": "25", "value": "21"}
    (event,) = shop.events()
    assert (event["order"]["paymentMethod"], event["order"]["source"]) == ("CARD", "POS")
    mug, pen = order["line_items"]
    assert mug == {
        "productId": "mug", "sku": "mug", "name": "Mug", "currency": "EUR", "quantity": 2, "status": "paid",
        "total": 20, "subtotal": 16.8, "tax": 3.2, "shipping": 0, "refund": 0, "adult": False,
        "discount": {"value": 0, "currency": "EUR"},
    }  # fmt: skip
    assert (pen["total"], pen["subtotal"], pen["tax"]) == (5, 4.2, 0.8)
    assert shop.told() == [("orderPlace", "A-1")]


def test_the_total_is_what_the_line_items_add_up_to(shop: Shop) -> None:
    orders = {
        "same": FIRST.but(value=""),
        "net revenue": FIRST.but(revenue="21", value="25"),
        "before discounts": FIRST.but(revenue="25", value="30"),
        "revenue alone": FIRST.but(value=None),
        "value alone": FIRST.but(revenue=None, value="25.00"),
        "other currency": FIRST.but(value="25"),
    }
    rows = [row for name, one in orders.items() for row in one.but(order_id=name).rows()]
    rows[-2:] = [row | {"value.currency": "USD"} for row in rows[-2:]]
    report = synerise(shop).reads(text(rows))
    assert issues(report) == {"CURRENCY_DIFFERS": [("value.currency", [12])]}
    found = {name: shop.order(name) for name in orders}
    assert {order["total"] for order in found.values()} == {25}
    assert {name: order["tax"] for name, order in found.items() if order["tax"]} == {"net revenue": 4}


def test_what_no_line_item_explains_is_told(shop: Shop) -> None:
    report = synerise(shop).reads(file(FIRST.but(revenue="29.90", value="25.12")))
    assert issues(report) == {"LINES_TOTAL_MISMATCH": [("revenue.amount", [2])]}
    order = shop.order("A-1")
    assert [float(order[name]) for name in ("total", "subtotal", "tax")] == [29.9, 25.12, 4.78]


@pytest.mark.parametrize(
    ("clients", "kind", "user"),
    [
        ({}, "email", "jane@example.com"),
        ({"customid": "00c-7", "uuid": "u-1", "id": "12"}, "email", "jane@example.com"),
        ({"email": None, "customid": "00c-7", "uuid": "u-1", "id": "12"}, "crm_id", "00c-7"),
        ({"email": None, "uuid": "u-1", "id": "12"}, "cookie", "u-1"),
        ({"email": None, "id": "12"}, "synerise_id", "12"),
    ],
)
def test_a_customer_is_known_by_the_best_id(shop: Shop, clients: dict, kind: str, user: str) -> None:
    report = synerise(shop).reads(file(FIRST.but(**clients)))
    assert (report.status, codes(report)) == ("completed", set())
    order = shop.order("A-1")
    assert (order["user_id_type"], order["user_id"]) == (kind, user)


def test_addresses_can_be_hashed(shop: Shop) -> None:
    report = synerise(shop, hash_user_id=True).reads(file(FIRST, FIRST.but(order_id="A-2", email=None, customid="c")))
    assert report.status == "completed"
    order = shop.order("A-1")
    assert order["user_id_type"] == "email_sha256"
    assert order["user_id"] == "8c87b489ce35cf2e2f39f80e282cb2e804932a56a213983eeeb428407d43b52d"
    assert shop.order("A-2")["user_id"] == "c"


def test_a_customer_that_is_wrong_is_found_where_the_file_has_it(shop: Shop) -> None:
    none = FIRST.but(order_id="none", email=None)
    bad = FIRST.but(order_id="bad", email="jane")
    report = synerise(shop).reads(file(FIRST, none, bad))
    assert (report.status, counts(report)) == ("partial", {"added": 2, "rejected": 4})
    assert issues(report)["MISSING_VALUE"] == [("client.email", [4])]
    assert issues(report)["INVALID_USER_ID"] == [("client.email", [6])]
    columns = [name for name in COLUMNS if name not in ("client.email", "client.customid")]
    alone = synerise(shop, "alone").reads(text(none.rows() + FIRST.but(order_id="good", uuid="u-2").rows(), columns))
    assert issues(alone)["MISSING_VALUE"] == [("client.uuid", [2])]


@pytest.mark.rows("D2", "K-025")
def test_rows_of_a_transaction_stand_together(shop: Shop) -> None:
    report = synerise(shop).reads(file(FIRST, Transaction("A-2"), FIRST.but(items=(Item("tea"),), value="")))
    assert counts(report) == {"added": 2, "superseded": 2}
    assert issues(report) == {"SUPERSEDED_ROWS": [("orderId", [2, 3])]}
    assert [one["sku"] for one in shop.order("A-1")["line_items"]] == ["tea"]


@pytest.mark.rows("D13")
def test_each_fault_is_found_in_the_column_of_the_file(shop: Shop) -> None:
    broken = {
        "products.sku": ("null", "MISSING_VALUE"),
        "products.quantity": ("two", "INVALID_NUMBER"),
        "products.finalUnitPrice.amount": ("10,00", "INVALID_NUMBER"),
        "products.finalUnitPrice.currency": ("Euro", "UNKNOWN_CURRENCY"),
        "revenue.amount": ("much", "INVALID_NUMBER"),
        "revenue.currency": ("Euro", "UNKNOWN_CURRENCY"),
        "value.amount": ("1.2.3", "INVALID_NUMBER"),
        "recordedAt": ("yesterday", "INVALID_TIMESTAMP"),
    }
    rows, good = [], Transaction("good").rows()
    for number, (name, (cell, _)) in enumerate(broken.items()):
        (row,) = Transaction(f"bad-{number}").rows()
        rows.append(row | {name: None if cell == "null" else cell})
    report = synerise(shop).reads(text([*good, *rows]))
    assert counts(report) == {"added": 1, "rejected": len(broken)}
    errors = {(issue.column, issue.code) for issue in report.issues if issue.severity == "error"}
    assert errors == {(name, code) for name, (_, code) in broken.items()}
    assert shop.rejects(report.run_id) == [
        (line, code, name) for line, (name, (_, code)) in enumerate(broken.items(), start=3)
    ]


def test_a_source_that_is_not_listed_is_kept_and_told(shop: Shop) -> None:
    report = synerise(shop).reads(file(FIRST.but(source="KIOSK"), Transaction("A-2", source=None)))
    assert (report.status, issues(report)) == ("completed", {"UNKNOWN_SOURCE": [("source", [2])]})
    first, second = shop.events()
    assert (first["order"]["source"], second["order"].get("source")) == ("KIOSK", None)


def test_further_columns_are_used_kept_or_left_to_transform(shop: Shop) -> None:
    more = {
        "products.regularPrice.amount": "12.50", "products.brand": "Acme", "products.category": "Home > Kitchen",
        "products.categories": "Home;Kitchen", "discountCode": "SPRING;SUMMER", "discountAmount.amount": "7",
        "orderStatus": "SENT", "metadata.gift": "yes", "metadata.": "no name", "products.size": "S", "shopId": "7",
    }  # fmt: skip
    steps = [{"rename": "products.size", "to": "lineItem_size"}, {"copy": "shopId", "to": "custom_shop"}]
    rows = [row | more for row in Transaction("A-1", (Item(quantity="3"),)).rows()]
    report = synerise(shop, transform=steps).reads(text(rows, [*COLUMNS, *more]))
    assert (report.status, codes(report)) == ("completed", set())
    order = shop.order("A-1")
    assert order["discount"] == 7
    assert order["custom_fields"] == {
        "revenue": "30", "value": "30", "orderStatus": "SENT", "gift": "yes", "shop": "7"
    }  # fmt: skip
    (item,) = order["line_items"]
    assert item["discount"] == {"value": 7.5, "currency": "EUR"}
    assert (item["brand"], item["category"], item["size"]) == ("Acme", "Home > Kitchen", "S")
    assert item["categoriesList"] == ["Home", "Kitchen"]
    assert shop.events()[0]["order"]["promotions"] == ["SPRING", "SUMMER"]


def test_a_usual_price_that_cannot_be_read_is_named(shop: Shop) -> None:
    rows = [row | {"products.regularPrice.amount": "12,50"} for row in Transaction("A-1").rows()]
    report = synerise(shop).reads(text(rows + Transaction("A-2").rows(), [*COLUMNS, "products.regularPrice.amount"]))
    assert counts(report) == {"added": 1, "rejected": 1}
    assert ("products.regularPrice.amount", [2]) in issues(report)["INVALID_NUMBER"]


def test_every_missing_column_is_an_issue_of_its_own(shop: Shop) -> None:
    left = [name for name in COLUMNS if not name.startswith(("client.", "value.")) and name != "products.sku"]
    report = synerise(shop).reads(text(FIRST.rows(), left))
    assert (report.status, counts(report)) == ("failed", {})
    missing = [issue.column for issue in report.issues if issue.code == "MISSING_COLUMN"]
    assert sorted(missing) == ["client.email", "products.sku", "value.amount", "value.currency"]


@pytest.mark.rows("K-007")
def test_a_name_in_other_letters_is_missing_with_a_hint(shop: Shop) -> None:
    report = synerise(shop).reads(file(FIRST).replace("products.sku", "products.SKU", 1))
    (issue,) = [issue for issue in report.issues if issue.code == "MISSING_COLUMN"]
    assert issue.column == "products.sku"
    assert 'the file has "products.SKU": did you mean products.sku?' in issue.message


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("itemId,title,price\nmug,Mug,10\n", "import it by a ProductImport"),
        ("email,firstName,lastName\njane@example.com,Jane,Doe\n", "customers"),
        ("customId,action,label\n7,sent,Sent\n", "customers or their events"),
        ("code,redeemType,headerName,name,type\nA,FULL,a,b,GENERAL\n", "promotions"),
    ],
)
def test_another_file_of_synerises_is_told_apart(shop: Shop, content: str, named: str) -> None:
    report = synerise(shop).reads(content)
    assert (report.status, codes(report)) == ("failed", {"WRONG_EXPORT"})
    assert named in (report.error or "")


def test_a_column_of_another_file_does_no_harm_beside_all_that_is_needed(shop: Shop) -> None:
    rows = [row | {"email": "x@example.com", "itemId": "7"} for row in FIRST.rows()]
    report = synerise(shop).reads(text(rows, [*COLUMNS, "email", "itemId"]))
    assert (report.status, codes(report)) == ("completed", set())


def test_later_rows_that_differ_are_told_and_ignored(shop: Shop) -> None:
    first, second = FIRST.rows()
    other = {"client.email": "joe@example.com", "revenue.amount": "26", "source": "MOBILE"}
    report = synerise(shop).reads(text([first, second | other]))
    assert counts(report) == {"added": 2}
    assert sorted(issues(report)["ORDER_VALUE_IGNORED"]) == [(name, [3]) for name in other]
    blank = {"client.email": None, "client.uuid": "u-1", "revenue.amount": "25"}
    report = synerise(shop, "blank", site="blank").reads(text([first, second | blank]))
    assert codes(report) == set()


@pytest.mark.rows("D21", "D22")
def test_the_same_again_is_unchanged_and_a_change_is_one_event(shop: Shop) -> None:
    crm = synerise(shop)
    crm.reads(file(FIRST, Transaction("A-2")))
    assert counts(crm.reads(file(FIRST, Transaction("A-2", method="CASH")))) == {"unchanged": 2, "updated": 1}
    assert counts(crm.reads(file(FIRST.but(revenue="25.0"), Transaction("A-2", method=None)))) == {"unchanged": 3}
    assert shop.told() == [("orderPlace", "A-1"), ("orderPlace", "A-2"), ("orderUpdate", "A-2")]
    assert shop.events()[-1]["order"]["paymentMethod"] == "CASH"


def test_json_lines_in_the_shape_of_the_api_give_the_same_orders(shop: Shop) -> None:
    some = [FIRST, FIRST.but(order_id="A-2", email=None, customid="00c-7", uuid="u"), Transaction("A-3", source=None)]
    synerise(shop).reads(file(*some))
    before = [row["state"] for row in shop.orders()]
    report = shop.imports("json", format={"kind": "synerise_jsonl"}).reads(objects(*some))
    assert (report.status, counts(report), codes(report)) == ("completed", {"unchanged": 5}, set())
    assert [row["state"]["line_items"] for row in shop.orders()] == [state["line_items"] for state in before]


def test_a_transaction_in_json_is_rejected_as_a_whole(shop: Shop) -> None:
    bad = FIRST.but(order_id="bad", items=(Item(), Item(sku="")))
    lines = objects(FIRST, bad) + objects(FIRST).replace("A-1", "none").replace(
        '"products": [', '"products": [], "x": ['
    )
    report = shop.imports(format={"kind": "synerise_jsonl"}).reads(lines)
    assert (report.status, counts(report)) == ("partial", {"added": 2, "rejected": 3})
    found = shop.rejects(report.run_id)
    assert [(line, code) for line, code, _ in found] == [
        (2, "ORDER_REJECTED"), (2, "MISSING_VALUE"), (3, "NESTED_LIST")
    ]  # fmt: skip


@pytest.mark.rows("K-023")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(transactions())
def test_whatever_is_in_them_transactions_become_orders(shop: Shop, some: list[Transaction]) -> None:
    site = f"s{shop.day}"
    report = synerise(shop, site=site).reads(file(*some))
    assert (report.status, codes(report), counts(report)) == (
        "completed", set(), {"added": sum(len(one.items) for one in some)},
    )  # fmt: skip
    for one in some:
        order = shop.order(one.order_id, site)
        assert order["total"] == sum(item.total for item in one.items)
        assert [(item["sku"], item.get("name")) for item in order["line_items"]] == [
            (item.sku, item.name) for item in one.items
        ]


@pytest.mark.rows("S-004")
def test_a_customer_is_one_profile_by_e_mail_or_own_id_however_often_it_comes(shop: Shop) -> None:
    importing = synerise(shop)
    by_id = FIRST.but(email=None, customid="C-7")
    importing.reads(file(FIRST, by_id.but(order_id="A-2")))
    importing.reads(file(FIRST.but(order_id="A-3", email=" Jane@Example.com "), by_id.but(order_id="A-4")))
    found = shop.ask(
        "select id_type, id_value, count(*) from identities join profiles using (profile_id) group by 1, 2"
    )
    assert sorted(tuple(row.values()) for row in found) == [("crm_id", "C-7", 1), ("email", "jane@example.com", 1)]


@pytest.mark.rows("D13")
def test_an_absurd_amount_is_found_in_the_price(shop: Shop) -> None:
    item = Item("mug", price="800000000000", quantity="800000000000")
    report = synerise(shop).reads(file(FIRST, Transaction("absurd", (item,), revenue="10", value="10")))
    assert counts(report) == {"added": 2, "rejected": 1}
    assert issues(report)["INVALID_NUMBER"] == [("products.finalUnitPrice.amount", [4])]
