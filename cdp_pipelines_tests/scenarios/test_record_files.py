"""Files of records that are packed, strange, empty or for a day; rows that no format should let through."""

import gzip
import json

import pytest

from cdp_pipelines_tests.scenarios.records import as_csv, codes, counts, event, imports, promotion
from cdp_pipelines_tests.scenarios.shop import Shop

NEEDS = {"promotions": promotion("P"), "vouchers": {"code": "P"}, "events": event()}


@pytest.mark.parametrize("what", list(NEEDS))
def test_a_file_without_rows_is_told_and_changes_nothing(shop: Shop, what: str):
    content = as_csv([NEEDS[what]]).splitlines()[0] + "\n"
    report = imports(shop, what).reads(content)
    assert (report.status, codes(report), counts(report)) == ("completed", [("NO_ROWS", None)], {})


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_an_empty_file(shop: Shop, kind: str):
    report = imports(shop, "promotions", kind).reads("")
    assert codes(report) == [("EMPTY_FILE" if kind == "csv" else "NO_ROWS", None)]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_packed_files_are_unpacked_and_their_encoding_is_told(shop: Shop, kind: str):
    row = promotion("Ä-1")
    content = as_csv([row]) if kind == "csv" else json.dumps(row) + "\n"
    report = imports(shop, "promotions", kind).reads(gzip.compress(content.encode()))
    assert [(file.compression, file.encoding) for file in report.files] == [("gzip", "utf-8")]
    assert shop.ask("select code from promotions") == [{"code": "Ä-1"}]


@pytest.mark.parametrize("end", ["", '"'])
def test_a_cut_file_leaves_nothing(shop: Shop, end: str):
    content = as_csv([promotion(f"P-{n}") for n in range(100)])
    report = imports(shop, "promotions").reads(content[:-30] + end, batch=10, block_size=256)
    assert report.status == "failed"
    assert shop.ask("select code from promotions") == []


HOSTILE = [
    "'; drop table cdp.promotion_heads; --",
    "\\N",
    "\\.",
    "a\tb",
    'a"b',
    "{a,b}",
    "%s",
    "\ufeff",
    "\U0001d538" * 100,
    "=1+1",
]


@pytest.mark.parametrize("kind", ["csv", "synerise_csv", "jsonl"])
def test_hostile_values_are_values(shop: Shop, kind: str):
    rows = [promotion(f"{n}{value}", name=value, note=value) for n, value in enumerate(HOSTILE)]
    report = imports(shop, "promotions", kind).gets(*rows)
    assert counts(report) == {"read": len(rows), "added": len(rows)}
    found = shop.ask("select code, name, attributes ->> 'note' as note from promotions")
    assert {tuple(one.values()) for one in found} == {(row["code"], row["name"], row["note"]) for row in rows}
    imports(shop, "vouchers", kind).gets(*({"code": value} for value in HOSTILE))
    assert {one["code"] for one in shop.ask("select code from vouchers")} == set(HOSTILE)
    again = imports(shop, "vouchers", kind, name="other", pool="OTHER").gets(*({"code": value} for value in HOSTILE))
    assert again.rows.rejected == len(HOSTILE)
    told = imports(shop, "events", kind).gets(*(event(note=value) for value in HOSTILE))
    assert told.rows.added == len(HOSTILE)
    assert {one["note"] for one in shop.ask("select parameters ->> 'note' as note from custom_events")} == set(HOSTILE)


@pytest.mark.parametrize("what", ["promotions", "events"])
def test_partitions_are_versions_of_their_own(shop: Shop, what: str):
    export = imports(shop, what, partitions={"every": "day", "start": "2024-03-01"})
    for day in (2, 1):
        report = export.gets(NEEDS[what] | {"note": str(day)}, partition=f"2024-03-0{day}", day=5)
        assert report.partition == f"2024-03-0{day}"
    assert counts(report) == {"read": 1, "stale" if what == "promotions" else "added": 1}


@pytest.mark.parametrize("what", list(NEEDS))
def test_no_value_of_a_rejected_row_stands_in_the_report(shop: Shop, what: str):
    rows = {
        "promotions": promotion("", name="jane.secret@example.com"),
        "vouchers": {"code": "", "note": "jane.secret@example.com"},
        "events": event(email="jane.secret@@example.com"),
    }
    report = imports(shop, what).gets(NEEDS[what], rows[what])
    assert report.rows.rejected == 1
    assert "secret" not in report.model_dump_json()


@pytest.mark.parametrize("dry_run", [True, False])
def test_several_files_of_a_run_are_applied_one_after_the_other(shop: Shop, dry_run: bool):
    export = imports(shop, "promotions", source={"kind": "local", "uri": "p-*.csv"})
    for day in (1, 2):
        shop.write(f"p-{day}.csv", as_csv([promotion("P-1", name=str(day)), promotion(f"P-{day + 1}")]), day)
    report = export.runs(dry_run=dry_run)
    assert [file.rows.read for file in report.files] == [2, 2]
    # A dry run holds each file against the store, in which the files before it are not.
    assert counts(report) == ({"read": 4, "added": 4} if dry_run else {"read": 4, "added": 3, "updated": 1})
    assert [one["name"] for one in shop.ask("select name from promotions where code = 'P-1'")] == (
        [] if dry_run else ["2"]
    )
