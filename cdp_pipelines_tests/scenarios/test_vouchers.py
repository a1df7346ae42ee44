"""Vouchers: codes into a pool, each code in one pool only."""

from datetime import UTC, datetime

import pytest

from cdp_pipelines_tests.scenarios.records import FORMATS, codes, counts, imports
from cdp_pipelines_tests.scenarios.shop import Shop


def vouchers(shop: Shop) -> list[tuple[str, str]]:
    return [tuple(row.values()) for row in shop.ask("select pool, code from vouchers order by pool, code")]


@pytest.mark.rows("S-001", "D12")
@pytest.mark.parametrize("kind", FORMATS)
def test_codes_go_into_the_pool(shop: Shop, kind: str):
    rows = [
        {"code": "00123", "status": "ASSIGNED", "clientId": "0042", "clientUuid": "a-b", "note": "x",
         "assignedAt": "2024-03-01T10:00:00Z", "startAt": "2024-03-01", "expireIn": "2024-04-01T00:00:00+0200",
         "redeemAt": "2024-03-02 11:00"},
        {"code": "1E5"},
    ]  # fmt: skip
    report = imports(shop, "vouchers", kind).gets(*rows)
    assert (report.status, report.kind, codes(report)) == ("completed", "vouchers", [])
    assert counts(report) == {"read": 2, "added": 2}
    full, small = shop.ask("select * from vouchers order by code")
    assert full == {
        "site": "default", "pool": "SUMMER26", "code": "00123", "status": "ASSIGNED", "client_id": "0042",
        "client_uuid": "a-b", "assigned_at": datetime(2024, 3, 1, 10, tzinfo=UTC),
        "start_at": datetime(2024, 3, 1, tzinfo=UTC), "expire_in": datetime(2024, 3, 31, 22, tzinfo=UTC),
        "redeem_at": datetime(2024, 3, 2, 11, tzinfo=UTC), "attributes": {"note": "x"},
        "version_at": full["version_at"], "run_id": report.run_id, "file_id": full["file_id"],
    }  # fmt: skip
    assert (small["code"], small["status"], small["attributes"]) == ("1E5", None, {})


def test_a_file_of_nothing_but_codes(shop: Shop):
    report = imports(shop, "vouchers", "synerise_csv").reads('code\nA\nnull\n"B\\"1"\nC')
    assert counts(report) == {"read": 4, "added": 3, "rejected": 1}
    assert shop.rejects(report.run_id) == [(3, "MISSING_VALUE", "code")]
    assert codes(report) == [("MISSING_VALUE", "code"), ("NO_FINAL_LINE_END", None)]
    assert [code for _, code in vouchers(shop)] == ["A", 'B"1', "C"]


def test_a_code_of_another_pool_is_rejected(shop: Shop):
    imports(shop, "vouchers").gets({"code": "A"}, {"code": 'quo"te'}, {"code": "C"})
    winter = imports(shop, "vouchers", name="winter", pool="WINTER26")
    rows = [{"code": code} for code in ("B", "A", 'quo"te', "B", "D")]
    for dry_run in (True, False):
        report = winter.gets(*rows, dry_run=dry_run)
        assert report.status == "partial"
        assert counts(report) == {"read": 5, "added": 2, "superseded": 1, "rejected": 2}
        assert shop.rejects(report.run_id) == [
            (3, "VOUCHER_IN_OTHER_POOL", "code"),
            (4, "VOUCHER_IN_OTHER_POOL", "code"),
        ]
    assert vouchers(shop) == [
        ("SUMMER26", "A"),
        ("SUMMER26", "C"),
        ("SUMMER26", 'quo"te'),
        ("WINTER26", "B"),
        ("WINTER26", "D"),
    ]


@pytest.mark.rows("D30")
def test_pools_of_two_sites_may_have_the_same_codes(shop: Shop):
    imports(shop, "vouchers", name="de", site="de").gets({"code": "A"})
    report = imports(shop, "vouchers", name="uk", site="uk", pool="OTHER").gets({"code": "A"})
    assert counts(report) == {"read": 1, "added": 1}


def test_two_imports_may_fill_one_pool(shop: Shop):
    imports(shop, "vouchers").gets({"code": "A"}, {"code": "B"})
    report = imports(shop, "vouchers", name="more").gets({"code": "B", "status": "REDEEMED"}, {"code": "C"}, day=2)
    assert counts(report) == {"read": 2, "added": 1, "updated": 1}
    assert len(vouchers(shop)) == 3
    assert shop.ask("select code from vouchers where status = 'REDEEMED'") == [{"code": "B"}]
