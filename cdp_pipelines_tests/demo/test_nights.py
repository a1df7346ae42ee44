"""The sample export: the same for everybody, complete, and wrong only where it means to be."""

import csv
import gzip
import hashlib
import io
import re
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cdp_pipelines.demo import Night, nights
from cdp_pipelines.demo.feed import NAME, feed
from cdp_pipelines.demo.nightly import SHOPS, shop_nights
from cdp_pipelines.demo.rows import COLUMNS, FEED_COLUMNS
from cdp_pipelines.demo.shop import PRODUCTS
from cdp_pipelines.formats.google_feed import GoogleFeedReader
from cdp_pipelines.products.documents import from_google


def text(night: Night) -> str:
    return gzip.decompress(night.content).decode()


def read(night: Night) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text(night), newline="")))


@pytest.fixture(scope="module")
def export() -> list[Night]:
    return list(nights(orders=1200))


def test_sixty_nights_from_new_year_three_of_them_late(export: list[Night]) -> None:
    assert [export[0].name, export[-1].name] == ["orders-2026-01-01.csv.gz", "orders-2026-03-01.csv.gz"]
    assert [one.day for one in export] == [date(2026, 1, 1) + timedelta(days=n) for n in range(60)]
    assert sum(one.late for one in export) == 3


def test_same_arguments_same_bytes(export: list[Night]) -> None:
    assert list(nights(orders=1200)) == export
    assert list(nights(orders=1200, seed=8)) != export


def test_rows_are_the_same_on_every_machine_and_python() -> None:
    written = "".join(text(night) for night in nights(orders=60, count=6))
    assert hashlib.sha256(written.encode()).hexdigest()[:16] == "8ae08a5e0892aa38"


def test_twenty_thousand_orders_of_three_shops() -> None:
    placed = [
        len({row["orderId"] for night in shop_nights(shop) for row in read(night) if row["orderId"]}) for shop in SHOPS
    ]
    assert placed == [14_000, 4_000, 2_000]


def test_the_tills_leave_out_what_the_feed_knows() -> None:
    tills = SHOPS[2]
    (night, *_) = shop_nights(replace(tills, orders=30), count=1)
    assert night.name == "tills-2026-01-01.csv.gz"
    assert set(COLUMNS) - set(read(night)[0]) == set(FEED_COLUMNS)
    assert {row["lineItem_productId"] for row in read(night)} <= {product.id for product in PRODUCTS}


def test_one_night_of_the_outlet_is_damaged() -> None:
    outlet = SHOPS[1]
    found = [night.partition for night in shop_nights(replace(outlet, orders=120)) if night.damaged]
    assert found == ["2026-02-10"]


def test_the_feed_has_every_product(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(feed())
    with GoogleFeedReader(tmp_path / NAME, "none", NAME) as reader:
        found = [from_google(entry.values) for entry in reader.entries()]
    assert [(one["id"], one["name"], one["brand"]) for one in found] == [(p.id, p.name, p.brand) for p in PRODUCTS]
    assert feed() == feed()


def test_every_column_is_used(export: list[Night]) -> None:
    filled = {name for night in export for row in read(night) for name, cell in row.items() if cell}
    assert filled == set(COLUMNS)


def test_later_rows_leave_order_columns_blank_and_cells_hold_line_breaks(export: list[Night]) -> None:
    rows = [row for night in export for row in read(night)]
    assert any(row["orderId"] and not row["userId"] for row in rows)
    assert any(not row["orderId"] for row in rows)
    assert any("\n" in row["lineItem_name"] for row in rows)
    assert any("\n" in row["custom_giftMessage"] for row in rows)


def test_orders_change_in_the_two_weeks_after_they_were_placed(export: list[Night]) -> None:
    seen: dict[str, list[str]] = {}
    for night in export:
        for row in read(night):
            if row["orderId"] and row["createdAt"] not in {"", "yesterday"}:
                seen.setdefault(row["orderId"], []).append(row["lineItem_status"])
                age = night.day - datetime.fromisoformat(row["createdAt"]).date()
                assert timedelta(0) <= age <= timedelta(days=14)
    last = Counter(states[-1] for states in seen.values())
    assert set(last) >= {"placed", "paid", "fulfilled", "refunded", "cancelled"}
    assert any(states[0] == "placed" and states[-1] == "fulfilled" for states in seen.values())


def test_money_adds_up_to_the_cent_but_for_the_one_order_that_is_wrong_on_purpose(export: list[Night]) -> None:
    def gap(row: dict[str, str], prefix: str) -> Decimal:
        parts = (row[f"{prefix}{name}"] for name in ("subtotal", "tax", "shipping"))
        return Decimal(row[f"{prefix}total"]) - sum(map(Decimal, parts))

    rows = [row for night in export for row in read(night)]
    assert not any(gap(row, "lineItem_") for row in rows)
    assert sum(bool(gap(row, "")) for row in rows if row["total"]) == 1


def test_users_are_on_example_com_only(export: list[Night]) -> None:
    users = {(row["userIdType"], row["userId"]) for night in export for row in read(night) if row["userId"]}
    odd = {user for kind, user in users if kind == "email" and not re.fullmatch(r"(?i)customer\d+@example\.com", user)}
    assert odd == {"anonymous"}
    assert all(re.fullmatch("[0-9a-f]{64}", user) for kind, user in users if kind == "email_sha256")


def test_dirty_rows_are_few(export: list[Night]) -> None:
    dirty = [night for night in export if night.day.toordinal() - export[0].day.toordinal() in range(4, 60, 7)]
    assert [row["currency"] for row in read(dirty[0])].count("EURO") == 1
    assert [row["lineItem_sku"] for row in read(dirty[1])].count("") == 1
    groups = [row["orderId"] for row in read(dirty[2]) if row["userId"]]
    assert max(Counter(groups).values()) == 2
