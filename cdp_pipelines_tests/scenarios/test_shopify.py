"""Shopify's order export: orders, statuses, tips, refusals (K-070 to K-083, D4, D19)."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines_tests.mappings.exports import LINE, ORDER, REQUIRED, TIP, export, line, order
from cdp_pipelines_tests.scenarios.shop import Import, Shop, codes, counts

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "shopify_orders.csv"


@pytest.fixture
def shopify(shop: Shop) -> Import:
    return shop.imports(format={"kind": "shopify_csv"})


def imported(shop: Shop, **options: object) -> Import:
    return shop.imports(format={"kind": "shopify_csv"} | options)


@pytest.mark.rows("K-070", "K-073", "K-083")
def test_an_export_becomes_an_order_with_its_lines(shop: Shop, shopify: Import) -> None:
    rows = order(
        "#1001",
        line(taxable="true", requires_shipping="true"),
        line(sku="tea-9", quantity="1", price="5.00", taxable="false", requires_shipping="false"),
        Subtotal="22.50", Taxes="3.50", Total="31.00", Discount_Amount="2.50", Discount_Code="WINTER",
        Payment_Method="Visa", Shipping_Method="UPS", Shipping_Country="FR", Source="web", Vendor="Acme",
    )  # fmt: skip
    report = shopify.reads(export(rows))
    assert (report.status, counts(report), report.issues) == ("completed", {"added": 2}, [])
    (event,) = shop.events()
    assert event["user"] == {"type": "email", "id": "jane@example.com"}
    assert event["occurred_at"] == "2024-03-01T09:15:00Z"
    assert event["order"] == {
        "id": "#1001", "currency": "EUR", "total": 31, "subtotal": 22.5, "tax": 3.5, "shipping": 5, "refund": 0,
        "discount": {"value": 2.5, "currency": "EUR"}, "promotions": ["WINTER"], "paymentMethod": "Visa",
        "shippingMethod": "UPS", "shippingCountry": "FR", "source": "web",
    }  # fmt: skip
    mug, tea = event["lineItems"]
    assert mug == {
        "productId": "mug-blue", "sku": "mug-blue", "name": "Mug / Blue", "brand": "Acme", "currency": "EUR",
        "quantity": 2, "adult": False, "status": "paid", "refund": 0, "discount": {"value": 2, "currency": "EUR"},
        "subtotal": 18, "tax": 3.5, "shipping": 5, "total": 26.5,
    }  # fmt: skip
    assert (tea["subtotal"], tea["tax"], tea["shipping"], tea["total"]) == (4.5, 0, 0, 4.5)
    assert tea["discount"]["value"] == 0.5


STATUSES = [
    ("refunded", "fulfilled", "", "refunded"),
    ("refunded", "restocked", "2024-03-02 10:00:00 +0100", "refunded"),
    ("voided", "fulfilled", "", "cancelled"),
    ("paid", "fulfilled", "2024-03-02 10:00:00 +0100", "cancelled"),
    ("pending", "pending", "2024-03-02 10:00:00 +0100", "cancelled"),
    ("paid", "restocked", "", "cancelled"),
    ("partially_refunded", "restocked", "", "cancelled"),
    ("paid", "fulfilled", "", "fulfilled"),
    ("partially_refunded", "fulfilled", "", "fulfilled"),
    ("paid", "pending", "", "paid"),
    ("paid", "partial", "", "paid"),
    ("paid", "not_eligible", "", "paid"),
    ("partially_refunded", "pending", "", "paid"),
    ("pending", "fulfilled", "", "placed"),
    ("pending", "not_eligible", "", "placed"),
    ("authorized", "partial", "", "placed"),
    ("partially_paid", "fulfilled", "", "placed"),
]


@pytest.mark.rows("K-080", "K-081", "K-083", "D4")
def test_the_first_condition_that_holds_decides_the_status(shop: Shop, shopify: Import) -> None:
    orders = [
        order(f"#{number}", line(fulfillment_status=line_status), Financial_Status=status, Cancelled_at=cancelled)
        for number, (status, line_status, cancelled, _) in enumerate(STATUSES)
    ]
    assert shopify.reads(export(*orders)).status == "completed"
    found = [shop.order(f"#{number}")["line_items"][0]["status"] for number in range(len(STATUSES))]
    assert found == [expected for *_, expected in STATUSES]


@pytest.mark.rows("K-080", "K-081")
def test_a_status_that_shopify_does_not_have_rejects_its_order(shop: Shop, shopify: Import) -> None:
    report = shopify.reads(
        export(
            order("#1", Financial_Status="settled"),
            order("#2", line(fulfillment_status="done")),
            order("#3", line(fulfillment_status="")),
            order("#4"),
        )
    )
    assert counts(report) == {"added": 1, "rejected": 3}
    assert shop.rejects(report.run_id) == [
        (2, "UNKNOWN_FINANCIAL_STATUS", "Financial Status"),
        (3, "UNKNOWN_FULFILLMENT_STATUS", "Lineitem fulfillment status"),
        (4, "MISSING_VALUE", "Lineitem fulfillment status"),
    ]


@pytest.mark.rows("K-077")
@pytest.mark.parametrize("missing", REQUIRED)
def test_each_required_column_that_is_missing_is_an_issue(shop: Shop, shopify: Import, missing: str) -> None:
    columns = [name for name in REQUIRED if name != missing]
    report = shopify.reads(export(order("#1"), columns=columns))
    assert report.status == "failed"
    assert [(issue.code, issue.column) for issue in report.issues] == [("MISSING_COLUMN", missing)]
    assert shop.orders() == []


@pytest.mark.rows("K-007", "K-077")
def test_all_missing_columns_are_told_at_once_and_case_counts(shopify: Import) -> None:
    report = shopify.reads(export(order("#1")).replace("Email", "email").replace("Lineitem sku", "SKU"))
    assert {issue.column for issue in report.issues} == {"Email", "Lineitem sku"}
    (issue,) = [issue for issue in report.issues if issue.column == "Email"]
    assert 'the file has "email": did you mean Email?' in issue.message


@pytest.mark.rows("K-078")
def test_the_required_columns_alone_are_enough(shopify: Import) -> None:
    report = shopify.reads(export(order("#1"), columns=REQUIRED))
    assert (report.status, report.issues) == ("completed", [])


@pytest.mark.rows("K-070")
@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("Order,Name,Kind,Gateway,Created At,Status,Amount,Currency,Card Type", "transaction histories"),
        ("Handle,Title,Body (HTML),Vendor,Type,Variant SKU", "products"),
        ("First Name,Last Name,Email,Accepts Email Marketing,Total Spent,Total Orders", "customers"),
    ],
)
def test_another_export_of_shopify_is_named(shopify: Import, header: str, named: str) -> None:
    report = shopify.reads(f"{header}\n{',' * header.count(',')}\n")
    assert (report.status, codes(report)) == ("failed", {"WRONG_EXPORT"})
    assert f"export of {named}" in (report.error or "")
    assert "Export orders" in (report.error or "")


@pytest.mark.rows("K-071", "K-076")
def test_the_order_id_is_the_name_or_the_id(shop: Shop) -> None:
    content = export(order("#1001", LINE, LINE, Id="4511"), order("#1002", Id="4512"))
    imported(shop, order_id="id").reads(content)
    assert [row["order_id"] for row in shop.ask("select order_id from orders order by 1")] == ["4511", "4512"]
    again = imported(shop, order_id="id").runs(force=True)
    assert counts(again) == {"unchanged": 3}


@pytest.mark.rows("K-076")
def test_an_order_without_its_id_is_rejected_as_a_whole(shop: Shop) -> None:
    report = imported(shop, order_id="id").reads(export(order("#1", LINE, LINE, Id=""), order("#2", Id="4512")))
    assert counts(report) == {"added": 1, "rejected": 2}
    assert shop.rejects(report.run_id) == [(2, "BLANK_ORDER_ID", None), (3, "ORDER_REJECTED", None)]


def test_an_id_that_a_spreadsheet_has_shortened_is_refused(shop: Shop) -> None:
    report = imported(shop, order_id="id").reads(export(order("#1", Id="4.51123E+12"), order("#2", Id="4512")))
    assert counts(report) == {"added": 1, "rejected": 1}
    assert shop.rejects(report.run_id) == [(2, "DAMAGED_ID", "Id")]
    assert any("export the file anew" in issue.message for issue in report.issues)


@pytest.mark.rows("K-072")
def test_lines_of_an_order_have_to_be_neighbours(shop: Shop, shopify: Import) -> None:
    first, second = order("#1", line(sku="a"), line(sku="b"))
    report = shopify.reads(export([first], order("#2"), [first | {"Lineitem sku": "c"}]))
    assert counts(report) == {"added": 2, "superseded": 1}
    assert [issue.column for issue in report.issues] == ["Name"]
    assert [one["sku"] for one in shop.order("#1")["line_items"]] == ["c"]
    assert second["Lineitem sku"] == "b"


@pytest.mark.rows("K-074", "K-087")
def test_addresses_are_hashed_on_demand(shop: Shop) -> None:
    shop.imports(format={"kind": "shopify_csv"}, hash_user_id=True).reads(export(order("#1", Email=" John@Email.com ")))
    found = shop.order("#1")
    assert found["user_id_type"] == "email_sha256"
    assert found["user_id"] == "fab1e2e699b3b927cbf875046a64f2225df02d5cb306f3857424c2bbb87be61f"


@pytest.mark.rows("K-075", "K-077")
def test_an_address_must_be_one(shop: Shop, shopify: Import) -> None:
    report = shopify.reads(
        export(order("#1", Email="jane"), order("#2", Email=""), order("#3", Email="Jo@Example.com"))
    )
    assert counts(report) == {"added": 1, "rejected": 2}
    assert shop.rejects(report.run_id) == [(2, "INVALID_USER_ID", "Email"), (3, "MISSING_VALUE", "Email")]
    assert shop.order("#3")["user_id"] == "jo@example.com"


@pytest.mark.rows("D4")
def test_a_phone_number_may_stand_in_for_the_address(shop: Shop) -> None:
    report = imported(shop, user_fallback="phone").reads(
        export(
            order("#1", Email="", Phone="'+33 6 12 34 56 78"),
            order("#2", Phone="'+33612345678"),
            order("#3", Email="", Phone="9.2E+11"),
            order("#4", Email="", Phone=""),
        )
    )
    assert counts(report) == {"added": 2, "rejected": 2}
    assert (shop.order("#1")["user_id_type"], shop.order("#1")["user_id"]) == ("phone", "+33612345678")
    assert shop.order("#2")["user_id_type"] == "email"
    assert [code for _, code, _ in shop.rejects(report.run_id)] == ["INVALID_USER_ID", "MISSING_VALUE"]


@pytest.mark.rows("K-077", "D4")
def test_a_blank_sku_rejects_unless_the_name_may_stand_in(shop: Shop) -> None:
    content = export(order("#1", line(sku="", name="Blue Mug / L (été)")), order("#2"))
    rejected = imported(shop).reads(content)
    assert shop.rejects(rejected.run_id) == [(2, "MISSING_VALUE", "Lineitem sku")]
    taken = imported(shop, sku_fallback="name_slug").reads(content)
    assert taken.status == "completed"
    (item,) = shop.order("#1")["line_items"]
    assert (item["sku"], item["productId"]) == ("blue-mug-l-été", "blue-mug-l-été")


@pytest.mark.rows("D19", "D4")
@pytest.mark.parametrize("first", [False, True])
def test_a_tip_is_no_line_item_but_its_row_counts(shop: Shop, shopify: Import, first: bool) -> None:
    lines = (TIP, LINE, line(sku="tea")) if first else (LINE, line(sku="tea"), TIP)
    rows = order("#1", *lines, Subtotal="40.00", Total="52.00")
    report = shopify.reads(export(rows, order("#2")))
    assert (report.status, report.issues) == ("completed", [])
    assert counts(report) == {"added": 4}
    found = shop.order("#1")
    assert found["custom_fields"] == {"tip": "3"}
    assert [item["sku"] for item in found["line_items"]] == ["mug-blue", "tea"]
    assert sum(Decimal(str(item["total"])) for item in found["line_items"]) == 49
    assert counts(shopify.runs(force=True)) == {"unchanged": 4}


@pytest.mark.rows("D19")
def test_a_tip_of_a_rejected_order_is_kept_for_repair_with_it(shop: Shop, shopify: Import) -> None:
    report = shopify.reads(export(order("#1", TIP, line(price="ten")), order("#2", TIP), order("#3", Total="29.00")))
    assert counts(report) == {"added": 1, "rejected": 3}
    assert shop.rejects(report.run_id) == [
        (2, "ORDER_REJECTED", None),
        (3, "INVALID_NUMBER", "Lineitem price"),
        (4, "NO_LINE_ITEMS", None),
    ]


@pytest.mark.rows("K-079", "D5")
def test_the_currency_is_one_of_iso_4217(shop: Shop, shopify: Import) -> None:
    report = shopify.reads(export(order("#1", Currency="EURO"), order("#2", Currency="USD")))
    assert shop.rejects(report.run_id) == [(2, "UNKNOWN_CURRENCY", "Currency")]
    assert shop.order("#2")["line_items"][0]["currency"] == "USD"


@pytest.mark.rows("K-082")
@pytest.mark.parametrize("column", ["Created at", "Paid at", "Fulfilled at"])
def test_times_are_read_as_shopify_writes_them(shop: Shop, shopify: Import, column: str) -> None:
    name = column.replace(" ", "_")
    assert shopify.reads(export(order("#1", **{name: "2020-09-16 10:38:06 +0100"}))).issues == []
    if column == "Created at":
        assert shop.events()[0]["occurred_at"] == "2020-09-16T09:38:06Z"
    report = shopify.reads(export(order("#2", **{name: "16/09/2020"})))
    assert {(issue.column, issue.severity) for issue in report.issues} == {
        (column, "error" if column == "Created at" else "warning")
    } | ({(None, "error")} if column == "Created at" else set())


@pytest.mark.rows("K-083", "D4")
def test_prices_with_taxes_inside_are_known_by_their_total(shop: Shop, shopify: Import) -> None:
    shopify.reads(export(order("#1", Subtotal="20.00", Taxes="3.19", Shipping="5.00", Total="25.00")))
    (item,) = shop.order("#1")["line_items"]
    assert (item["subtotal"], item["tax"], item["shipping"], item["total"]) == (16.81, 3.19, 5, 25)


@pytest.mark.rows("D4")
def test_refunds_go_to_the_lines(shop: Shop, shopify: Import) -> None:
    lines = line(quantity="1"), line(sku="tea", quantity="1", price="5.00")
    amounts = {"Subtotal": "15.00", "Shipping": "0.00", "Taxes": "0.00", "Total": "15.00"}
    report = shopify.reads(
        export(
            order("#1", *lines, Financial_Status="refunded", Refunded_Amount="15.00", **amounts),
            order("#2", *lines, Financial_Status="partially_refunded", Refunded_Amount="4.00", **amounts),
        )
    )
    assert [item["refund"] for item in shop.order("#1")["line_items"]] == [10, 5]
    assert [item["refund"] for item in shop.order("#2")["line_items"]] == [2.67, 1.33]
    assert [(issue.code, issue.items, issue.severity) for issue in report.issues] == [
        ("REFUND_ESTIMATED", 1, "warning")
    ]


@pytest.mark.rows("D21")
def test_under_clear_a_column_that_no_shopify_export_has_says_nothing(shop: Shop) -> None:
    shop.imports("crm", source={"kind": "local", "uri": "crm.csv"}).reads(
        "orderId,userIdType,userId,currency,total,subtotal,tax,shipping,discount,refund,createdAt,lineItem_productId,"
        "lineItem_sku,lineItem_currency,lineItem_total,lineItem_subtotal,lineItem_tax,lineItem_shipping,"
        "lineItem_discount,lineItem_refund,lineItem_quantity,lineItem_status,lineItem_size\n"
        "#1,email,jane@example.com,EUR,29,20,4,5,0,0,2024-03-01T09:15:00Z,mug-blue,mug-blue,EUR,29,20,4,5,0,0,2,placed,L\n"
    )
    shop.imports("web", format={"kind": "shopify_csv"}, empty="clear").reads(export(order("#1")))
    (item,) = shop.order("#1")["line_items"]
    assert (item["size"], item["status"]) == ("L", "paid")


@pytest.mark.rows("K-123", "K-124")
def test_transform_works_on_our_columns_and_takes_up_shopifys_own(shop: Shop) -> None:
    steps = [
        {"rename": "Tags", "to": "custom_tags"},
        {"new": "source", "value": "pos"},
        {"filter": 'Employee != "test"', "per": "order"},
    ]
    report = shop.imports(format={"kind": "shopify_csv"}, transform=steps).reads(
        export(
            order("#1", LINE, TIP, Tags="new, gift", Employee="Sam", Total="32.00"),
            order("#2", LINE, TIP, Employee="test"),
        )
    )
    assert counts(report) == {"added": 2, "skipped": 2}
    assert report.skipped.filtered == 2
    (event,) = shop.events()
    assert event["order"]["customFields"] == {"tags": "new, gift", "tip": "3"}
    assert event["order"]["source"] == "pos"


def test_the_order_id_of_an_export_is_chosen_by_order_id_alone(shop: Shop) -> None:
    for step in ({"rename": "Id", "to": "orderId"}, {"copy": "orderId", "to": "custom_id", "lower": True}):
        options = {"format": {"kind": "shopify_csv"}, "transform": [step]}
        if "rename" in step:
            with pytest.raises(ConfigurationError, match="the format says which column is the order's id"):
                shop.imports(**options)
        else:
            assert shop.imports(**options).reads(export(order("#1"))).status == "completed"


@pytest.mark.rows("K-014")
def test_a_later_export_updates_what_changed(shop: Shop, shopify: Import) -> None:
    shopify.reads(export(order("#1", Financial_Status="pending"), order("#2")))
    report = shopify.reads(export(order("#1", line(fulfillment_status="fulfilled")), order("#2")))
    assert counts(report) == {"updated": 1, "unchanged": 1}
    assert shop.order("#1")["line_items"][0]["status"] == "fulfilled"


def test_quoted_line_ends_and_columns_of_other_years_do_no_harm(shop: Shop, shopify: Import) -> None:
    content = export(
        order("#1", Notes="Ring,\nthen wait", Shipping_Zip="'75001", Payment_References="c1", Tax_1_Name="TVA"),
        order("#2"),
    )
    report = shopify.reads(content.replace("\n#2", "\r\n#2"))
    assert (report.status, report.issues) == ("completed", [])
    assert ORDER["Id"] == "4511"


NEWEST = ("Payment References",)
SINCE_2022 = ("Payment ID", "Payment Terms Name", "Next Payment Due At")


@pytest.mark.rows("D4")
@pytest.mark.parametrize(("lacking", "columns"), [((), 79), (NEWEST, 78), (NEWEST + SINCE_2022, 75)])
def test_exports_of_all_years_say_the_same(shop: Shop, lacking: tuple[str, ...], columns: int) -> None:
    with EXAMPLE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in rows[0] if name not in lacking]
    assert len(names) == columns
    imported(shop).reads(EXAMPLE.read_bytes())
    report = shop.imports("older", format={"kind": "shopify_csv"}).reads(export(rows, columns=names[::-1]))
    assert (counts(report), report.issues) == ({"unchanged": 8}, [])


def test_taxes_of_a_cent_are_read_the_way_that_fits_better(shop: Shop, shopify: Import) -> None:
    amounts = {"Subtotal": "0.03", "Shipping": "0.00", "Taxes": "0.01"}
    lines = (line(price="0.03", quantity="1"),)
    shopify.reads(export(order("#1", *lines, Total="0.04", **amounts), order("#2", *lines, Total="0.03", **amounts)))
    found = [shop.order(name)["line_items"][0] for name in ("#1", "#2")]
    assert [(item["subtotal"], item["total"]) for item in found] == [(0.03, 0.04), (0.02, 0.03)]


def test_a_sku_that_a_spreadsheet_has_shortened_is_refused(shop: Shop, shopify: Import) -> None:
    report = shopify.reads(export(order("#1", line(sku="4.5E+12")), order("#2", line(sku="1E5"))))
    assert shop.rejects(report.run_id) == [(2, "DAMAGED_ID", "Lineitem sku")]
    assert shop.order("#2")["line_items"][0]["sku"] == "1E5"


@pytest.mark.rows("D13")
def test_an_absurd_amount_is_found_in_the_price(shop: Shop, shopify: Import) -> None:
    report = shopify.reads(export(order("#1", line(price="800000000000", quantity="800000000000")), order("#2")))
    assert counts(report) == {"added": 1, "rejected": 1}
    assert (2, "INVALID_NUMBER", "Lineitem price") in shop.rejects(report.run_id)
