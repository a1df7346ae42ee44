"""Orders completed from product feeds: what is filled in, from which version, and what it never touches."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cdp_pipelines_tests.scenarios.catalogue import feed, lines
from cdp_pipelines_tests.scenarios.shop import Shop, codes, counts, line, order
from cdp_pipelines_tests.scenarios.tables import checksums

MUG = {
    "id": "mug", "name": 'Mug "big"\\, é😀', "brand": "Adatum", "category": "Home > Mugs", "itemGroupId": "G1",
    "categoriesList": ["Home", "Mugs"], "size": "L", "sizeSystem": "EU", "adult": True, "price": 99, "currency": "USD",
    "image": "https://shop.example.com/mug.png", "sku": "other", "status": "cancelled", "quantity": 7,
}  # fmt: skip
TEA = {"id": "tea", "name": "Tea", "brand": "", "categoriesList": []}
FILLED = ("name", "brand", "category", "itemGroupId", "categoriesList", "size", "sizeSystem")


def items(shop: Shop, order_id: str = "A") -> list[dict[str, Any]]:
    """The line items of an order's current state, after a look whether its last event has the same."""
    found = shop.order(order_id)["line_items"]
    assert [e for e in shop.events() if e["order"]["id"] == order_id][-1]["lineItems"] == found
    return found


@pytest.mark.rows("K-019", "K-020", "K-021", "K-106")
def test_what_a_line_item_leaves_out_is_filled_in_and_nothing_else(shop: Shop) -> None:
    feed(shop).gets(MUG, TEA, day=1)
    rich = line(sku="s2", name="Own", categoriesList="Own;List", size="S")
    orders = order("A", line(), rich, line(sku="s3", category="X")), order("B", line(productId="tea"))
    report = shop.imports().gets(*orders)
    bare, own, third = items(shop)
    assert {name: bare[name] for name in FILLED} == {name: MUG[name] for name in FILLED}
    assert set(bare) == {*FILLED, "productId", "sku", "currency", "total", "subtotal", "tax", "shipping", "discount",
                         "refund", "quantity", "adult", "status"}  # fmt: skip
    assert (bare["adult"], bare["currency"], bare["sku"], bare["quantity"]) == (False, "EUR", "mug-blue", 1)
    assert (own["name"], own["categoriesList"], own["size"]) == ("Own", ["Own", "List"], "S")
    assert (own["brand"], own["category"]) == ("Adatum", "Home > Mugs")
    assert (third["category"], third["name"]) == ("X", MUG["name"])
    (tea,) = items(shop, "B")
    assert tea["name"] == "Tea"
    assert not tea.keys() & {"brand", "categoriesList"}
    assert report.enriched.model_dump() == {"items": 4, "fields": 7 + 4 + 6 + 1, "coverage": 1.0}


def test_a_cell_that_holds_no_entry_of_a_list_is_left_out(shop: Shop) -> None:
    feed(shop).gets(MUG, day=1)
    report = shop.imports(empty="clear").gets(
        order("A", line(categoriesList=" ; ", name=""), line(name="Own", sku="2"))
    )
    first, second = items(shop)
    assert (first["categoriesList"], first["name"], second["name"]) == (["Home", "Mugs"], MUG["name"], "Own")
    assert report.enriched.fields == 7 + 6


@pytest.mark.rows("K-022", "K-005")
def test_without_feed_or_with_an_unknown_id_events_are_emitted_as_they_are(shop: Shop) -> None:
    exports = shop.imports()
    none = exports.gets(order("A"))
    assert (none.enriched.model_dump(), none.events.orderPlace) == ({"items": 0, "fields": 0, "coverage": None}, 1)
    feed(shop, site="other").gets(MUG, day=1)
    assert exports.gets(order("B")).enriched.coverage is None
    feed(shop, "own").gets(MUG | {"id": "MUG"}, TEA, day=1)
    unknown = exports.gets(order("C"), order("D", line(), line(productId="tea", sku="t")))
    assert unknown.enriched.model_dump() == {"items": 1, "fields": 1, "coverage": 1 / 3}
    assert unknown.events.orderPlace == 2
    assert not any("name" in items(shop, order_id)[0] for order_id in "ABCD")
    assert items(shop, "D")[1]["name"] == "Tea"
    stored = shop.ask("select enriched from order_versions order by seq")
    assert [row["enriched"] for row in stored] == [None, None, None, '[null,{"name":"Tea"}]']


@pytest.mark.rows("D29")
def test_the_version_at_the_orders_time_counts_else_the_earliest(shop: Shop) -> None:
    products = feed(shop)
    for day, name in ((3, "Early"), (5, "Middle"), (6, None), (8, "Late")):
        products.gets({"id": "x"}, *([MUG | {"name": name}] if name else []), day=day)
    daily = shop.imports(partitions={"every": "day", "start": "2024-03-01"})
    names = {}
    for day in range(1, 10):
        daily.gets(order(f"O{day}"), day=20, partition=f"2024-03-{day:02}")
        names[day] = items(shop, f"O{day}")[0]["name"]
    assert names == {1: "Early", 2: "Early", 3: "Early", 4: "Early", 5: "Middle", 6: "Early", 7: "Early", 8: "Late",
                     9: "Late"}  # fmt: skip
    shop.imports("undated").gets(order("U"), day=4)
    assert items(shop, "U")[0]["name"] == "Early"


def test_a_version_that_held_at_no_time_is_nobodys(shop: Shop) -> None:
    for number in range(2):
        feed(shop, f"feed{number}", mode="delta").gets({"id": "mug", "name": f"Name {number}"}, day=2)
    shop.imports().gets(order("A"), day=1)
    (held,) = shop.ask("select name from products")
    assert items(shop)[0]["name"] == held["name"]


@pytest.mark.rows("D28", "D29")
def test_a_changed_feed_alone_changes_and_emits_nothing(shop: Shop) -> None:
    products, exports = feed(shop), shop.imports()
    products.gets(MUG, day=1)
    exports.gets(order("A"))
    before = shop.events()
    products.gets(MUG | {"name": "New"}, day=2)
    assert counts(exports.gets(order("A"), day=3)) == {"skipped": 1}
    assert counts(exports.runs(force=True)) == {"unchanged": 1}
    assert counts(shop.imports("again").gets(order("A"), day=4)) == {"unchanged": 1}
    assert shop.events() == before
    assert exports.runs(force=True).enriched.model_dump() == {"items": 0, "fields": 0, "coverage": None}


@pytest.mark.rows("D28", "K-021")
def test_an_update_is_completed_anew_and_changed_paths_know_nothing_of_it(shop: Shop) -> None:
    products, exports = feed(shop), shop.imports()
    products.gets(MUG, day=1)
    exports.gets(order("A", line(brand="Own"), line(sku="s2")))
    products.gets(MUG | {"name": "New", "brand": "New"}, day=2)
    report = exports.gets(order("A", line(status="paid"), line(sku="s2")), order("B"), day=3)
    assert counts(report) == {"updated": 2, "added": 1}
    first, second = items(shop)
    assert (first["name"], first["brand"]) == ("New", "Own")  # its brand is kept from before (D21), so it is given
    assert (second["name"], second["brand"]) == ("New", "New")
    assert [e["changed"] for e in shop.events() if "changed" in e] == [["$.lineItems[0].status"]]
    assert report.enriched.model_dump() == {"items": 3, "fields": 6 + 7 + 7, "coverage": 1.0}


@pytest.mark.rows("D28", "D25")
def test_the_switch_changes_the_hash_and_enrichment_changes_no_event_id(copied_store, tmp_path) -> None:
    states, ids, hashes = [], [], []
    for number, attributes in enumerate([{}, {"enrich": False}, {}]):
        folder = tmp_path / str(number)
        folder.mkdir()
        shop = Shop(folder, copied_store())
        if number < 2:
            feed(shop).gets(MUG, day=1)
        exports = shop.imports(**attributes)
        report = exports.gets(order("A"), order("B", line(productId="none")))
        exports.gets(order("A", line(status="paid")))
        hashes.append(report.config_hash)
        ids.append([event["event_id"] for event in shop.events()])
        states.append([one["state"]["line_items"] for one in shop.orders()])
        assert report.enriched.coverage == (0.5 if number == 0 else None)
    assert ids[0] == ids[1] == ids[2]
    assert states[1] == states[2] != states[0]
    assert hashes[0] == hashes[2] != hashes[1]


def test_switching_it_on_says_nothing_new_about_known_orders(shop: Shop) -> None:
    feed(shop).gets(MUG, day=1)
    shop.imports(enrich=False).gets(order("A"))
    assert counts(shop.imports().runs()) == {"unchanged": 1}
    assert "name" not in items(shop)[0]


def test_state_without_events_is_completed_too(shop: Shop) -> None:
    feed(shop).gets(MUG, day=1)
    shop.imports(emit_events=False).gets(order("A"))
    assert shop.order("A")["line_items"][0]["name"] == MUG["name"]


def test_a_dry_run_tells_the_same_and_stores_nothing(shop: Shop) -> None:
    feed(shop).gets(MUG, day=1)
    exports = shop.imports(max_feed_age="1h")
    exports.gets(order("A"))
    before = checksums(shop.store)
    dry = exports.gets(order("A", line(status="paid")), order("B"), order("C", line(productId="none")), dry_run=True)
    assert checksums(shop.store) == before
    real = exports.runs()
    assert dry.enriched == real.enriched
    assert dry.issues == real.issues
    assert real.enriched.model_dump() == {"items": 2, "fields": 14, "coverage": 2 / 3}


def test_a_run_that_fails_has_filled_in_nothing(shop: Shop) -> None:
    feed(shop).gets(MUG, day=1)
    report = shop.imports(max_rejected={"share": 0, "min_items": 0}).gets(order("A"), order("B", line(status="lost")))
    assert (report.status, report.enriched.items, report.enriched.coverage) == ("failed", 0, None)


def test_batches_and_slices_change_nothing(copied_store, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for number, (batch, block, rows) in enumerate([(50_000, 2 << 20, 25_000), (3, 300, 2)]):
        monkeypatch.setattr("cdp_pipelines.orders.statements.SLICE", rows)
        folder = tmp_path / str(number)
        folder.mkdir()
        shop = Shop(folder, copied_store())
        feed(shop).gets(*({"id": f"p{n}", "name": f"Product {n}"} for n in range(0, 8, 2)), day=1)
        orders = [order(f"O{n}", *(line(productId=f"p{(n + k) % 8}", sku=f"s{k}") for k in range(3))) for n in range(9)]
        report = shop.imports().gets(*orders, order("O1"), batch=batch, block_size=block)
        found.append((shop.orders(), report.enriched))
    assert found[0] == found[1]
    assert found[0][1].coverage == pytest.approx(13 / 25)


def test_a_feed_that_is_too_old_or_missing_is_a_warning(shop: Shop) -> None:
    exports = shop.imports(max_feed_age="36h")
    missing = exports.gets(order("A"), day=2)
    assert (missing.status, codes(missing)) == ("completed", {"FEED_TOO_OLD"})
    assert "no product feed" in missing.issues[0].message
    products = feed(shop)
    products.gets(MUG, day=3)
    assert codes(exports.gets(order("B"), day=4)) == set()
    late = exports.gets(order("C"), day=5)
    assert [(i.code, i.severity) for i in late.issues] == [("FEED_TOO_OLD", "warning")]
    assert "2024-03-03 12:00 UTC" in late.issues[0].message
    assert codes(exports.gets(order("D"), day=1)) == set()  # history is no older than its feed
    products.gets(MUG | {"name": "New"}, day=5)
    assert codes(exports.gets(order("E"), day=5)) == set()
    assert codes(shop.imports("careless").gets(order("F"), day=9)) == set()


def test_a_window_that_ends_in_the_future_makes_no_feed_older(shop: Shop) -> None:
    products = feed(shop)
    shop.write(products.loaded.spec.source.uri, lines(MUG), day=1).touch()
    products.runs()
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    monthly = shop.imports(max_feed_age="10m", partitions={"every": "month", "start": "2024-01-01"})
    assert codes(monthly.gets(order("A"), partition=f"{tomorrow:%Y-%m}")) == set()
