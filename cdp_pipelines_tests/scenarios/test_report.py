"""The report: its keys, which are a contract, its record, and the personal data that never stands in it."""

import json
import logging

import pytest

from cdp_pipelines.imports.history import load_rejects, load_report
from cdp_pipelines.imports.report import Report
from cdp_pipelines.imports.trends import plots
from cdp_pipelines_tests.scenarios.shop import Shop, counts, line, order, text

KEYS = (
    "schema_version run_id dagster_run_id import_name kind site status origin dry_run dry_run_of partition config_hash "
    "store started_at finished_at error files rows items skipped events money enriched issues budget sample stages "
    "peak_rss_mb"
)
PARTS = {
    "files": "uri version bytes sha256 encoding compression completeness rows",
    "rows": "read added updated unchanged stale superseded rejected skipped",
    "items": "total added updated unchanged stale rejected skipped",
    "skipped": "already_applied suppressed unsupported_status filtered",
    "events": "orderPlace orderUpdate",
    "enriched": "items fields coverage",
    "issues": "severity code column message rows items share file sample_lines",
    "budget": "share used",
    "sample": "first last",
    "stages": "name seconds rows bytes",
}
EMAIL, PHONE, NAME = "canary.jane@example.com", "+351912345678", "Canaria Exemplaria"


@pytest.fixture
def report(shop: Shop) -> Report:
    orders = [order(f"A-{n}", line(), line(currency="USD")) for n in range(12)]
    return shop.imports(max_rejected="50%").gets(*orders, order("B", line(status="lost")), order("C", total="99"))


@pytest.mark.rows("K-009", "D32")
def test_the_keys_are_those_of_the_contract(report: Report) -> None:
    values = report.as_dict()
    assert list(values) == KEYS.split()
    for name, keys in PARTS.items():
        part = values[name][0] if isinstance(values[name], list) else values[name]
        assert set(part) == set(keys.split()), name
    assert set(values["files"][0]["rows"]) == set(PARTS["rows"].split())
    assert set(values["money"]["EUR"]) == {"orders", "total", "refund"}
    assert json.loads(json.dumps(values)) == values


@pytest.mark.rows("D15", "D32")
def test_its_figures(report: Report) -> None:
    values = report.as_dict()
    assert (values["status"], values["kind"], values["site"], values["origin"]) == (
        "partial",
        "orders",
        "default",
        "manual",
    )
    assert values["rows"]["read"] == values["files"][0]["rows"]["read"] == 26
    assert (values["items"]["total"], values["items"]["added"], values["items"]["rejected"]) == (14, 13, 1)
    assert values["money"] == {"EUR": {"orders": 13, "total": 339.0, "refund": 0.0}}
    assert values["budget"] == {"share": 0.5, "used": pytest.approx(1 / 14, abs=1e-6)}
    assert values["stages"][0]["name"] == "land"
    assert {issue["code"]: (issue["severity"], issue["rows"], issue["items"]) for issue in values["issues"]} == {
        "UNKNOWN_STATUS": ("error", 1, 1),
        "CURRENCY_DIFFERS": ("warning", 12, 12),
        "MONEY_MISMATCH": ("warning", 1, 1),
        "LINES_TOTAL_MISMATCH": ("warning", 1, 1),
    }
    shares = {issue["code"]: issue["share"] for issue in values["issues"]}
    assert shares["CURRENCY_DIFFERS"] == pytest.approx(12 / 14, abs=1e-6)


def test_its_sample_shows_the_first_and_the_last_five(report: Report) -> None:
    shown = report.sample
    assert [(item.id, item.line, item.outcome) for item in shown.first] == [
        (f"A-{n}", 2 + 2 * n, "added") for n in range(5)
    ]
    assert [item.id for item in shown.last] == ["A-9", "A-10", "A-11", "B", "C"]
    assert [item.outcome for item in shown.last] == ["added", "added", "added", "rejected", "added"]


def test_the_stored_record_is_the_same_report(shop: Shop, report: Report) -> None:
    assert load_report(shop.store, report.run_id).as_dict() == report.as_dict()
    (record,) = shop.ask("select status, finished_at, epoch from import_runs")
    assert (record["status"], record["finished_at"]) == ("partial", report.finished_at)


def test_a_failed_run_has_a_record_and_nothing_else(shop: Shop) -> None:
    report = shop.imports().reads(b"")
    assert load_report(shop.store, report.run_id).as_dict() == report.as_dict()
    tables = ("orders", "order_events", "files", "identities", "profiles", "fingerprints", "import_configurations")
    assert [shop.ask(f"select from {table}") for table in tables] == [[]] * len(tables)


def test_rejects_keep_the_cells_as_they_came(shop: Shop) -> None:
    bad = order("A-1", line(status="lost", name=' "x",\ny'), userId="jane@example.com ")
    report = shop.imports().gets(bad, order("A-2"))
    (found,) = load_rejects(shop.store, report.run_id)
    assert found["raw"] == bad[0]
    assert (found["line"], found["item_id"], found["state"]) == (2, "A-1", "open")


def test_rejected_values_are_quoted_only_on_request(shop: Shop) -> None:
    content = text([order(f"A-{n}", userId=f"reader {n}") for n in range(5)])
    silent, told = shop.imports().reads(content), shop.imports("talking", show_personal_data=True).reads(content)
    assert "reader" not in silent.issues[0].message
    assert told.issues[0].message == (silent.issues[0].message + " (the file says 'reader 0', 'reader 1', 'reader 2')")


@pytest.mark.rows("S1", "S2", "D11")
@pytest.mark.parametrize("header", [True, False], ids=["header", "no header"])
def test_no_personal_value_is_told(
    shop: Shop, header: bool, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    person = {"custom_name": NAME, "custom_phone": PHONE, "custom_mail": EMAIL}
    rows = [
        order("A-1", line(name=NAME), line(status="lost"), userId=EMAIL, **person),
        order("A-2", userId=f"{EMAIL} {PHONE}", currency=NAME, total=PHONE, createdAt=EMAIL, **person),
        order("A-3", line(id=EMAIL), line(id=EMAIL, currency=NAME, status=EMAIL, adult=NAME), userId=EMAIL),
        order("A-4", userIdType=NAME, userId=EMAIL, lastUpdated=PHONE),
        order("", userId=EMAIL),
        order("A-5", userIdType="phone", userId=PHONE, refund="99"),
        order("A-6", line(), line(), userId=EMAIL),
    ]
    rows[-1][1]["userId"] = f"other-{EMAIL}"
    content = text(rows)
    report = shop.imports().reads(content if header else content.split("\n", 1)[1])
    assert report.status == ("partial" if header else "failed")
    told = json.dumps(report.as_dict(), ensure_ascii=False) + caplog.text + "".join(capfd.readouterr())
    records = shop.ask("select row_to_json(r) as r from import_runs r")
    messages = shop.ask("select message, code, column_name, item_id from rejects")
    for canary in (EMAIL, PHONE, NAME, "canary", "912345678"):
        assert canary not in told
        assert canary not in json.dumps([*records, *messages], ensure_ascii=False)


@pytest.mark.rows("S2")
def test_what_the_store_refuses_is_told_without_its_value(shop: Shop) -> None:
    with shop.store.connect() as connection:
        connection.execute("alter table order_heads add constraint small check (total < 100)")
    report = shop.imports().gets(order("A-1", total="123.45", userId=EMAIL))
    assert report.status == "failed"
    assert "small" in (report.error or "")
    assert "123.45" not in json.dumps(report.as_dict())
    assert EMAIL not in json.dumps(report.as_dict())
    assert (counts(report), shop.events()) == ({}, [])


def test_rejects_of_a_retried_file_are_stored_once(shop: Shop) -> None:
    report = shop.imports().gets(order("A-1"), order("B", line(status="lost")), order("A-1"), order("C"))
    assert counts(report) == {"superseded": 1, "rejected": 1, "added": 2}
    assert len(shop.rejects(report.run_id)) == 1


def test_its_pictures_show_the_import_over_time(shop: Shop) -> None:
    orders = shop.imports()
    orders.gets(order("A"), order("B", createdAt="2024-03-02T23:30:00-02:00"))
    orders.runs(dry_run=True)
    orders.gets(order("A"), order("C", line(status="lost")), order("D"))
    report = orders.gets(order("D", line(status="paid"), createdAt="2024-03-03T01:00:00Z"))
    outcomes, days = plots(report, shop.store)
    assert outcomes.title == "Rows by outcome, last 3 runs"
    assert [{name: rows for name, rows in bar.parts.items() if rows} for bar in outcomes.bars] == [
        {"added": 2},
        {"added": 1, "unchanged": 1, "rejected": 1},
        {"updated": 1},
    ]
    assert [(bar.label, bar.parts) for bar in days.bars] == [("2024-03-03", {"orders": 1})]
    (shop.folder / "orders.csv").unlink()
    outcomes, *others = plots(orders.runs(), shop.store)
    assert [bar.failed for bar in outcomes.bars] == [False, False, False, True]
    assert others == []
