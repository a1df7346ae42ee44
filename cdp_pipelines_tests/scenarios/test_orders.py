"""From rows to orders and events: what is placed, what is updated, which rows belong together."""

from decimal import Decimal
from pathlib import Path

import pytest

from cdp_pipelines_tests.scenarios.shop import REQUIRED, Shop, codes, counts, line, order, text

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "kevel_orders.csv"


@pytest.mark.rows("K-023", "K-024")
def test_the_example_with_every_field_imports_without_an_issue(shop: Shop) -> None:
    report = shop.imports().runs(file=str(EXAMPLE))
    assert (report.status, report.issues) == ("completed", [])
    assert shop.order("00124")["total"] == Decimal("43.9")


@pytest.mark.rows("K-024")
def test_utf8_is_what_is_read_by_default(shop: Shop) -> None:
    shop.imports().gets(order("Ñ-1", line(name="Käse 🧀")))
    assert shop.order("Ñ-1")["line_items"][0]["name"] == "Käse 🧀"


@pytest.mark.rows("K-016")
def test_an_unknown_order_is_placed_once(shop: Shop) -> None:
    report = shop.imports().gets(order("A-1", line(), line(sku="tea")))
    assert (report.rows.added, report.items.added, report.events.orderPlace) == (2, 1, 1)
    assert shop.told() == [("orderPlace", "A-1")]


@pytest.mark.rows("K-014", "K-017")
@pytest.mark.parametrize("status", ["paid", "fulfilled", "refunded", "cancelled"])
def test_a_known_order_with_news_is_updated_once(shop: Shop, status: str) -> None:
    export = shop.imports()
    export.gets(order("A-1", line()), order("A-2"))
    report = export.gets(order("A-1", line(status=status)), order("A-2"))
    assert counts(report) == {"updated": 1, "unchanged": 1}
    assert shop.told()[2:] == [("orderUpdate", "A-1")]
    assert shop.order("A-1")["line_items"][0]["status"] == status


@pytest.mark.rows("K-014")
def test_a_refund_reaches_the_order_and_its_event(shop: Shop) -> None:
    export = shop.imports()
    export.gets(order("A-1"))
    export.gets(order("A-1", line(refund="10.00", status="refunded"), refund="10.00"))
    assert shop.order("A-1")["refund"] == 10
    assert shop.events()[1]["changed"] == ["$.order.refund", "$.lineItems[0].refund", "$.lineItems[0].status"]


@pytest.mark.rows("K-015")
def test_an_import_completes_what_was_known_with_less(shop: Shop) -> None:
    export = shop.imports()
    export.gets(order("A-1"))
    export.gets(order("A-1", line(name="Blue mug", brand="Contoso"), paymentMethod="Visa"))
    state = shop.order("A-1")
    assert (state["payment_method"], state["line_items"][0]["brand"]) == ("Visa", "Contoso")
    assert shop.told()[1:] == [("orderUpdate", "A-1")]


@pytest.mark.rows("K-013")
def test_only_order_events_come_of_orders(shop: Shop) -> None:
    export = shop.imports()
    export.gets(order("A-1"))
    export.gets(order("A-1", line(status="paid")))
    assert {event["type"] for event in shop.events()} == {"orderPlace", "orderUpdate"}


@pytest.mark.rows("K-018")
def test_the_same_amount_written_otherwise_is_nothing_new(shop: Shop) -> None:
    export = shop.imports()
    export.gets(order("A-1", line(total="102.50")))
    report = export.gets(order("A-1", line(total="1.025e2")))
    assert counts(report) == {"unchanged": 1}
    assert shop.told() == [("orderPlace", "A-1")]


@pytest.mark.rows("K-030", "K-005")
def test_order_ids_are_exact_strings(shop: Shop) -> None:
    ids = [
        "00123",
        "123",
        "123.0",
        "1E5",
        "a",
        "A",
        "NA",
        "null",
        "9007199254740993",
        'say "x"',
        "tab\there",
        "x" * 512,
    ]
    report = shop.imports().gets(*(order(one) for one in ids))
    assert report.items.added == len(ids)
    assert {row["order_id"] for row in shop.ask("select order_id from orders")} == set(ids)


@pytest.mark.rows("K-030")
def test_an_order_id_that_no_index_holds_is_refused(shop: Shop) -> None:
    report = shop.imports().gets(order("x" * 513), order("A-1"))
    assert shop.rejects(report.run_id) == [(2, "VALUE_TOO_LONG", "orderId")]


@pytest.mark.rows("K-027", "K-026")
def test_every_row_is_a_line_item_and_only_the_first_one_tells_about_the_order(shop: Shop) -> None:
    rows = order("A-1", line(sku="mug"), line(sku="tea"), line(sku="mug"), source="web")
    rows[2]["source"] = "POS"
    report = shop.imports().gets(rows)
    state = shop.order("A-1")
    assert [one["sku"] for one in state["line_items"]] == ["mug", "tea", "mug"]
    assert state["source"] == "web"
    (issue,) = report.issues
    assert (issue.severity, issue.code, issue.column) == ("warning", "ORDER_VALUE_IGNORED", "source")
    assert issue.sample_lines == [4]


@pytest.mark.rows("K-026", "D2")
def test_an_order_whose_first_row_says_too_little_is_rejected(shop: Shop) -> None:
    rows = order("A-1", line(), line())
    rows[0]["total"] = ""
    report = shop.imports().gets(rows, order("A-2"))
    assert counts(report) == {"rejected": 2, "added": 1}
    assert shop.rejects(report.run_id) == [(2, "MISSING_VALUE", "total"), (3, "ORDER_REJECTED", None)]


@pytest.mark.rows("K-025", "D2")
@pytest.mark.parametrize("block_size", [1, 300, 2 << 20])
def test_only_the_last_group_of_an_order_counts(shop: Shop, block_size: int) -> None:
    early = order("A-1", line(sku="early"), line(sku="earlier"))
    late = order("A-1", line(sku="late"))
    report = shop.imports().gets(early, order("A-2"), late, order("A-3"), block_size=block_size)
    assert counts(report) == {"superseded": 2, "added": 3}
    assert (report.status, report.items.total) == ("completed", 3)
    assert [one["sku"] for one in shop.order("A-1")["line_items"]] == ["late"]
    (issue,) = report.issues
    assert (issue.code, issue.rows, issue.sample_lines) == ("SUPERSEDED_ROWS", 2, [2, 3])


@pytest.mark.rows("K-025", "D2")
def test_a_last_group_without_the_orders_columns_is_rejected_and_earlier_ones_stay_superseded(shop: Shop) -> None:
    one = order("A-1", line(sku="first"), line(sku="last"))
    report = shop.imports().gets(one[:1], order("A-2"), one[1:])
    assert counts(report) == {"superseded": 1, "added": 1, "rejected": 1}
    assert [row["order_id"] for row in shop.ask("select order_id from orders")] == ["A-2"]
    assert (report.status, {code for _, code, _ in shop.rejects(report.run_id)}) == ("partial", {"MISSING_VALUE"})


@pytest.mark.rows("K-006", "D13")
def test_one_bad_line_rejects_its_order_and_no_other(shop: Shop) -> None:
    bad = order("A-1", line(), line(status="lost"), line())
    report = shop.imports().gets(bad, order("A-2"), order("A-3"))
    assert counts(report) == {"rejected": 3, "added": 2}
    assert (report.status, report.items.rejected) == ("partial", 1)
    assert shop.rejects(report.run_id) == [
        (2, "ORDER_REJECTED", None),
        (3, "UNKNOWN_STATUS", "lineItem_status"),
        (4, "ORDER_REJECTED", None),
    ]


@pytest.mark.rows("D13")
def test_a_rejected_order_keeps_what_is_stored_of_it(shop: Shop) -> None:
    export = shop.imports()
    export.gets(order("A-1"), order("A-2"))
    before = shop.orders()
    export.gets(order("A-1", line(status="lost")), order("A-2"))
    assert shop.orders()[0] == before[0]
    report = export.gets(order("A-1", line(status="paid")), order("A-2"))
    assert counts(report) == {"updated": 1, "unchanged": 1}


@pytest.mark.rows("K-007")
def test_keys_are_case_sensitive_and_the_right_one_is_named(shop: Shop) -> None:
    report = shop.imports().reads(text([order("A-1")]).replace("orderId", "orderid"))
    assert (report.status, report.rows.read) == ("failed", 0)
    (missing,) = [issue for issue in report.issues if issue.severity == "error"]
    assert (missing.code, missing.column) == ("MISSING_COLUMN", "orderId")
    assert "did you mean orderId" in missing.message
    assert "did you mean orderId" in (report.error or "")


@pytest.mark.rows("K-006")
def test_every_missing_column_is_an_issue_of_its_own(shop: Shop) -> None:
    missing = ["refund", "tax", "lineItem_sku"]
    report = shop.imports().reads(text([order("A-1")], [name for name in REQUIRED if name not in missing]))
    assert [issue.column for issue in report.issues if issue.code == "MISSING_COLUMN"] == sorted(missing)
    assert all(name in (report.error or "") for name in missing)


def test_columns_that_are_none_of_ours_are_ignored_and_told(shop: Shop) -> None:
    rows = order("A-1", note="x", paymentMethd="Visa")
    report = shop.imports().reads(text([rows]))
    told = {issue.column: issue.message for issue in report.issues}
    assert (report.status, set(told)) == ("completed", {"note", "paymentMethd"})
    assert "did you mean paymentMethod?" in told["paymentMethd"]


@pytest.mark.rows("D27")
def test_rows_with_blank_order_columns_continue_the_order_above(shop: Shop) -> None:
    rows = order("A-1", line(sku="mug"), line(sku="tea"), line(sku="bun"))
    rows[1]["orderId"] = rows[2]["orderId"] = ""
    report = shop.imports().gets(rows, order("A-2"))
    assert (counts(report), report.items.added) == ({"added": 4}, 2)
    assert [one["sku"] for one in shop.order("A-1")["line_items"]] == ["mug", "tea", "bun"]


@pytest.mark.rows("D27")
@pytest.mark.parametrize("block_size", [1, 2 << 20])
def test_a_row_without_order_id_but_with_other_order_columns_is_an_item_of_its_own(shop: Shop, block_size: int) -> None:
    rows = order("A-1", line(sku="mug"), line(sku="tea"))
    (stray,) = order("", line(sku="lost"))
    report = shop.imports().gets([rows[0], stray, rows[1]], order("A-2"), block_size=block_size)
    assert counts(report) == {"added": 3, "rejected": 1}
    assert (report.items.total, report.items.rejected) == (3, 1)
    assert shop.rejects(report.run_id) == [(3, "BLANK_ORDER_ID", "orderId")]
    assert [one["sku"] for one in shop.order("A-1")["line_items"]] == ["mug", "tea"]


@pytest.mark.rows("D27")
def test_a_file_that_begins_in_the_middle_of_an_order(shop: Shop) -> None:
    report = shop.imports().gets([{"orderId": ""} | line()], order("A-1"))
    assert shop.rejects(report.run_id) == [(2, "NO_ORDER_ABOVE", "orderId")]
    assert report.rows.added == 1


@pytest.mark.rows("K-048")
def test_a_line_item_id_twice_in_an_order_rejects_it(shop: Shop) -> None:
    twice = order("A-1", line(id="1"), line(id="1"))
    report = shop.imports().gets(twice, order("A-2", line(id="1")), order("A-3", line(id="1")))
    assert counts(report) == {"rejected": 2, "added": 2}
    assert "DUPLICATE_LINE_ITEM_ID" in codes(report)


@pytest.mark.rows("K-034", "K-035", "K-057", "D1")
@pytest.mark.parametrize(("check", "outcome"), [("warn", "added"), ("reject", "rejected"), ("off", "added")])
def test_money_that_does_not_add_up(shop: Shop, check: str, outcome: str) -> None:
    export = shop.imports(money_check=check)
    wrong, wrong_line = order("A-1", total="10.02"), order("A-2", line(total="9.98"), total="10", subtotal="8")
    report = export.gets(order("A-0"), wrong, wrong_line)
    assert counts(report) == {"added": 1, outcome: 2} if outcome == "rejected" else {"added": 3}
    columns = {issue.column for issue in report.issues if issue.code == "MONEY_MISMATCH"}
    assert columns == (set() if check == "off" else {"total", "lineItem_total"})


@pytest.mark.rows("D1")
def test_a_cent_per_line_is_tolerated(shop: Shop) -> None:
    report = shop.imports(money_check="reject").gets(
        order("A-1", total="10.01"), order("A-2", line(), line(), total="20.02"), order("A-3", line(), total="10.02")
    )
    assert (report.items.added, report.items.rejected) == (2, 1)


@pytest.mark.rows("K-025", "D2")
def test_files_of_one_run_whose_orders_are_not_consecutive(shop: Shop) -> None:
    export = shop.imports(source={"kind": "local", "uri": "night-*.csv"})
    for name in "abc":
        rows = [order("A-1", line(name=f"early {name}")), order(f"{name}-2"), order("A-1", line(name=f"late {name}"))]
        shop.write(f"night-{name}.csv", text(rows), day=ord(name) - 96)
    report = export.runs()
    assert counts(report) == {"superseded": 3, "added": 4, "updated": 2}
    assert shop.order("A-1")["line_items"][0]["name"] == "late c"
    shop.write("night-d.csv", text(rows).replace("orderId", "orderid"), day=4)
    assert "MISSING_COLUMN" in codes(export.runs())
