"""Product feeds: what is in them, what becomes of each entry, and the history that they leave in any order."""

import random
from typing import Any

import pytest

from cdp_pipelines_tests.scenarios.catalogue import everything, feed, history, lines, rss
from cdp_pipelines_tests.scenarios.shop import Shop, codes, counts

MUG = {"id": "mug", "name": "Mug", "price": 10.5, "currency": "EUR"}
PEN = {"id": "pen", "name": "Pen"}


@pytest.mark.rows("K-106", "K-109", "K-110")
def test_a_feed_adds_updates_and_ends_products(shop: Shop) -> None:
    full = feed(shop)
    first = full.gets(MUG, PEN, day=1)
    assert first.error is None
    assert (first.status, first.kind, counts(first)) == ("completed", "products", {"added": 2})
    assert [(one.id, one.line, one.outcome) for one in first.sample.first] == [("mug", 1, "added"), ("pen", 2, "added")]
    second = full.gets(MUG, PEN | {"name": "Fine pen"}, {"id": "cup"}, day=2)
    assert counts(second) == {"unchanged": 1, "updated": 1, "added": 1}
    third = full.gets(MUG, day=3)
    assert counts(third) == {"unchanged": 1}
    assert next(issue.message for issue in third.issues if issue.code == "PRODUCTS_GONE").startswith("2 products")
    assert history(shop) == [
        ("cup", None, 2, 3), ("mug", "Mug", 1, None), ("pen", "Pen", 1, 2), ("pen", "Fine pen", 2, 3)
    ]  # fmt: skip
    assert counts(full.runs()) == {"skipped": 1}
    before = everything(shop)
    assert counts(full.runs(force=True)) == {"unchanged": 1}
    assert everything(shop) == before


@pytest.mark.rows("K-108")
def test_a_run_that_failed_shows_its_configuration_and_status_and_no_counts(shop: Shop) -> None:
    full = feed(shop)
    good = full.gets(MUG, day=1)
    failed = full.reads(lines(PEN).encode() + b"\xff\n", day=2)
    assert (failed.status, failed.config_hash, failed.import_name) == ("failed", good.config_hash, good.import_name)
    assert failed.error
    assert (failed.rows.read, failed.items.total, counts(failed)) == (0, 0, {})
    assert (failed.sample.first, failed.sample.last) == ([], [])
    assert history(shop) == [("mug", "Mug", 1, None)]


def test_a_delta_ends_nothing(shop: Shop) -> None:
    delta = feed(shop, mode="delta")
    delta.gets(MUG, PEN, day=1)
    assert counts(delta.gets(MUG | {"name": "Cup"}, day=2)) == {"updated": 1}
    assert history(shop) == [("mug", "Mug", 1, 2), ("mug", "Cup", 2, None), ("pen", "Pen", 1, None)]


def test_a_partial_feed_keeps_what_it_does_not_state(shop: Shop) -> None:
    full, prices = feed(shop), feed(shop, "prices", mode="partial")
    full.gets(MUG, PEN, day=1)
    report = prices.gets({"id": "mug", "price": 9}, {"id": "pen", "name": None}, {"id": "cup", "brand": "Acme"}, day=2)
    assert (report.status, counts(report), codes(report)) == (
        "completed", {"updated": 1, "unchanged": 1, "added": 1}, set(),
    )  # fmt: skip
    assert current(shop) == {"mug": {"name": "Mug", "price": 9, "currency": "EUR"}, "pen": {"name": "Pen"},
                             "cup": {"brand": "Acme"}}  # fmt: skip
    assert counts(prices.runs(force=True)) == {"unchanged": 3}
    again = prices.gets({"id": "mug", "price": 9}, {"id": "mug", "price": 8}, {"id": "pen", "price": "bad"}, day=3)
    assert counts(again) == {"superseded": 1, "updated": 1, "rejected": 1}
    assert current(shop)["mug"] == {"name": "Mug", "price": 8, "currency": "EUR"}


def test_a_late_feed_shows_through_the_partial_ones_behind_it(shop: Shop) -> None:
    full, prices = feed(shop), feed(shop, "prices", mode="partial")
    full.gets(MUG, PEN, day=1)
    prices.gets({"id": "mug", "price": 9}, day=4)
    full.gets(MUG | {"name": "Cup", "price": 12}, PEN, day=2)
    assert current(shop)["mug"] == {"name": "Cup", "price": 9, "currency": "EUR"}
    prices.gets({"id": "mug", "brand": "Acme"}, {"id": "pen", "price": 1}, day=3)
    assert current(shop)["mug"] == {"name": "Cup", "price": 9, "currency": "EUR", "brand": "Acme"}
    assert current(shop)["pen"] == {"name": "Pen", "price": 1}
    assert history(shop) == [
        ("mug", "Mug", 1, 2), ("mug", "Cup", 2, 3), ("mug", "Cup", 3, 4), ("mug", "Cup", 4, None),
        ("pen", "Pen", 1, 3), ("pen", "Pen", 3, None),
    ]  # fmt: skip


def current(shop: Shop) -> dict[str, Any]:
    rows = shop.ask("select product_id, attributes from products where valid_to is null")
    return {row["product_id"]: row["attributes"] for row in rows}


def test_a_product_that_comes_back_has_a_gap(shop: Shop) -> None:
    full = feed(shop)
    for day, products in enumerate([(MUG, PEN), (PEN,), (MUG, PEN)], start=1):
        report = full.gets(*products, day=day)
    assert counts(report) == {"added": 1, "unchanged": 1}
    assert history(shop) == [("mug", "Mug", 1, 2), ("mug", "Mug", 3, None), ("pen", "Pen", 1, None)]


def test_a_dry_run_tells_the_same_and_stores_nothing(shop: Shop) -> None:
    full = feed(shop)
    full.gets(MUG, PEN, day=1)
    before = everything(shop)
    told = full.gets(MUG | {"name": "Cup"}, {"id": "new"}, {"name": "no id"}, day=2, dry_run=True)
    assert everything(shop) == before
    real = full.runs()
    assert counts(told) == counts(real) == {"updated": 1, "added": 1, "rejected": 1}
    assert told.issues == real.issues
    assert told.sample == real.sample


@pytest.mark.rows("K-112", "K-111")
def test_a_bad_entry_is_discarded_alone_and_its_product_goes_on(shop: Shop) -> None:
    full = feed(shop)
    full.gets(MUG, PEN, day=1)
    content = lines(PEN, MUG | {"price": "cheap"}, {"name": "nameless"}, {"id": "x", "adult": "yes"})
    report = full.reads(content, day=2)
    assert (report.status, counts(report)) == ("partial", {"unchanged": 1, "rejected": 3})
    found = {(issue.code, issue.column, issue.items, issue.share) for issue in report.issues}
    assert found == {("INVALID_PRICE", "price", 1, 0.25), ("MISSING_VALUE", "id", 1, 0.25),
                     ("INVALID_BOOLEAN", "adult", 1, 0.25)}  # fmt: skip
    assert shop.rejects(report.run_id) == [
        (2, "INVALID_PRICE", "price"), (3, "MISSING_VALUE", "id"), (4, "INVALID_BOOLEAN", "adult")
    ]  # fmt: skip
    assert history(shop) == [("mug", "Mug", 1, None), ("pen", "Pen", 1, None)]


@pytest.mark.rows("K-111")
def test_what_is_wrong_with_a_price_or_an_id_is_told_once(shop: Shop) -> None:
    content = rss(
        {"id": "dear", "price": "10 EUR", "sale_price": "11 EUR"},
        {"id": "bare", "price": "10"},
        {"id": "odd", "price": "$1,234"},
        {"id": "mixed", "price": "10 EUR", "sale_price": "8 USD"},
    )
    report = feed(shop, kind="google_feed").reads(content, day=1)
    assert [(issue.severity, issue.code, issue.column, issue.items) for issue in report.issues] == [
        ("error", "INVALID_PRICE", "price", 1),
        ("error", "INVALID_PRICE", "salePrice", 1),
        ("warning", "MISSING_CURRENCY", "currency", 1),
        ("warning", "SALE_ABOVE_PRICE", "salePrice", 1),
    ]
    blank = feed(shop, "blank").gets(PEN, {"id": ""}, {"id": " "}, {"id": "x" * 513}, day=2)
    assert {(issue.code, issue.items) for issue in blank.issues} == {("MISSING_VALUE", 2), ("VALUE_TOO_LONG", 1)}


def test_the_encoding_that_a_feed_declares_is_in_the_report(shop: Shop) -> None:
    content = rss({"id": "m\xe9"}).replace("?>", ' encoding="iso-8859-15"?>', 1).encode("iso-8859-15")
    report = feed(shop, kind="google_feed").reads(content, day=1)
    assert (report.files[0].encoding, history(shop)) == ("iso-8859-15", [("m\xe9", None, 1, None)])


def test_an_unreadable_line_may_be_any_product_so_none_is_gone(shop: Shop) -> None:
    full = feed(shop)
    full.gets(MUG, PEN, day=1)
    report = full.reads(lines(PEN) + '{"id": "mug", "id": "pen"}\n{"id": "a", "price": NaN}\n[1]\n', day=2)
    assert counts(report) == {"unchanged": 1, "rejected": 3}
    assert codes(report) == {"INVALID_JSON", "NO_JSON_OBJECT", "FEED_NOT_COMPLETE"}
    assert history(shop) == [("mug", "Mug", 1, None), ("pen", "Pen", 1, None)]


def test_an_empty_feed_ends_nothing(shop: Shop) -> None:
    full = feed(shop, kind="google_feed")
    full.reads(rss({"id": "mug"}), day=1)
    assert codes(full.reads(rss(), day=2)) == {"NO_ROWS"}
    assert history(shop) == [("mug", None, 1, None)]


def test_of_a_repeated_product_the_last_entry_counts(shop: Shop) -> None:
    report = feed(shop).gets(MUG, PEN, MUG | {"name": "Cup"}, day=1)
    assert counts(report) == {"added": 2, "superseded": 1}
    assert report.items.total == 2
    assert [(i.code, i.sample_lines) for i in report.issues] == [("PRODUCT_REPEATED", [1])]
    assert history(shop) == [("mug", "Cup", 1, None), ("pen", "Pen", 1, None)]


def test_full_feeds_of_one_site_do_not_end_each_others_products(shop: Shop) -> None:
    pens, mugs = feed(shop, "pens"), feed(shop, "mugs")
    pens.gets(PEN, day=1)
    assert codes(mugs.gets(MUG, {"id": "cup"}, day=2)) == set()
    assert counts(pens.gets(PEN, {"id": "ink"}, day=3)) == {"unchanged": 1, "added": 1}
    both = mugs.gets(MUG, PEN, day=4)
    assert next(issue.message for issue in both.issues if issue.code == "PRODUCTS_GONE").startswith("1 products")
    assert codes(pens.gets({"id": "ink"}, day=5)) == set()  # the other one has the pen, too
    assert codes(mugs.gets(MUG, day=6)) == {"PRODUCTS_GONE"}
    assert history(shop) == [
        ("cup", None, 2, 4), ("ink", None, 3, None), ("mug", "Mug", 2, None), ("pen", "Pen", 1, 6)
    ]  # fmt: skip


def test_a_late_feed_that_has_a_product_keeps_it_from_being_ended(shop: Shop) -> None:
    first, second = feed(shop, "first"), feed(shop, "second")
    first.gets(MUG, PEN, day=1)
    first.gets(MUG, day=3)
    assert history(shop) == [("mug", "Mug", 1, None), ("pen", "Pen", 1, 3)]
    assert counts(second.gets(PEN, day=2)) == {"unchanged": 1}
    assert history(shop) == [("mug", "Mug", 1, None), ("pen", "Pen", 1, None)]
    second.gets(MUG, day=4)
    assert history(shop) == [("mug", "Mug", 1, None), ("pen", "Pen", 1, 4)]


def test_what_a_delta_brought_is_ended_by_the_full_feed_that_lacks_it(shop: Shop) -> None:
    weekly, daily = feed(shop, "weekly"), feed(shop, "daily", mode="delta")
    weekly.gets(MUG, PEN, day=1)
    daily.gets(MUG | {"name": "Cup"}, {"id": "new"}, day=2)
    weekly.gets(PEN, day=3)
    assert history(shop) == [
        ("mug", "Mug", 1, 2), ("mug", "Cup", 2, 3), ("new", None, 2, 3), ("pen", "Pen", 1, None)
    ]  # fmt: skip


def test_sites_have_products_of_their_own(shop: Shop) -> None:
    feed(shop, "de", site="de").gets(MUG, day=1)
    feed(shop, "fr", site="fr").gets(PEN, day=2)
    assert history(shop, "de") == [("mug", "Mug", 1, None)]


CATALOGUES = [
    ("full", [MUG, PEN]),
    ("delta", [MUG, {"id": "cup"}]),
    ("full", [MUG | {"name": "Cup"}, PEN | {"price": "bad"}]),
    ("delta", [PEN]),
    ("full", [MUG]),
    ("other-full", [PEN, MUG]),
    ("partial", [{"id": "mug", "price": 9}, {"id": "ink", "name": "Ink"}, {"id": "pen", "brand": "Acme"}]),
    ("other-full", [PEN]),
]


KINDS = ("full", "other-full", "delta", "partial")


@pytest.mark.parametrize("seed", range(9))
def test_feeds_in_any_order_leave_one_history(copied_store, tmp_path, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - no secret
    catalogues = CATALOGUES if seed < 3 else [_drawn(draw) for _ in range(8)]
    ascending = _left_by(copied_store(), tmp_path / "a", catalogues, range(len(catalogues)))
    mixed = list(range(len(catalogues)))
    draw.shuffle(mixed)
    assert _left_by(copied_store(), tmp_path / "b", catalogues, mixed) == ascending


def _drawn(draw: random.Random) -> tuple[str, list[Any]]:
    products: list[Any] = [{"id": name, "name": draw.choice("AB")} for name in "xyz" if draw.random() < 0.6]
    for one in products:
        if draw.random() < 0.2:
            one["price"] = "bad"
    if draw.random() < 0.2:
        products.append(["no object, so it may be any product"])
    kind = draw.choice(KINDS)
    if kind == "partial":
        fields = [{"price": draw.randrange(9)}, {"brand": draw.choice("AB")}, {"name": draw.choice("AB")}]
        products = [{"id": name} | draw.choice(fields) for name in "xyz" if draw.random() < 0.6]
    return kind, [{"id": "always", "name": str(draw.random())}, *products]


def _left_by(store, folder, catalogues, order) -> list[tuple]:
    folder.mkdir()
    shop = Shop(folder, store)
    imports = {name: feed(shop, name, mode=name.split("-")[-1]) for name in KINDS}
    for name in imports:  # numbered alike in both stores
        imports[name].gets({"id": "always"}, day=1)
    for number in order:
        name, products = catalogues[number]
        imports[name].gets(*products, day=number + 2)
    return everything(shop)


def test_partitions_and_a_corrected_feed_of_the_same_day(shop: Shop) -> None:
    daily = feed(shop, partitions={"every": "day", "start": "2024-03-01"})
    daily.gets(MUG, day=3, partition="2024-03-02")
    daily.gets(MUG | {"name": "Late"}, day=4, partition="2024-03-01")
    assert history(shop) == [("mug", "Late", 2, 3), ("mug", "Mug", 3, None)]
    corrected = daily.gets(MUG | {"name": "Right"}, day=5, partition="2024-03-02")
    assert counts(corrected) == {"updated": 1}
    assert history(shop) == [("mug", "Late", 2, 3), ("mug", "Right", 3, None)]
