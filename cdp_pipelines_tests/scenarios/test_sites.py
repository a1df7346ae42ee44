"""Two shops in one store (D30), and clocks in other zones (D33)."""

from datetime import UTC, datetime

import pytest

from cdp_pipelines_tests.scenarios.shop import Shop, codes, counts, line, order


@pytest.mark.rows("D30")
def test_the_same_order_id_in_two_sites_is_two_orders(shop: Shop) -> None:
    de, fr = shop.imports("de/orders", site="de"), shop.imports("fr/orders", site="fr")
    de.gets(order("A-1", line(status="paid")))
    assert counts(fr.gets(order("A-1", line(status="placed")))) == {"added": 1}
    assert counts(de.gets(order("A-1", line(status="refunded")))) == {"updated": 1}
    assert [(event["siteId"], event["type"]) for event in shop.events()] == [
        ("de", "orderPlace"), ("fr", "orderPlace"), ("de", "orderUpdate"),
    ]  # fmt: skip
    assert shop.order("A-1", "fr")["line_items"][0]["status"] == "placed"
    assert len({event["event_id"] for event in shop.events()}) == 3


@pytest.mark.rows("D30")
def test_profiles_are_shared_by_all_sites(shop: Shop) -> None:
    for site in ("de", "fr"):
        shop.imports(f"{site}/orders", site=site).gets(order("A-1"))
    assert len(shop.ask("select from profiles")) == len(shop.ask("select from identities")) == 1


@pytest.mark.rows("D30", "D24")
def test_an_import_that_moves_to_another_site_starts_anew_there(shop: Shop) -> None:
    shop.imports(site="de").gets(order("A-1"))
    assert counts(shop.imports(site="fr").runs()) == {"added": 1}
    assert counts(shop.imports(site="de").runs()) == {"skipped": 1}


@pytest.mark.rows("D33")
@pytest.mark.parametrize(
    ("zone", "cell", "moment"),
    [
        ("UTC", "2024-01-31T10:00:00", datetime(2024, 1, 31, 10, tzinfo=UTC)),
        ("Europe/Berlin", "2024-01-31T10:00:00", datetime(2024, 1, 31, 9, tzinfo=UTC)),
        ("Europe/Berlin", "2024-01-31 10:00:00", datetime(2024, 1, 31, 9, tzinfo=UTC)),
        ("America/New_York", "2023-07-31T10:00", datetime(2023, 7, 31, 14, tzinfo=UTC)),
        ("Europe/Berlin", "2024-01-31T10:00:00Z", datetime(2024, 1, 31, 10, tzinfo=UTC)),
        ("Europe/Berlin", "2024-01-31T10:00:00-0500", datetime(2024, 1, 31, 15, tzinfo=UTC)),
    ],
)
def test_the_import_s_zone_is_that_of_times_without_one(shop: Shop, zone: str, cell: str, moment: datetime) -> None:
    shop.imports(timezone=zone).gets(order("A-1", createdAt=cell, lastUpdated=cell))
    state = shop.order("A-1")
    assert (state["created_at"], state["last_updated"], state["version_at"]) == (moment, moment, moment)
    assert shop.events()[0]["occurred_at"] == moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.rows("D33", "D23")
def test_a_zone_ahead_of_utc_does_not_make_versions_of_the_future(shop: Shop) -> None:
    export = shop.imports(timezone="Pacific/Auckland", partitions={"every": "day", "start": "2024-02-01"})
    report = export.gets(order("A-1", lastUpdated="2024-02-02T12:59:00"), partition="2024-02-01")
    assert "FUTURE_VERSION" not in codes(report)
