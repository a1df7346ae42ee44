"""Control totals: what the exporter states of a file agrees with it, or nothing of the run is applied."""

import gzip
import hashlib
import json
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp_pipelines.cli import main
from cdp_pipelines.errors import FileError
from cdp_pipelines.imports.control_totals import read_control
from cdp_pipelines.imports.documents import find_import
from cdp_pipelines.imports.report import Report
from cdp_pipelines.imports.watch import arrivals
from cdp_pipelines_tests.scenarios.shop import Import, Row, Shop, codes, line, order, text

BESIDE = {"uri": "{file}.json"}
TWO = [order("A-1", line(), line(total="5.50", subtotal="5.50", tax="0", shipping="0")), order("A-2")]
AGREES = {"rows": 3, "sum": {"EUR": "25.50"}, "sha256": hashlib.sha256(text(TWO).encode()).hexdigest()}


def controlled(shop: Shop, **attributes: Any) -> Import:
    return shop.imports(**{"control": BESIDE} | attributes)


def states(shop: Shop, totals: object, name: str = "orders.csv.json") -> None:
    shop.write(name, totals if isinstance(totals, str) else json.dumps(totals), day=1)


def agreed(report: Report) -> list[str]:
    """What the report says to agree with the control totals."""
    _, _, names = report.files[0].completeness.removesuffix(" as stated").partition("; ")
    return names.split(", ")


def nothing_applied(shop: Shop) -> bool:
    return not [table for table in ("orders", "order_events", "files") if shop.ask(f"select 1 from {table} limit 1")]


def test_what_agrees_is_applied_and_the_report_says_so(shop: Shop) -> None:
    states(shop, AGREES)
    report = controlled(shop).reads(text(TWO))
    assert (report.status, agreed(report)) == ("completed", ["rows", "sum", "sha256"])
    assert [file.uri for file in report.files] == [str(shop.folder / "orders.csv")]


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(
    ("changed", "code", "numbers"),
    [
        ({"rows": 4}, "CONTROL_ROWS", ["3", "4"]),
        ({"sum": {"EUR": "25.51"}}, "CONTROL_SUM", ["25.5", "25.51"]),
        ({"sum": {"EUR": "25.50", "USD": 1}}, "CONTROL_SUM", ["0 USD", "1"]),
        ({"sum": {"USD": "25.50"}}, "CONTROL_SUM", ["25.5 EUR", "0"]),
        ({"sha256": "0" * 64}, "CONTROL_SHA256", [str(AGREES["sha256"]), "0" * 64]),
    ],
)
def test_what_disagrees_is_not_applied_and_both_numbers_are_told(
    changed: dict[str, Any], code: str, numbers: list[str], dry_run: bool, shop: Shop
) -> None:
    states(shop, AGREES | changed)
    report = controlled(shop).reads(text(TWO), dry_run=dry_run)
    assert report.status == "failed"
    assert nothing_applied(shop)
    (issue, *_) = [one for one in report.issues if one.code == code]
    assert all(number in issue.message for number in numbers)
    assert report.error in [one.message for one in report.issues]


def test_every_quantity_that_disagrees_is_told(shop: Shop) -> None:
    states(shop, {"rows": 1, "sum": {"EUR": 1, "USD": 2}})
    report = controlled(shop).reads(text(TWO))
    assert [(one.code, one.column) for one in report.issues] == [
        ("CONTROL_ROWS", None), ("CONTROL_SUM", "EUR"), ("CONTROL_SUM", "USD"),
    ]  # fmt: skip
    states(shop, AGREES)
    assert controlled(shop).runs().status == "completed"


def test_unchanged_rows_count_as_well(shop: Shop) -> None:
    importing = controlled(shop)
    states(shop, AGREES)
    importing.reads(text(TWO))
    three = [*TWO, order("A-3", total="1", subtotal="1", tax="0", shipping="0")]
    states(shop, {"rows": 4, "sum": {"EUR": "26.5"}})
    report = importing.reads(text(three))
    assert (report.status, report.rows.unchanged, report.rows.added) == ("completed", 3, 1)
    states(shop, {"rows": 3, "sum": {"EUR": "16"}})
    report = importing.reads(text([*TWO[1:], three[2]]))
    assert (report.status, codes(report)) == ("failed", {"CONTROL_ROWS", "CONTROL_SUM"})


def test_rejected_orders_are_in_the_sum_and_what_cannot_be_read_is_told(shop: Shop) -> None:
    bad = [order("A-1", userId=""), order("A-2", total="1,50"), order("A-3", line(quantity="x"))]
    states(shop, {"rows": 3, "sum": {"EUR": "30.00"}})
    report = controlled(shop).reads(text([bad[0], bad[2], order("A-4")]))
    assert (report.status, report.items.rejected, agreed(report)) == ("partial", 2, ["rows", "sum"])
    states(shop, {"sum": {"EUR": "31.50"}})
    report = controlled(shop).reads(text([*bad, order("A-4")]))
    assert "(1 orders without a total that can be read are not in it)" in str(report.error)


def test_an_order_counts_once_and_as_its_last_group_says(shop: Shop) -> None:
    """A file sorted by something else repeats orders; the shop adds each of them up once."""
    rows = text([order("A-1", total="9"), order("A-2"), order("A-1", total="12"), order("A-2")])
    states(shop, {"rows": 4, "sum": {"EUR": "22"}})
    assert controlled(shop).reads(rows).status == "completed"
    states(shop, {"sum": {"EUR": "41"}})
    assert controlled(shop).reads(rows, force=True).status == "failed"


def test_rows_that_are_no_order_are_in_no_sum(shop: Shop) -> None:
    orphan = [{**order("")[0], "total": "99"}]
    states(shop, {"rows": 2, "sum": {"EUR": "10"}})
    report = controlled(shop).reads(text([orphan, order("A-1")]))
    assert (report.status, report.rows.rejected) == ("partial", 1)


def test_a_header_alone_has_no_rows_and_no_sum(shop: Shop) -> None:
    states(shop, {"rows": 0, "sum": {}})
    assert controlled(shop).reads(text([])).status == "completed"
    states(shop, {"rows": 0, "sum": {"EUR": "0.00"}})
    assert controlled(shop).runs(force=True).status == "completed"


def test_sums_are_of_the_file_before_filters_and_behind_renaming_and_casts(shop: Shop) -> None:
    content = text(TWO).replace("total,", "amount,", 1)
    steps = [{"rename": "amount", "to": "total"}, {"filter": 'orderId == "A-1"'}]
    states(shop, {"rows": 3, "sum": {"EUR": "25.50"}})
    report = controlled(shop, transform=steps).reads(content)
    assert (report.status, report.rows.skipped, agreed(report)) == ("completed", 1, ["rows", "sum"])


def test_the_checksum_is_of_the_bytes_as_delivered(shop: Shop) -> None:
    packed = gzip.compress(text(TWO).encode())
    states(shop, f"{hashlib.sha256(packed).hexdigest()}  orders.csv.gz\n", "orders.csv.gz.sha256")
    source = {"kind": "local", "uri": "orders.csv.gz"}
    importing = controlled(shop, source=source, control={"uri": "{file}.sha256"})
    report = importing.reads(packed)
    assert (report.status, agreed(report)) == ("completed", ["sha256"])
    states(shop, f"{hashlib.sha256(b'other').hexdigest()}\n", "orders.csv.gz.sha256")
    report = importing.runs()
    assert (report.status, codes(report)) == ("failed", {"CONTROL_SHA256"})


def test_without_its_control_totals_a_file_is_not_applied(shop: Shop) -> None:
    report = controlled(shop).reads(text(TWO))
    assert report.status == "failed"
    assert report.error == (
        f"There are no control totals at {shop.folder}/orders.csv.json; let the export write them, or remove control."
    )
    assert nothing_applied(shop)


def test_a_file_that_was_applied_before_still_has_its_rows_compared(shop: Shop) -> None:
    states(shop, AGREES)
    importing = controlled(shop)
    importing.reads(text(TWO))
    again = importing.runs()
    assert (again.skipped.already_applied, agreed(again)) == (3, ["rows", "sha256"])
    states(shop, {"rows": 4})
    assert (importing.runs().status, len(shop.orders())) == ("failed", 2)


@pytest.mark.parametrize(
    "stated",
    [
        "",
        "{",
        "[]",
        "{}",
        "null",
        '{"row": 3}',
        '{"rows": "3"}',
        '{"rows": -1}',
        '{"rows": true}',
        '{"rows": 1, "rows": 3}',
        '{"sum": {"EUR": "NaN"}}',
        '{"sum": {"EUR": "Infinity"}}',
        '{"sum": "25.50"}',
        '{"sha256": "abc"}',
        "abc  orders.csv",
        '{"files": [{"rows": 3}]}',
        '{"files": [{"name": "other.csv", "rows": 3}]}',
        f"{'0' * 64}  other.csv",
        "\xff\xfe",
        '{"files": [{"name": "orders.csv", "rows": 3}, {"name": "a/orders.csv", "rows": 4}]}',
    ],
)
def test_what_states_nothing_of_the_file_is_refused(stated: str, shop: Shop) -> None:
    shop.write("orders.csv.json", stated.encode("latin-1"), day=1)
    report = controlled(shop).reads(text(TWO))
    assert (report.status, codes(report)) == ("failed", {"CONTROL_UNREADABLE"})
    assert "orders.csv.json" in str(report.error)
    assert nothing_applied(shop)


def test_a_bom_and_numbers_without_quotes_are_read(shop: Shop) -> None:
    states(shop, '\ufeff{"rows": 3, "sum": {"EUR": 25.5}, "name": "orders.csv"}')
    assert controlled(shop).reads(text(TWO)).status == "completed"


LISTS = [
    json.dumps({"files": [{"name": "b.csv", "rows": 1}, {"name": "out/a.csv", "rows": 3, "sum": {"EUR": "25.50"}}]}),
    "\n".join(f"{hashlib.sha256(text(o).encode()).hexdigest()} *{n}" for n, o in (("a.csv", TWO), ("b.csv", TWO[1:]))),
]


@pytest.mark.parametrize("stated", LISTS, ids=["json", "sha256sum"])
def test_one_list_states_the_totals_of_several_files(stated: str, shop: Shop) -> None:
    listed = controlled(shop, source={"kind": "local", "uri": "*.csv"}, control={"uri": "list.txt"})
    shop.write("list.txt", stated, day=1)
    shop.write("a.csv", text(TWO), day=1)
    early = listed.runs()
    assert (early.status, codes(early)) == ("failed", {"SOURCE_FAILED"})
    assert "lists b.csv, which did not arrive" in str(early.error)
    shop.write("b.csv", text(TWO[1:]), day=1)
    report = listed.runs()
    assert (report.status, len(report.files)) == ("completed", 2)
    assert all("as stated" in file.completeness for file in report.files)
    shop.write("c.csv", text([order("A-9")]), day=2)
    assert codes(listed.runs()) == {"CONTROL_UNREADABLE"}


def test_one_file_that_disagrees_keeps_all_files_of_the_run_out(shop: Shop) -> None:
    for name, orders, rows in (("a", TWO, 3), ("b", TWO[1:], 7)):
        shop.write(f"{name}.csv", text(orders), day=1)
        states(shop, {"rows": rows}, f"{name}.csv.json")
    report = controlled(shop, source={"kind": "local", "uri": "*.csv"}).runs()
    assert (report.status, report.issues[0].file) == ("failed", str(shop.folder / "b.csv"))
    assert nothing_applied(shop)


@pytest.mark.parametrize("uri", ["orders-*", "*", "or*rs-*.*"])
def test_control_totals_are_no_data_of_a_pattern(uri: str, shop: Shop) -> None:
    folder = shop.folder / "in"
    folder.mkdir()
    importing = controlled(shop, source={"kind": "local", "uri": f"{folder}/{uri}"})
    (folder / "orders-1.csv.json").write_text(json.dumps(AGREES))
    assert "Nothing but control totals matches" in str(importing.runs().error)
    (folder / "orders-1.csv").write_text(text(TWO))
    assert [file.uri for file in importing.runs().files] == [f"{folder}/orders-1.csv"]


def test_data_may_have_the_ending_of_its_control_totals(shop: Shop) -> None:
    folder = shop.folder / "in"
    folder.mkdir()
    (folder / "a.json").write_text(text(TWO))
    (folder / "a.json.json").write_text(json.dumps(AGREES))
    report = controlled(shop, source={"kind": "local", "uri": f"{folder}/*.json"}).runs()
    assert [file.uri for file in report.files] == [f"{folder}/a.json"]


def test_a_product_feed_has_rows_and_a_checksum_but_no_sum(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    feed = shop.folder / "feed.jsonl"
    feed.write_text('{"id": "mug", "title": "Mug"}\n{"id": "cup", "title": "Cup"}\n')
    values = {
        "name": "feed",
        "source": {"kind": "local", "uri": "feed.jsonl"},
        "format": {"kind": "jsonl"},
        "control": BESIDE,
    }
    path = shop.folder / "feed.yaml"
    path.write_text(yaml.safe_dump({"type": "cdp_pipelines.ProductImport", "attributes": values}))
    stated = {"rows": 2, "sha256": hashlib.sha256(feed.read_bytes()).hexdigest().upper()}
    for wrong, code in (({"rows": 3}, "CONTROL_ROWS"), ({"sum": {}}, "CONTROL_UNREADABLE")):
        states(shop, stated | wrong, "feed.jsonl.json")
        report = Import(shop, find_import(str(path))).runs()
        assert (report.status, codes(report)) == ("failed", {code})
    states(shop, stated, "feed.jsonl.json")
    assert main(["run", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files"][0]["completeness"] == "size matches; rows, sha256 as stated"


def test_a_file_named_by_hand_has_control_totals_too(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "fixed.csv"
    path.write_text(text(TWO))
    importing = controlled(shop)
    assert importing.runs(file=str(path)).status == "failed"
    path.with_name("fixed.csv.json").write_text(json.dumps(AGREES))
    assert importing.runs(file=str(path)).status == "completed"


@pytest.mark.parametrize("control", [BESIDE, {"uri": "list-{partition}.json"}], ids=["beside", "list"])
def test_a_watched_file_waits_for_its_control_totals_and_is_new_with_other_ones(
    control: dict[str, str], shop: Shop
) -> None:
    source = {"kind": "local", "uri": "o-{partition}.csv"}
    importing = controlled(
        shop, source=source, control=control, watch={"every": "60s"}, partitions={"every": "day", "start": "2026-01-01"}
    )
    (shop.folder / "o-2026-01-01.csv").write_text(text(TWO))
    now = datetime.now(UTC)
    assert arrivals(importing.loaded, now) == []
    beside = shop.folder / control["uri"].format(file="o-2026-01-01.csv", partition="2026-01-01")
    beside.write_text("x")
    first = arrivals(importing.loaded, now)
    assert [one.label for one in first] == ["2026-01-01"]
    beside.write_text("xy")
    assert arrivals(importing.loaded, now)[0].stamp != first[0].stamp


@pytest.mark.parametrize(
    ("control", "told"),
    [
        ("x{file}.json", "stands at the start"),
        ("{file}", "stands at the start"),
        ("{file}/a.json", "stands at the start"),
        ("*.json", "without \\*"),
        (" ", "no address of one file"),
        ("a-{day}.json", "unknown placeholder"),
        ("a-{partition}.json", "no partitions"),
        ("s3://acme-cdp/list.json", "another kind"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(
    control: str, told: str, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Exception, match=told):
        controlled(shop, control={"uri": control})


AMOUNTS = st.decimals(min_value=0, max_value=10**6, places=2)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(AMOUNTS, st.sampled_from(["EUR", "USD", "JPY"]), st.integers(1, 4)), min_size=1, max_size=12))
def test_what_a_shop_adds_up_agrees_whatever_the_blocks(shop: Shop, drawn: list[tuple[Decimal, str, int]]) -> None:
    orders: list[list[Row]] = []
    sums: dict[str, Decimal] = {}
    for number, (amount, currency, lines) in enumerate(drawn):
        orders.append(order(f"A-{number}", *[line()] * lines, total=str(amount), currency=currency))
        sums[currency] = sums.get(currency, Decimal(0)) + amount
    totals = {"rows": sum(map(len, orders)), "sum": {name: str(amount) for name, amount in sums.items()}}
    states(shop, totals)
    report = controlled(shop).reads(text(orders), day=1, dry_run=True, block_size=300)
    assert (report.status, agreed(report)) == ("completed", ["rows", "sum"]), report.error


@given(st.binary(max_size=200))
def test_whatever_is_there_is_read_or_refused_in_one_sentence(content: bytes) -> None:
    refused = pytest.raises(FileError, match=r"\Aorders.csv.json holds no control totals[^\n]*\Z")
    with suppress(UnicodeDecodeError, ValueError):
        if json.loads(content.decode()):
            return
    with refused:
        read_control(content, "orders.csv.json")
