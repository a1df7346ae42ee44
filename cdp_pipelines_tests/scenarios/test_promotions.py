"""Promotions: files in, the table out."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from cdp_pipelines_tests.scenarios.records import FORMATS, codes, counts, imports, promotion
from cdp_pipelines_tests.scenarios.shop import Shop, noon

FULL = promotion(
    "P-1", status="PUBLISHED", headline="Only now", description='All "mugs",\nand more', discountType="PERCENT",
    discountValue="10.50", discountMode="STATIC", price="0012.0", minBasketValue="5", maxBasketValue="1e3",
    requireRedeemedPoints="100", redeemLimitPerClient="1", redeemLimitGlobal="007", redeemQuantityPerActivation="2",
    priority="3", startAt="2024-03-01", expireAt="2024-03-31T23:59:59+0100", displayFrom="2024-02-28T10:00:00Z",
    displayTo="2024-04-01T00:00", catalogIndexItems="mug; tea ;;", image="https://example.com/mug.png", color="00123",
)  # fmt: skip


def promotions(shop: Shop) -> list[dict]:
    return shop.ask("select * from promotions order by site, code")


@pytest.mark.rows("S-001", "S-006", "D12")
@pytest.mark.parametrize("kind", FORMATS)
def test_every_column_arrives_with_its_type(shop: Shop, kind: str):
    row = FULL | ({"catalogIndexItems": ["mug", "tea"]} if kind == "jsonl" else {})
    report = imports(shop, "promotions", kind, timezone="Europe/Berlin").gets(row, promotion("P-2"))
    assert (report.status, report.kind, codes(report)) == ("completed", "promotions", [])
    assert counts(report) == {"read": 2, "added": 2}
    assert report.items.added == report.items.total == 2
    full, small = promotions(shop)
    assert full == {
        "site": "default", "code": "P-1", "redeem_type": "FULL", "header_name": "Spring", "name": "10 % off",
        "type": "GENERAL", "status": "PUBLISHED", "headline": "Only now", "description": 'All "mugs",\nand more',
        "discount_type": "PERCENT", "discount_value": Decimal("10.5"), "discount_mode": "STATIC",
        "price": Decimal(12), "min_basket_value": Decimal(5), "max_basket_value": Decimal(1000),
        "require_redeemed_points": 100, "redeem_limit_per_client": 1, "redeem_limit_global": 7,
        "redeem_quantity_per_activation": 2, "priority": 3,
        "start_at": datetime(2024, 2, 29, 23, tzinfo=UTC), "expire_at": datetime(2024, 3, 31, 22, 59, 59, tzinfo=UTC),
        "display_from": datetime(2024, 2, 28, 10, tzinfo=UTC), "display_to": datetime(2024, 3, 31, 22, tzinfo=UTC),
        "tags": None, "catalog_index_items": ["mug", "tea"],
        "attributes": {"image": "https://example.com/mug.png", "color": "00123"},
        "version_at": noon(1), "run_id": report.run_id, "file_id": full["file_id"],
    }  # fmt: skip
    assert {name for name, value in small.items() if value is None} >= {"headline", "price", "start_at", "tags"}
    assert small["attributes"] == {}


@pytest.mark.rows("D12")
def test_attributes_from_json_keep_their_types_and_those_from_csv_are_text(shop: Shop):
    given = {"number": 1.50, "whole": 10, "yes": True, "list": [1, "a", None], "deep": {"b": 1, "a": [2.0]}, "no": None}
    imports(shop, "promotions", "jsonl").reads(json.dumps(promotion("P-1", price=12, **given)) + "\n")
    imports(shop, "promotions", "csv", name="table").gets(promotion("P-2", number="1.50", yes="true", no=""))
    first, second = promotions(shop)
    assert first["attributes"] == {name: value for name, value in given.items() if value is not None}
    assert first["price"] == 12
    assert second["attributes"] == {"number": "1.50", "yes": "true"}


def test_steps_rename_cast_and_filter(shop: Shop):
    steps = [
        {"rename": "coupon", "to": "code"},
        {"copy": "level", "to": "rank", "cast": "integer"},
        {"rename": "ratio", "to": "ratio", "cast": "float"},
        {"rename": "from", "to": "startAt", "timestamp": "dd.MM.yyyy"},
        {"new": "type", "value": "CUSTOM"},
        {"filter": "country == 'DE'"},
    ]
    export = imports(shop, "promotions", transform=steps)
    rows = [promotion(f"P-{n}", country=land) for n, land in enumerate(("DE", "FR", "DE", "DE"), 1)]
    for number, row in enumerate(rows, 1):
        row |= {"coupon": row.pop("code"), "level": str(number), "ratio": "2.50", "from": "31.01.2024"}
    rows[2]["level"], rows[3]["from"] = "many", "soon"
    report = export.gets(*rows)
    assert counts(report) == {"read": 4, "added": 1, "rejected": 2, "skipped": 1}
    assert report.skipped.filtered == 1
    assert shop.rejects(report.run_id) == [(4, "CAST_FAILED", "level"), (5, "TIMESTAMP_FAILED", "from")]
    (found,) = promotions(shop)
    assert (found["code"], found["type"], found["start_at"]) == ("P-1", "CUSTOM", datetime(2024, 1, 31, tzinfo=UTC))
    assert found["attributes"] == {"level": "1", "rank": 1, "ratio": 2.5, "country": "DE"}


def test_the_same_steps_work_on_objects(shop: Shop):
    steps = [{"rename": "coupon", "to": "code"}, {"copy": "level", "to": "rank", "cast": "string"}]
    export = imports(shop, "promotions", "jsonl", transform=[*steps, {"filter": "level > 1"}])
    rows = [promotion(f"P-{n}", level=n) for n in (1, 2)]
    report = export.gets(*({"coupon": row.pop("code")} | row for row in rows))
    assert counts(report) == {"read": 2, "added": 1, "skipped": 1}
    assert promotions(shop)[0]["attributes"] == {"level": 2, "rank": "2"}


@pytest.mark.rows("S-007", "S-012")
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"code": ""}, "MISSING_VALUE", "code"),
        ({"code": "x" * 513}, "VALUE_TOO_LONG", "code"),
        ({"name": ""}, "MISSING_VALUE", "name"),
        ({"redeemType": "full"}, "UNKNOWN_REDEEM_TYPE", "redeemType"),
        ({"type": "SECRET"}, "UNKNOWN_PROMOTION_TYPE", "type"),
        ({"discountValue": "10%"}, "INVALID_NUMBER", "discountValue"),
        ({"discountValue": "nan"}, "INVALID_NUMBER", "discountValue"),
        ({"priority": "-1"}, "INVALID_INTEGER", "priority"),
        ({"priority": "1.5"}, "INVALID_INTEGER", "priority"),
        ({"startAt": "2024-02-30"}, "INVALID_TIMESTAMP", "startAt"),
    ],
)
def test_a_bad_row_is_rejected_with_its_reason_and_the_others_go_on(shop: Shop, kind, cells, code, column):
    report = imports(shop, "promotions", kind).gets(promotion("P-1"), promotion("P-2") | cells, promotion("P-3"))
    assert (report.status, counts(report)) == ("partial", {"read": 3, "added": 2, "rejected": 1})
    assert shop.rejects(report.run_id) == [(2 if kind == "jsonl" else 3, code, column)]
    assert [found["code"] for found in promotions(shop)] == ["P-1", "P-3"]
    (reject,) = shop.ask("select item_id, raw from rejects")
    assert reject["item_id"] == ((promotion("P-2") | cells)["code"] or None)
    raw = reject["raw"] if kind == "csv" else json.loads(reject["raw"]["entry"])
    assert {name: value for name, value in raw.items() if value} == {
        name: value for name, value in (promotion("P-2") | cells).items() if value
    }


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{", "INVALID_JSON"),
        ("[1]", "NO_JSON_OBJECT"),
        (json.dumps(promotion("P-2", name={"de": "Rabatt"})), "NESTED_VALUE"),
        (json.dumps(promotion("P-2", tags=[1])), "NOT_A_LIST"),
        (json.dumps(promotion("P-2", note="a\0b")), "NUL_BYTE"),
        (json.dumps(promotion("P\0")), "NUL_BYTE"),
        (json.dumps(promotion("P-2", tags=["\0"])), "NUL_BYTE"),
        (json.dumps(promotion("P-2", **{"\0": 1})), "NUL_BYTE"),
    ],
)
def test_a_bad_object_is_rejected(shop: Shop, line: str, code: str):
    report = imports(shop, "promotions", "jsonl").reads(f"{json.dumps(promotion('P-1'))}\n{line}\n")
    assert counts(report) == {"read": 2, "added": 1, "rejected": 1}
    assert [found[:2] for found in shop.rejects(report.run_id)] == [(2, code)]


@pytest.mark.rows("D32")
def test_rows_that_cannot_be_read_are_rejected_each_on_its_line(shop: Shop):
    good = "{},FULL,Spring,Off,GENERAL\n"
    content = (
        "code,redeemType,headerName,name,type\n" + good.format("P-1") + "P-2,FULL\n" + 'P-3,"FULL" x,a,b,GENERAL\n'
        + "P-4,FULL,a,\0,GENERAL\n" + good.format('"P\n5"')
    )  # fmt: skip
    report = imports(shop, "promotions").reads(content)
    assert counts(report) == {"read": 5, "added": 2, "rejected": 3}
    assert shop.rejects(report.run_id) == [
        (3, "WRONG_FIELD_COUNT", None), (4, "MALFORMED_QUOTE", None), (5, "NUL_BYTE", None),
    ]  # fmt: skip
    assert [found["code"] for found in promotions(shop)] == ["P\n5", "P-1"]


def test_a_header_without_a_required_column_refuses_the_file_and_names_the_likely_one(shop: Shop):
    report = imports(shop, "promotions").reads("Code,redeemType,headerName,name,type\nP-1,FULL,a,b,GENERAL\n")
    assert report.status == "failed"
    assert "lacks code (did you mean code? Code is not code: names are case-sensitive)" in (report.error or "")
    assert codes(report) == [("MISSING_COLUMN", "code"), ("MISSPELT_COLUMN", "Code")]
    assert promotions(shop) == []


def test_a_column_like_a_known_one_is_kept_and_told(shop: Shop):
    report = imports(shop, "promotions").gets(promotion("P-1", discountvalue="5"))
    assert codes(report) == [("MISSPELT_COLUMN", "discountvalue")]
    assert "did you mean discountValue?" in report.issues[0].message
    assert promotions(shop)[0]["attributes"] == {"discountvalue": "5"}


def test_a_promotion_is_what_its_newest_row_says(shop: Shop):
    export = imports(shop, "promotions")
    export.gets(promotion("P-1", headline="Old", note="x"), promotion("P-2"))
    report = export.gets(promotion("P-1", name="New"), promotion("P-2"), day=2)
    assert counts(report) == {"read": 2, "updated": 1, "unchanged": 1}
    first, second = promotions(shop)
    assert (first["name"], first["headline"], first["attributes"]) == ("New", None, {})
    assert first["version_at"] == second["version_at"] == noon(2)


@pytest.mark.rows("D3", "D23")
def test_an_older_file_overwrites_nothing(shop: Shop):
    export = imports(shop, "promotions")
    export.gets(promotion("P-1", name="New"), promotion("P-2"), day=2)
    report = export.gets(promotion("P-1", name="Old"), promotion("P-2"), promotion("P-3"), day=1)
    assert counts(report) == {"read": 3, "added": 1, "unchanged": 1, "stale": 1}
    assert report.items.stale == 1
    assert [found["name"] for found in promotions(shop)] == ["New", "10 % off", "10 % off"]


@pytest.mark.rows("D22")
def test_what_an_import_said_last_time_says_nothing_new(shop: Shop):
    mine, other = (imports(shop, "promotions", name=name) for name in ("mine", "other"))
    mine.gets(promotion("P-1", name="Mine"))
    other.gets(promotion("P-1", name="Other"), day=2)
    report = mine.gets(promotion("P-1", name="Mine"), promotion("P-2"), day=3)
    assert counts(report) == {"read": 2, "added": 1, "unchanged": 1}
    first, _ = promotions(shop)
    assert (first["name"], first["version_at"]) == ("Other", noon(3))


@pytest.mark.rows("D24")
def test_the_same_file_again_is_skipped_unless_forced(shop: Shop):
    export = imports(shop, "promotions")
    export.gets(promotion("P-1"))
    assert counts(export.runs()) == {"read": 1, "skipped": 1}
    assert counts(export.runs(force=True)) == {"read": 1, "unchanged": 1}


def test_of_two_rows_of_one_promotion_the_last_counts(shop: Shop):
    export = imports(shop, "promotions")
    rows = [promotion("P-1", name="a"), promotion("P-2"), promotion("P-1", name="b"), promotion("P-1", type="x")]
    for batch in (1, 50_000):
        report = export.gets(*rows, batch=batch, force=True)
        assert counts(report)["superseded"] == 1
        assert codes(report) == [("RECORD_REPEATED", "code"), ("UNKNOWN_PROMOTION_TYPE", "type")]
        assert report.items.total == 3
        assert report.issues[1].sample_lines == [2]
        assert [found["name"] for found in promotions(shop)] == ["b", "10 % off"]


@pytest.mark.rows("D30")
def test_the_same_code_in_two_sites_is_two_promotions(shop: Shop):
    imports(shop, "promotions", name="de", site="de").gets(promotion("P-1"))
    assert counts(imports(shop, "promotions", name="uk", site="uk").gets(promotion("P-1"))) == {"read": 1, "added": 1}
    assert [found["site"] for found in promotions(shop)] == ["de", "uk"]


@pytest.mark.rows("D26", "S-008")
def test_too_many_rejects_fail_the_run_and_leave_their_rows_in_the_quarantine(shop: Shop):
    export = imports(shop, "promotions", max_rejected={"share": "10%", "min_items": 0})
    report = export.gets(promotion("P-1"), promotion("P-2", type="x"))
    assert report.status == "failed"
    assert promotions(shop) == []
    assert [found[1] for found in shop.rejects(report.run_id)] == ["UNKNOWN_PROMOTION_TYPE"]


@pytest.mark.rows("S-011")
def test_a_corrected_file_goes_through(shop: Shop):
    export = imports(shop, "promotions", max_rejected="0%")
    rows = [promotion(f"P-{n}", type="x" if n == 20 else "CUSTOM") for n in range(1, 21)]
    assert export.gets(*rows).status == "failed"
    rows[-1]["type"] = "CUSTOM"
    assert counts(export.gets(*rows)) == {"read": 20, "added": 20}


@pytest.mark.rows("S-012")
def test_every_error_tells_what_to_do(shop: Shop):
    report = imports(shop, "promotions").gets(promotion("P-1"), promotion("P-2", type="x", price="1,5"))
    assert {issue.message for issue in report.issues} == {
        "type: no type of promotion: write GENERAL, MEMBERS_ONLY, HANDBILL or CUSTOM",
        "price: not a number: write digits with a decimal point and nothing else",
    }
    (reject,) = shop.ask("select message from rejects")
    assert set(reject["message"].split("; ")) == {issue.message for issue in report.issues}
