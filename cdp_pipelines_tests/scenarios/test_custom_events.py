"""Custom events: appended once each, whoever names them how often."""

import json
import uuid
from datetime import UTC, datetime

import pytest

from cdp_pipelines.records.events import NAMESPACE
from cdp_pipelines_tests.scenarios.records import FORMATS, codes, counts, event, imports
from cdp_pipelines_tests.scenarios.shop import Shop

MOMENT = datetime(2024, 3, 1, 9, 15, tzinfo=UTC)


def events(shop: Shop) -> list[dict]:
    return shop.ask("select * from custom_events order by line, seq")


def users(shop: Shop) -> list[tuple[str, str]]:
    found = shop.ask("select id_type, id_value from identities join profiles using (profile_id) order by 1, 2")
    return [tuple(row.values()) for row in found]


@pytest.mark.rows("S-001", "D12")
@pytest.mark.parametrize("kind", FORMATS)
def test_an_event_arrives_with_its_user_time_and_parameters(shop: Shop, kind: str):
    report = imports(shop, "events", kind).gets(event(email=" Jane@Example.com ", title='a "b"'), event(page="/tea"))
    assert (report.status, report.kind, codes(report)) == ("completed", "custom_events", [])
    assert counts(report) == {"read": 2, "added": 2}
    first, second = events(shop)
    name = "\x1f".join(
        ["default", "page.visit", "email", "jane@example.com", "2024-03-01 09:15:00.000000",
         '{"page":"/mugs","title":"a \\"b\\""}']
    )  # fmt: skip
    assert first == {
        "seq": first["seq"], "event_id": uuid.uuid5(NAMESPACE, name), "site": "default", "name": "page.visit",
        "user_id_type": "email", "user_id": "jane@example.com", "occurred_at": MOMENT,
        "parameters": {"page": "/mugs", "title": 'a "b"'}, "run_id": report.run_id, "file_id": first["file_id"],
        "line": 1 if kind == "jsonl" else 2,
    }  # fmt: skip
    assert second["parameters"] == {"page": "/tea"}
    assert users(shop) == [("email", "jane@example.com")]
    assert {item.id for item in report.sample.first} == {str(one["event_id"]) for one in (first, second)}


@pytest.mark.rows("D5", "D11")
@pytest.mark.parametrize(
    ("column", "value", "kind", "stored"),
    [
        ("email", "Jane@Example.com", "email", "jane@example.com"),
        ("clientId", " 00123 ", "synerise_id", "00123"),
        ("uuid", "aBc-1", "cookie", "aBc-1"),
        ("customId", "CRM-7", "crm_id", "CRM-7"),
    ],
)
def test_each_of_four_ids_names_the_user(shop: Shop, column, value, kind, stored):
    report = imports(shop, "events").gets({column: value, "recordedAt": "2024-03-01T09:15:00Z", "page": "/"})
    assert codes(report) == []
    assert users(shop) == [(kind, stored)]
    assert events(shop)[0]["parameters"] == {"page": "/"}


def test_the_first_of_several_ids_counts_and_the_others_are_told(shop: Shop):
    rows = [event(customId="C-1"), event(email="", customId="C-1", uuid="u"), event(email="", customId="C-2")]
    report = imports(shop, "events").gets(*rows)
    assert codes(report) == [("USER_IDS_IGNORED", None)]
    assert report.issues[0].rows == 2
    assert users(shop) == [("cookie", "u"), ("crm_id", "C-2"), ("email", "jane@example.com")]


def test_an_email_can_be_stored_as_its_hash_only(shop: Shop):
    imports(shop, "events", hash_user_id=True).gets(event())
    (found,) = events(shop)
    assert found["user_id_type"] == "email_sha256"
    assert found["user_id"] == "8c87b489ce35cf2e2f39f80e282cb2e804932a56a213983eeeb428407d43b52d"


@pytest.mark.rows("S-012")
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"email": ""}, "NO_USER", None),
        ({"email": "jane"}, "INVALID_USER_ID", "email"),
        ({"email": "", "customId": "Anonymous"}, "INVALID_USER_ID", "customId"),
        ({"email": "", "customId": "x" * 513}, "VALUE_TOO_LONG", "customId"),
        ({"recordedAt": ""}, "MISSING_VALUE", "recordedAt"),
        ({"recordedAt": "yesterday"}, "INVALID_TIMESTAMP", "recordedAt"),
        ({"page": ""}, "NO_PARAMETER", None),
        ({"action": "page.leave"}, "OTHER_EVENT", "action"),
    ],
)
def test_a_bad_row_is_rejected_with_its_reason(shop: Shop, kind, cells, code, column):
    row = event() | cells
    if kind == "jsonl":
        row = {name: value for name, value in row.items() if value}
    report = imports(shop, "events", kind).gets(event(action="page.visit"), row, event(page="/tea"))
    assert counts(report) == {"read": 3, "added": 2, "rejected": 1}
    assert shop.rejects(report.run_id) == [(2 if kind == "jsonl" else 3, code, column)]


def test_the_column_action_names_the_event_where_yaml_does_not(shop: Shop):
    export = imports(shop, "events", event=None)
    rows = [event(action=name) for name in ("", "form.submit", "page.visit", "form.submit")]
    rows[3]["page"] = "/tea"
    for batch in (1, 50_000):
        report = export.gets(*rows, batch=batch, force=True)
        assert counts(report)["rejected"] == 2
        assert shop.rejects(report.run_id) == [(2, "MISSING_VALUE", "action"), (4, "OTHER_EVENT", "action")]
    assert {one["name"] for one in events(shop)} == {"form.submit"}
    assert all("action" not in one["parameters"] for one in events(shop))


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("recordedAt,page,name", "no column says who the user is: add one of email, clientId, uuid, customId"),
        ("email,page,name", "no column says when the events were: add one of recordedAt, timestamp"),
        ("email,recordedAt,name", "no column says which event it is: add one of action"),
    ],
)
def test_a_file_that_cannot_say_who_when_or_what_is_refused(shop: Shop, header: str, sentence: str):
    report = imports(shop, "events", event=None).reads(f"{header}\na,b,c\n")
    assert report.status == "failed"
    assert sentence in (report.error or "")
    assert ("MISSING_COLUMN", None) in codes(report)


def test_the_time_may_be_called_timestamp_and_is_in_the_imports_zone(shop: Shop):
    row = event(timestamp="2024-03-01 10:15")
    del row["recordedAt"]
    imports(shop, "events", timezone="Europe/Berlin").gets(row, row | {"timestamp": "2024-03-01T12:00:00.5+0300"})
    assert [one["occurred_at"] for one in events(shop)] == [MOMENT, datetime(2024, 3, 1, 9, 0, 0, 500_000, tzinfo=UTC)]


@pytest.mark.rows("K-093", "D12")
def test_parameters_from_json_keep_their_types(shop: Shop):
    given = {"count": 2, "price": 10.50, "gift": False, "items": [{"sku": "mug", "n": 1}], "none": None}
    imports(shop, "events", "jsonl").reads(json.dumps(event(**given)) + "\n")
    assert events(shop)[0]["parameters"] == {"page": "/mugs"} | {k: v for k, v in given.items() if v is not None}


@pytest.mark.parametrize("kind", FORMATS)
def test_importing_again_adds_nothing(shop: Shop, kind: str):
    export = imports(shop, "events", kind)
    export.gets(event(), event(page="/tea"))
    before = events(shop)
    assert counts(export.runs(force=True)) == {"read": 2, "unchanged": 2}
    report = export.gets(event(page="/tea"), event(), event(page="/new"), day=2)
    assert counts(report) == {"read": 3, "added": 1, "unchanged": 2}
    assert [one for one in events(shop) if one in before] == before
    assert imports(shop, "events", kind, name="other").gets(event(), day=3).rows.unchanged == 1


@pytest.mark.parametrize("batch", [1, 2, 50_000])
def test_an_event_that_stands_twice_in_a_file_is_one(shop: Shop, batch: int):
    export = imports(shop, "events")
    rows = [event(), event(page="/tea"), event(), event(email="JANE@example.com")]
    for dry_run in (True, False):
        report = export.gets(*rows, dry_run=dry_run, batch=batch)
        assert counts(report) == {"read": 4, "added": 2, "superseded": 2}
        assert report.items.total == 2
        assert codes(report) == [("EVENT_REPEATED", None)]
        assert report.issues[0].sample_lines == [4, 5]
    assert len(events(shop)) == 2


def test_a_dry_run_of_several_files_counts_what_the_real_run_does(shop: Shop):
    export = imports(shop, "events", source={"kind": "local", "uri": "events-*.csv"})
    for number in (1, 2):
        shop.write(
            f"events-{number}.csv",
            f"email,recordedAt,page\njane@example.com,2024-03-01,/\nmax@example.com,2024,{number}\n",
            1,
        )
    dry, real = export.runs(dry_run=True), export.runs()
    assert counts(dry) == counts(real) == {"read": 4, "added": 3, "unchanged": 1}
    assert [file.rows for file in dry.files] == [file.rows for file in real.files]


def test_events_are_append_only(shop: Shop):
    imports(shop, "events").gets(event())
    with pytest.raises(Exception, match="append-only"):
        shop.ask("delete from custom_event_rows")
