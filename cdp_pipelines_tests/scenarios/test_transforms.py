"""Whole imports with transformations: a file of foreign columns in, orders, rejects and the report out."""

import hashlib
import hmac

import pytest

from cdp_pipelines_tests.scenarios.catalogue import feed
from cdp_pipelines_tests.scenarios.shop import Import, Row, Shop, codes, counts, line, order, text

NAMES = {"orderId": "Order No", "createdAt": "bought_at", "userId": "mail", "lineItem_status": "state"}
STEPS = [
    {"rename": "Order No", "to": "orderId"},
    {"rename": "bought_at", "to": "createdAt", "timestamp": "yyyy/MM/dd hh:mm"},
    {"rename": "mail", "to": "userId"},
    {"rename": "state", "to": "lineItem_status", "map": {"1": "placed", "2": "paid"}},
]


def foreign(*orders: list[Row], **cells: str) -> str:
    """Orders under the names of another shop; `cells` stand on the first row of each order that does not have them."""
    filled = [[cells | rows[0], *rows[1:]] for rows in orders]
    lines = text(filled).splitlines(keepends=True)
    return ",".join(NAMES.get(name, name) for name in lines[0].rstrip().split(",")) + "\n" + "".join(lines[1:])


def one(order_id: str, *lines: Row, **cells: str) -> list[Row]:
    cells = {"createdAt": "2024/03/01 14:25"} | cells
    return order(order_id, *(lines or (line(status="1"),)), **cells)


def imports(shop: Shop, *steps: dict[str, object], **attributes: object) -> Import:
    return shop.imports(format={"kind": "csv"}, transform=[*STEPS, *steps], **attributes)


@pytest.mark.rows("K-123", "K-124", "K-130", "K-133", "D6")
def test_a_file_of_other_columns_becomes_orders_and_stays_as_it_was(shop: Shop) -> None:
    content = foreign(one("A-1", line(status="1"), line(status="2")), one("A-2"))
    report = imports(shop).reads(content)
    assert (report.status, counts(report), codes(report)) == ("completed", {"added": 3}, set())
    found = shop.order("A-1")
    assert found["created_at"].isoformat() == "2024-03-01T14:25:00+00:00"
    assert [item["status"] for item in found["line_items"]] == ["placed", "paid"]
    assert (shop.folder / "orders.csv").read_text() == content


@pytest.mark.rows("K-125", "K-126", "K-127")
def test_copies_new_fields_and_deleted_ones(shop: Shop) -> None:
    steps = (
        {"copy": "shippingCountry", "to": "custom_land", "lower": True},
        {"new": "source", "value": "pos"},
        {"new": "custom_stores", "value": 2},
        {"delete": "internal_note"},
    )
    report = imports(shop, *steps).reads(foreign(one("A-1"), shippingCountry="FRANCE", internal_note="x"))
    found = shop.order("A-1")
    assert codes(report) == set()
    assert (found["source"], found["shipping_country"]) == ("pos", "FRANCE")
    assert found["custom_fields"] == {"land": "france", "stores": "2"}


def test_the_same_file_again_is_unchanged_and_another_transformation_reads_it_anew(shop: Shop) -> None:
    content = foreign(one("A-1"))
    imports(shop).reads(content)
    more = foreign(one("A-1"), one("A-2"))
    assert counts(imports(shop).reads(more)) == {"unchanged": 1, "added": 1}
    again = imports(shop, {"new": "source", "value": "pos"}).reads(more)
    assert counts(again) == {"updated": 2}


@pytest.mark.rows("K-134", "K-137", "D7", "D13")
def test_a_value_that_cannot_be_cast_rejects_its_order_with_the_cells_as_they_came(shop: Shop) -> None:
    cast = {"copy": "score", "to": "custom_score", "cast": "integer"}
    crm = imports(shop, cast)
    good, bad = one("A-1"), one("A-2", line(status="1"), line(status="1"))
    bad[0]["score"] = "car"
    report = crm.reads(foreign(good, bad, score="7.9"))
    assert counts(report) == {"added": 1, "rejected": 2}
    assert shop.rejects(report.run_id) == [(3, "CAST_FAILED", "score"), (4, "ORDER_REJECTED", None)]
    (raw,) = shop.ask("select raw from rejects where run_id = %s and line = 3", report.run_id)
    assert (raw["raw"]["score"], raw["raw"]["Order No"], raw["raw"]["state"]) == ("car", "A-2", "1")
    assert shop.order("A-1")["custom_fields"] == {"score": "7"}


@pytest.mark.rows("K-134", "D7")
def test_or_it_becomes_nothing(shop: Shop) -> None:
    cast = {"copy": "score", "to": "custom_score", "cast": "integer"}
    report = imports(shop, cast, on_cast_error="null").reads(foreign(one("A-1"), score="car"))
    assert (counts(report), codes(report)) == ({"added": 1}, {"UNKNOWN_COLUMN"})
    assert shop.order("A-1")["custom_fields"] == {}


def test_a_time_that_cannot_be_read_is_not_missing_as_well(shop: Shop) -> None:
    report = imports(shop).reads(foreign(one("A-1"), one("A-2", createdAt="2024-03-01"), one("A-3", createdAt="")))
    assert shop.rejects(report.run_id) == [(3, "TIMESTAMP_FAILED", "bought_at"), (4, "MISSING_VALUE", "createdAt")]
    (issue,) = [issue for issue in report.issues if issue.code == "TIMESTAMP_FAILED"]
    assert (issue.rows, issue.items, issue.sample_lines) == (1, 1, [3])


@pytest.mark.rows("D33")
def test_times_without_a_zone_are_in_the_zone_of_the_import(shop: Shop) -> None:
    imports(shop, timezone="Europe/Berlin").reads(foreign(one("A-1")))
    assert shop.order("A-1")["created_at"].isoformat() == "2024-03-01T13:25:00+00:00"


@pytest.mark.rows("D15", "D26")
def test_filtered_rows_are_skipped_and_their_orders_go_on_without_them(shop: Shop) -> None:
    keep = {"filter": 'lineItem_sku != "tip"'}
    tip = line(sku="tip", status="1", total="0", subtotal="0", tax="0", shipping="0")
    content = foreign(one("A-1", tip, line(status="1")), one("A-2", tip), one("A-3", line(status="1"), tip, tip))
    report = imports(shop, keep).reads(content)
    assert counts(report) == {"added": 2, "skipped": 4}
    assert (report.skipped.filtered, report.items.skipped, report.items.total) == (4, 1, 3)
    found = shop.order("A-1")
    assert (found["user_id"], [item["sku"] for item in found["line_items"]]) == ("jane@example.com", ["mug-blue"])
    assert [len(row["state"]["line_items"]) for row in shop.orders()] == [1, 1]
    assert codes(report) == set()


def test_a_file_of_which_nothing_is_left_is_no_failure(shop: Shop) -> None:
    report = imports(shop, {"filter": "orderId is empty"}).reads(foreign(one("A-1"), one("A-2")))
    assert (report.status, counts(report), shop.orders()) == ("completed", {"skipped": 2}, [])


def test_a_filter_by_a_detail_of_the_order_keeps_or_skips_all_of_its_rows(shop: Shop) -> None:
    two = line(status="1"), line(status="1")
    content = foreign(one("A-1", *two, source="web"), one("A-2", *two, source="test"))
    report = imports(shop, {"filter": 'source == "web"'}).reads(content)
    assert counts(report) == {"added": 2, "skipped": 2}
    channels = foreign(one("A-3", *two), channel="web") + foreign(one("A-4", *two), channel="test").partition("\n")[2]
    report = imports(shop, {"filter": 'channel == "web"', "per": "order"}).reads(channels)
    assert counts(report) == {"added": 2, "skipped": 2}


def test_defaults_do_not_contradict_the_order_in_its_later_rows(shop: Shop) -> None:
    fill = {"rename": "source", "to": "source", "default": "web"}
    two = line(status="1"), line(status="1")
    report = imports(shop, fill).reads(foreign(one("A-1", *two, source="pos"), one("A-2", *two)))
    assert codes(report) == set()
    assert (shop.order("A-1")["source"], shop.order("A-2")["source"]) == ("pos", "web")


@pytest.mark.rows("D27")
def test_a_column_that_feeds_orders_and_lines_may_be_filled_on_rows_without_an_order_id(shop: Shop) -> None:
    rows = one("A-1", line(status="1"), line(status="1"))
    rows[1]["orderId"] = ""
    content = foreign(rows).replace("lineItem_currency", "money", 1)
    steps = {"copy": "money", "to": "currency"}, {"rename": "money", "to": "lineItem_currency"}
    content = content.replace(",currency,", ",old currency,", 1)
    report = imports(shop, *steps).reads(content)
    assert counts(report) == {"added": 2}
    filled = foreign(rows + one("A-2")).splitlines(keepends=True)
    filled[2] = filled[2].replace(",,", ",late@example.com,", 1)
    report = imports(shop).reads("".join(filled))
    assert "BLANK_ORDER_ID" in codes(report)


@pytest.mark.rows("D2")
def test_orders_that_are_not_consecutive_are_found_by_their_own_column(shop: Shop) -> None:
    report = imports(shop).reads(foreign(one("A-1"), one("A-2"), one("A-1", source="web")))
    assert counts(report) == {"added": 2, "superseded": 1}
    assert shop.order("A-1")["source"] == "web"


def test_results_do_not_depend_on_the_size_of_batches(shop: Shop) -> None:
    two = line(status="1"), line(status="2", sku="tip")
    content = foreign(*(one(f"A-{n}", *two, source="web" if n % 3 else "") for n in range(20)))
    steps = {"filter": 'lineItem_sku != "tip" or source is empty'}, {"copy": "source", "to": "custom_from"}
    reports = [
        imports(shop, *steps, name=name, site=name).reads(content, day=1, batch=batch, block_size=size)
        for name, batch, size in (("a", 50_000, 2 << 20), ("b", 3, 200))
    ]
    assert counts(reports[0]) == counts(reports[1]) == {"added": 27, "skipped": 13}
    states = {
        site: [row["state"] | {"site": ""} for row in shop.orders() if row["state"]["site"] == site] for site in "ab"
    }
    assert states["a"] == states["b"]


def test_columns_that_are_not_there_or_there_twice_are_told(shop: Shop) -> None:
    steps = {"rename": "Land", "to": "shippingCountry"}, {"copy": "land", "to": "source"}
    report = imports(shop, *steps).reads(foreign(one("A-1"), land="FR", source="web"))
    told = {(issue.code, issue.column): issue for issue in report.issues}
    assert set(told) == {
        ("TRANSFORM_COLUMN_MISSING", "Land"),
        ("COLUMN_REPLACED", "source"),
        ("UNKNOWN_COLUMN", "land"),
    }
    assert (
        "step 5 of transform works without it; did you mean land?" in told["TRANSFORM_COLUMN_MISSING", "Land"].message
    )
    assert shop.order("A-1")["source"] == "FR"


def test_a_file_without_what_is_needed_is_refused(shop: Shop) -> None:
    report = imports(shop, {"filter": "chanel is empty"}).reads(foreign(one("A-1"), channel="web"))
    assert (report.status, codes(report) & {"MISSING_COLUMN"}) == ("failed", {"MISSING_COLUMN"})
    assert "did you mean channel?" in str(report.error)
    report = imports(shop).reads(foreign(one("A-1")).replace("Order No", "Order Number"))
    assert (report.status, "lacks orderId" in str(report.error)) == ("failed", True)


def test_steps_for_several_generations_of_a_file_go_side_by_side(shop: Shop) -> None:
    older = imports(shop, {"rename": "Bestellung", "to": "orderId"})
    assert counts(older.reads(foreign(one("A-1")).replace("Order No", "Bestellung"))) == {"added": 1}
    assert counts(older.reads(foreign(one("A-2")))) == {"added": 1}


def test_what_a_shop_does_not_know_can_be_given(shop: Shop) -> None:
    content = foreign(one("A-1")).replace("shipping", "Porto")
    steps = ({"new": name, "value": 0} for name in ("shipping", "lineItem_shipping"))
    report = imports(shop, *steps, money_check="off").reads(content)
    assert (counts(report), shop.order("A-1")["shipping"]) == ({"added": 1}, 0)


def test_an_order_id_that_this_very_file_would_change_is_refused(shop: Shop) -> None:
    changing = {"rename": "Bestellung", "to": "orderId", "trim": True}
    crm = shop.imports(format={"kind": "csv"}, transform=[changing, *STEPS])
    report = crm.reads(foreign(one("A-1")).replace("Order No", "Bestellung"))
    assert (report.status, "step 1 makes orderId in a way that changes it" in str(report.error)) == ("failed", True)


@pytest.mark.rows("K-140")
def test_an_order_import_needs_no_cast(shop: Shop) -> None:
    cast = [{"rename": name, "to": name, "cast": "float"} for name in ("total", "tax")]
    content = foreign(one("A-1"))
    imports(shop).reads(content)
    plain = shop.orders()
    assert counts(imports(shop, *cast).reads(content, day=1)) == {"unchanged": 1}
    assert shop.orders() == plain


def test_hashed_ids_are_stored_and_the_key_is_in_no_report(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_KEY", "sesame")
    steps = (
        {"new": "userIdType", "value": "crm_id"},
        {"rename": "userId", "to": "userId", "trim": True, "lower": True, "hash": "hmac_sha256", "key": "SHOP_KEY"},
        {"copy": "orderId", "to": "custom_print", "hash": "sha256"},
    )
    crm = imports(shop, *steps)
    report = crm.reads(foreign(one("A-1", userId=" Jane@Example.com")))
    found = shop.order("A-1")
    assert found["user_id"] == hmac.new(b"sesame", b"jane@example.com", "sha256").hexdigest()
    assert found["custom_fields"] == {"print": hashlib.sha256(b"A-1").hexdigest()}
    assert "sesame" not in str(report.as_dict())
    monkeypatch.delenv("SHOP_KEY")
    report = crm.reads(foreign(one("A-2")))
    assert (report.status, "SHOP_KEY is not set" in str(report.error)) == ("failed", True)


def test_a_dry_run_transforms_and_stores_nothing(shop: Shop) -> None:
    report = imports(shop).reads(foreign(one("A-1")), dry_run=True)
    assert (counts(report), shop.orders()) == ({"added": 1}, [])


@pytest.mark.rows("K-131", "K-139", "D12")
def test_product_feeds_in_json_lines_keep_the_types_of_what_they_do_not_cast(shop: Shop) -> None:
    steps = [
        {"rename": "sku", "to": "id"},
        {"copy": "stars", "to": "rounded", "cast": "integer"},
        {"rename": "kind", "to": "kind", "map": {"1": "one"}},
        {"filter": 'state != "draft"'},
    ]
    products = feed(shop, transform=steps)
    one = {"sku": "mug", "stars": 3.8, "kind": 1, "state": "live"}
    bad, draft = {"sku": "pen", "stars": "many"}, {"sku": "cup", "stars": "none", "state": "draft"}
    report = products.gets(one, bad, draft, one | {"sku": "jar", "kind": "1"}, day=1)
    assert report.error is None
    assert counts(report) == {"added": 2, "rejected": 1, "skipped": 1}
    assert (report.skipped.filtered, report.items.total) == (1, 4)
    assert shop.rejects(report.run_id) == [(2, "CAST_FAILED", "stars")]
    found = shop.ask("select product_id, document from product_versions order by product_id")
    assert [(row["product_id"], row["document"]["rounded"], row["document"]["kind"]) for row in found] == [
        ("jar", 3, "one"),
        ("mug", 3, 1),
    ]
