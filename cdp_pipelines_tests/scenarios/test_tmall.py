"""Tmall's pair of reports, from two files to the store's tables (formats section 5)."""

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from cdp_pipelines.imports.check import check
from cdp_pipelines.imports.report import Report
from cdp_pipelines.imports.watch import arrivals
from cdp_pipelines.store import Store
from cdp_pipelines_tests.mappings.tmall_pairs import (
    DETAILS,
    ORDERS,
    PAID,
    SHIPPED,
    UNPAID,
    Pair,
    detail,
    order,
    report,
)
from cdp_pipelines_tests.scenarios.shop import Import, Shop, codes, counts

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
A, B, C = "3579000000000000001", "3579000000000000002", "3579000000000000003"


@pytest.fixture
def tmall(shop: Shop) -> Callable[..., Import]:
    """Makes an import of whatever pairs lie in the shop's folder."""

    def make(name: str = "tmall", options: dict | None = None, **attributes: object) -> Import:
        source = {"kind": "local", "uri": "ExportOrder*.csv"}
        return shop.imports(name, source=source, format={"kind": "tmall_csv"} | (options or {}), **attributes)

    return make


def of_files(found: Report) -> list[dict[str, int]]:
    """What became of the rows of each file: the order report first."""
    names = ("added", "updated", "unchanged", "superseded", "rejected", "skipped")
    parts = [file.rows.model_dump() for file in found.files]
    assert all(file.rows.balanced for file in found.files)
    return [{name: part[name] for name in names if part[name]} for part in parts]


def issue(found: Report, code: str) -> tuple[str, str | None, list[int], int]:
    """File name, column, lines and rows of the only issue of a code."""
    (only,) = [one for one in found.issues if one.code == code]
    return Path(only.file or "").name[:-16], only.column, only.sample_lines, only.rows


@pytest.mark.rows("D-003", "D-033", "D33")
def test_a_pair_becomes_orders_at_order_time(shop: Shop, tmall: Callable[..., Import]):
    Pair([order(A), order(B)], [detail(A), detail(B)]).write(shop.folder)
    found = tmall().runs()
    assert (found.status, found.issues) == ("completed", [])
    assert of_files(found) == [{"added": 2}, {"added": 2}]
    assert [file.encoding for file in found.files] == ["gb18030", "gb18030"]
    assert (found.items.added, found.rows.read) == (2, 4)
    state = shop.order(A)
    assert (state["user_id_type"], state["user_id"], state["currency"]) == ("phone", "+8613800138000", "CNY")
    amounts = [state[name] for name in ("total", "subtotal", "tax", "shipping", "discount", "refund")]
    assert amounts == [25, 20, 0, 5, 0, 0]
    assert state["created_at"].isoformat() == "2017-01-05T02:20:30+00:00"
    assert state["custom_fields"] == {"paid": "25.00", "shop": "示例店", "shopId": "0"}
    event = shop.events()[0]
    assert (event["occurred_at"], event["order"]["shippingMethod"]) == ("2017-01-05T02:20:30Z", "快递")
    assert event["source"]["lines"] == [2]
    assert shop.ask("select id_type, id_value from identities") == [{"id_type": "phone", "id_value": "+8613800138000"}]
    assert not {"测试", "示例路"} & set(str(shop.events()))


@pytest.mark.rows("D17")
@pytest.mark.parametrize("year", ORDERS)
@pytest.mark.parametrize("width", DETAILS)
@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig"])
def test_all_generations_say_the_same(shop: Shop, tmall: Callable[..., Import], year: int, width: int, encoding: str):
    Pair([order(A)], [detail(A), detail(A, 商家编码="null")], year, width, encoding).write(shop.folder)
    found = tmall().runs()
    assert (found.issues, of_files(found)) == ([], [{"added": 1}, {"added": 2}])
    (first, second) = shop.order(A)["line_items"]
    assert (first["sku"], second["sku"], first["productId"], first["name"]) == ("mug-blue", "mug", "mug-blue", "杯子")
    assert (first["subtotal"], first["status"]) == (10, "fulfilled")


def test_what_is_due_is_shared_by_list_value_to_the_fen(shop: Shop, tmall: Callable[..., Import]):
    listed = [detail(A, 价格="139.00"), detail(A, 价格="50.00元", 购买数量="2")]
    Pair([order(A, 买家应付货款="201.12", 买家应付邮费="10", 总金额="211.12元")], listed).write(shop.folder)
    assert tmall().runs().issues == []
    state, lines = shop.order(A), shop.order(A)["line_items"]
    assert [line["subtotal"] for line in lines] == [116.97, 84.15]
    assert [line["shipping"] for line in lines] == [5.82, 4.18]
    assert sum(Decimal(str(line["total"])) for line in lines) == state["total"] == Decimal("211.12")
    assert [line["discount"]["value"] for line in lines] == [22.03, 15.85]
    assert state["discount"] == Decimal("37.88")


def test_an_amount_that_does_not_add_up_is_a_warning(shop: Shop, tmall: Callable[..., Import]):
    Pair([order(A, 总金额="27.00")], [detail(A)]).write(shop.folder)
    found = tmall().runs()
    assert issue(found, "MONEY_MISMATCH") == ("ExportOrderList", "总金额", [2], 1)
    assert codes(found) == {"MONEY_MISMATCH", "LINES_TOTAL_MISMATCH"}


def test_refunds_of_rows_and_of_the_whole_order(shop: Shop, tmall: Callable[..., Import]):
    done = {"退款状态": "退款成功", "退款金额": "20.00"}
    rows = [detail(A, **done), detail(A, 退款状态="没有申请退款"), detail(B), detail(B, 订单状态="交易关闭")]
    orders = [order(A, 买家应付货款="40.00", 总金额="45.00"), order(B, 退款金额="3.01")]
    Pair(orders, rows, width=18).write(shop.folder)
    assert tmall().runs().issues == []
    lines = shop.order(A)["line_items"]
    assert [(line["status"], line["refund"]) for line in lines] == [("refunded", 20), ("fulfilled", 0)]
    assert shop.order(A)["refund"] == 20
    lines = shop.order(B)["line_items"]
    assert [(line["status"], line["refund"]) for line in lines] == [("fulfilled", 1.51), ("cancelled", 1.5)]


def test_a_row_is_refunded_when_what_was_due_for_it_went_back(shop: Shop, tmall: Callable[..., Import]):
    done = {"价格": "25.00", "买家应付货款": "20.00", "退款状态": "退款成功", "退款金额": "20.00"}
    rows = [detail(A, 价格="10.00", 买家应付货款="10.00"), detail(A, **done)]
    Pair([order(A, 买家应付货款="30.00", 总金额="35.00")], rows, width=18).write(shop.folder)
    assert tmall().runs().issues == []
    assert [line["status"] for line in shop.order(A)["line_items"]] == ["fulfilled", "refunded"]


@pytest.mark.rows("D-004", "D-032", "D9")
@pytest.mark.parametrize("only_successful", [False, True])
def test_only_paid_statuses_are_taken(shop: Shop, tmall: Callable[..., Import], only_successful: bool):
    statuses = [
        "交易成功",
        PAID,
        PAID.replace("，", ","),
        SHIPPED,
        "卖家部分发货",
        UNPAID,
        "交易关闭",
        "张三 13800138000",
    ]
    ids = [f"35790000000000001{n}" for n in range(len(statuses))]
    orders = [order(one, 订单状态=status) for one, status in zip(ids, statuses, strict=True)]
    details = [detail(one, 订单状态=status) for one, status in zip(ids, statuses, strict=True) for _ in range(2)]
    Pair(orders, details, encoding="gb18030").write(shop.folder)
    found = tmall(options={"only_successful": only_successful}).runs()
    taken = 1 if only_successful else 5
    assert of_files(found) == [{"added": taken, "skipped": 8 - taken}, {"added": 2 * taken, "skipped": 2 * (8 - taken)}]
    assert found.skipped.unsupported_status == 3 * (8 - taken)
    assert (found.items.skipped, found.status) == (8 - taken, "completed")
    told = [one.message for one in found.issues if one.code == "STATUS_NOT_TAKEN"]
    assert len(told) == (6 if only_successful else 3)
    assert any(UNPAID in message for message in told)
    assert not any("张三" in message for message in told)
    lines = [shop.order(one)["line_items"][0]["status"] for one in ids[:taken]]
    assert lines == ["fulfilled", "paid", "paid", "paid", "paid"][:taken]


@pytest.mark.rows("D-031")
@pytest.mark.parametrize(("kept", "named"), [(0, "ExportOrderDetailList"), (1, "ExportOrderList")])
def test_one_report_alone_is_refused(shop: Shop, tmall: Callable[..., Import], kept: int, named: str):
    paths = Pair([order(A)], [detail(A)]).write(shop.folder)
    paths[1 - kept].unlink()
    found = tmall().runs()
    assert (found.status, codes(found)) == ("failed", {"REPORT_MISSING"})
    assert named in (found.error or "")
    assert "is missing" in (found.error or "")
    assert shop.orders() == []


def test_unequal_numbers_of_reports_are_refused(shop: Shop, tmall: Callable[..., Import]):
    Pair([order(A)], [detail(A)]).write(shop.folder)
    Pair([order(B)], [detail(B)], time="201701061020").write(shop.folder)[1].unlink()
    found = tmall().runs()
    assert (found.status, codes(found)) == ("failed", {"REPORT_MISSING"})
    assert "2 order reports and 1 product reports" in (found.error or "")


def test_pairs_of_several_days_are_applied_in_their_order(shop: Shop, tmall: Callable[..., Import]):
    first = Pair([order(A, 订单状态=PAID)], [detail(A, 订单状态=PAID)], time="201701051020").write(shop.folder)
    second = Pair([order(A), order(B)], [detail(A), detail(B)], time="201701061020").write(shop.folder)
    found = tmall().runs()
    assert [Path(file.uri).name for file in found.files] == [path.name for path in (*first, *second)]
    assert of_files(found) == [{"added": 1}, {"added": 1}, {"added": 1, "updated": 1}, {"added": 1, "updated": 1}]
    assert shop.order(A)["line_items"][0]["status"] == "fulfilled"


def test_any_other_file_is_refused(shop: Shop, tmall: Callable[..., Import]):
    Pair([order(A)], [detail(A)]).write(shop.folder)
    shop.write("ExportOrders.csv", "Name,Email\n1,jane@example.com\n", 1)
    found = tmall().runs()
    assert (found.status, codes(found)) == ("failed", {"WRONG_EXPORT"})
    assert "ExportOrders.csv is neither" in (found.error or "")


@pytest.mark.rows("D-030", "D17")
@pytest.mark.parametrize("report_number", [0, 1])
@pytest.mark.parametrize("renamed", [True, False])
def test_a_renamed_or_missing_column_refuses_the_file(
    shop: Shop, tmall: Callable[..., Import], report_number: int, renamed: bool
):
    paths = Pair([order(A)], [detail(A)]).write(shop.folder)
    column = ("联系手机", "商家编码")[report_number]
    columns = (ORDERS[2017], DETAILS[10])[report_number]
    others = [("手机" if renamed else None) if name == column else name for name in columns]
    rows = ([order(A)], [detail(A)])[report_number]
    paths[report_number].write_bytes(report(rows, [name for name in others if name]).encode("gbk"))
    found = tmall().runs()
    assert (found.status, issue(found, "MISSING_COLUMN")[1]) == ("failed", column)
    assert "export it anew, and edit nothing" in (found.error or "")
    assert [one.file for one in found.issues] == [str(paths[report_number])]


@pytest.mark.rows("D-030")
@pytest.mark.parametrize("written", ["3.579E+18", "3.57900000000000E+18", "3E+18"])
@pytest.mark.parametrize("report_number", [0, 1])
def test_an_id_that_a_spreadsheet_rounded_refuses_the_file(
    shop: Shop, tmall: Callable[..., Import], report_number: int, written: str
):
    paths = Pair([order(A), order(B)], [detail(A), detail(B)]).write(shop.folder)
    rows = ([order(A), order(written)], [detail(A), detail(written)])[report_number]
    columns = (ORDERS[2017], DETAILS[10])[report_number]
    paths[report_number].write_bytes(report(rows, columns, plain_ids=True).encode("gbk"))
    found = tmall().runs()
    assert (found.status, codes(found), shop.orders()) == ("failed", {"EDITED_EXPORT"}, [])
    line = 4 - report_number  # the address takes two lines
    assert issue(found, "EDITED_EXPORT")[1:3] == ("订单编号", [line])
    assert [one.file for one in found.issues] == [str(paths[report_number])]
    assert written not in (found.error or "")


def test_a_time_that_a_spreadsheet_rewrote_refuses_the_file(shop: Shop, tmall: Callable[..., Import]):
    Pair([order(A, 订单创建时间="2017/1/5 10:20")], [detail(A)]).write(shop.folder)
    assert codes(tmall().runs()) == {"EDITED_EXPORT"}


def test_plain_digits_in_utf_8_are_fine(shop: Shop, tmall: Callable[..., Import]):
    paths = Pair([], []).write(shop.folder)
    paths[0].write_text(report([order(A)], ORDERS[2017], plain_ids=True))
    paths[1].write_text(report([detail(A)], DETAILS[10], plain_ids=True))
    found = tmall().runs()
    assert (found.issues, of_files(found)) == ([], [{"added": 1}, {"added": 1}])


def test_a_declared_encoding_is_kept_to(shop: Shop, tmall: Callable[..., Import]):
    Pair([order(A)], [detail(A)], encoding="utf-8").write(shop.folder)
    assert tmall(options={"encoding": "utf-8"}).runs().status == "completed"
    Pair([order(A)], [detail(A)], encoding="gbk").write(shop.folder)
    assert codes(tmall(options={"encoding": "utf-8"}).runs()) == {"NOT_DECODABLE"}


@pytest.mark.rows("D12")
def test_mobiles_in_all_writings(shop: Shop, tmall: Callable[..., Import]):
    written = ["'13800138000", "+86 138-0013-8000", "013800138000", "0086 13800138000", "(138)0013 8000"]
    wrong = ["2380013800", "1380013800", "138****0000", "13800138000-1234"]
    unknown = ["'null", "null", "NaN", ""]
    mobiles = [*written, *wrong, *unknown]
    ids = [f"35790000000000{n:05}" for n in range(len(mobiles))]
    orders = [order(one, 联系手机=mobile) for one, mobile in zip(ids, mobiles, strict=True)]
    Pair(orders, [detail(one) for one in ids]).write(shop.folder)
    found = tmall().runs()
    assert of_files(found) == [{"added": 5, "rejected": 8}] * 2
    assert {row["user_id"] for row in shop.ask("select user_id from orders")} == {"+8613800138000"}
    assert issue(found, "INVALID_MOBILE") == ("ExportOrderList", "联系手机", [12, 14, 16, 18], 4)
    assert issue(found, "MISSING_VALUE") == ("ExportOrderList", "联系手机", [20, 22, 24, 26], 4)
    assert "138****0000" not in str(found)


@pytest.mark.rows("D13", "D15")
def test_rejected_orders_are_kept_as_both_reports_say_them(shop: Shop, tmall: Callable[..., Import]):
    orders = [order(A), order(B), order(C)]
    details = [detail(A, 价格="x"), detail(A), detail(B, 商家编码="null", 外部系统编号=""), detail(C, 购买数量="")]
    paths = Pair([*orders, order("3579000000000000009")], [*details, detail("3579000000000000009")]).write(shop.folder)
    found = tmall().runs()
    assert of_files(found) == [{"added": 1, "rejected": 3}, {"added": 1, "rejected": 4}]
    kept = shop.ask("select file, line, item_id, code, column_name, raw from rejects order by file desc, line")
    assert [(row["file"], row["line"], row["code"], row["column_name"]) for row in kept] == [
        (str(paths[0]), 2, "ORDER_REJECTED", None),
        (str(paths[0]), 4, "ORDER_REJECTED", None),
        (str(paths[0]), 6, "ORDER_REJECTED", None),
        (str(paths[1]), 2, "INVALID_NUMBER", "价格"),
        (str(paths[1]), 3, "ORDER_REJECTED", None),
        (str(paths[1]), 4, "MISSING_VALUE", "商家编码"),
        (str(paths[1]), 5, "MISSING_VALUE", "购买数量"),
    ]
    assert kept[0]["raw"]["订单编号"] == f'="{A}"'
    assert set(kept[0]["raw"]) == set(ORDERS[2017])
    assert kept[3]["raw"] == dict.fromkeys(DETAILS[10], "") | {
        name: value for name, value in details[0].items() if name in DETAILS[10]
    } | {"订单编号": f'="{A}"'}


def test_rows_without_their_counterpart(shop: Shop, tmall: Callable[..., Import]):
    Pair([order(A), order(B), order(C, 订单状态=UNPAID)], [detail(A), detail("99")]).write(shop.folder)
    found = tmall().runs()
    assert of_files(found) == [{"added": 1, "rejected": 1, "skipped": 1}, {"added": 1, "skipped": 1}]
    assert issue(found, "NO_LINE_ITEMS") == ("ExportOrderList", None, [4], 1)
    assert issue(found, "DETAIL_WITHOUT_ORDER") == ("ExportOrderDetailList", "订单编号", [3], 1)
    assert (found.skipped.filtered, found.skipped.unsupported_status) == (1, 1)
    assert codes(found) == {"NO_LINE_ITEMS", "DETAIL_WITHOUT_ORDER", "STATUS_NOT_TAKEN"}
    assert shop.rejects(found.run_id) == [(4, "NO_LINE_ITEMS", None)]


def test_of_an_order_that_stands_there_twice_the_last_row_counts(shop: Shop, tmall: Callable[..., Import]):
    Pair([order(A, 订单状态=PAID), order(B), order(A)], [detail(A), detail(B)]).write(shop.folder)
    found = tmall().runs()
    assert of_files(found) == [{"added": 2, "superseded": 1}, {"added": 2}]
    assert issue(found, "SUPERSEDED_ROWS") == ("ExportOrderList", "订单编号", [2], 1)
    assert shop.order(A)["line_items"][0]["status"] == "fulfilled"


@pytest.mark.rows("D16")
def test_several_orders_of_one_buyer_are_normal(shop: Shop, tmall: Callable[..., Import]):
    Pair([order(A), order(B)], [detail(B), detail(A)]).write(shop.folder)
    assert tmall().runs().items.added == 2
    assert len(shop.ask("select * from identities")) == 1


@pytest.mark.rows("D32")
def test_rows_of_a_wrong_shape_reject_their_order_or_themselves(shop: Shop, tmall: Callable[..., Import]):
    paths = Pair([order(A), order(B), order("")], [detail(A), detail(B), detail("")]).write(shop.folder)
    orders = paths[0].read_bytes()
    paths[0].write_bytes(orders + f'="{C}","short"\r\n'.encode() + b'="4","a",b"c\r\n')
    paths[1].write_bytes(paths[1].read_bytes() + f'="{A}","cut"\r\n="{C}",a,1,1,m,,,,x,m,more\r\n'.encode())
    found = tmall().runs()
    assert of_files(found) == [{"added": 1, "rejected": 4}, {"added": 1, "rejected": 4}]
    kept = shop.ask("select file, line, code from rejects order by file desc, line")
    assert [(row["line"], row["code"]) for row in kept] == [
        (2, "ORDER_REJECTED"), (6, "BLANK_ORDER_ID"), (8, "WRONG_FIELD_COUNT"), (9, "WRONG_FIELD_COUNT"),
        (2, "ORDER_REJECTED"), (4, "BLANK_ORDER_ID"), (5, "WRONG_FIELD_COUNT"), (6, "WRONG_FIELD_COUNT"),
    ]  # fmt: skip


@pytest.mark.rows("D22", "D24")
def test_what_was_applied_is_skipped_as_a_pair(shop: Shop, tmall: Callable[..., Import]):
    paths = Pair([order(A), order(B)], [detail(A), detail(B)]).write(shop.folder)
    crm = tmall()
    crm.runs()
    again = crm.runs()
    assert of_files(again) == [{"skipped": 2}, {"skipped": 2}]
    assert (again.skipped.already_applied, again.items.skipped) == (4, 2)
    paths[1].write_bytes(report([detail(A), detail(B, 标题="茶杯")], DETAILS[10]).encode("gbk"))
    changed = crm.runs()
    assert of_files(changed) == [{"unchanged": 1, "updated": 1}] * 2
    assert of_files(crm.runs(force=True)) == [{"unchanged": 2}] * 2
    assert shop.told() == [("orderPlace", A), ("orderPlace", B), ("orderUpdate", B)]


@pytest.mark.rows("D33")
def test_a_stated_zone_counts(shop: Shop, tmall: Callable[..., Import]):
    Pair([order(A)], [detail(A)]).write(shop.folder)
    hashes = {tmall(timezone=zone).runs().config_hash for zone in ("UTC", "Asia/Shanghai")}
    assert len(hashes) == 2
    assert tmall(timezone="UTC").runs(force=True).status == "completed"
    assert shop.order(A)["created_at"].isoformat() == "2017-01-05T10:20:30+00:00"


def test_transform_takes_up_columns_of_both_reports(shop: Shop, tmall: Callable[..., Import]):
    rows = [detail(A, 商品属性="颜色:红"), detail(A, 备注="gift")]
    Pair([order(A, 物流公司="'SF", 收货地址="x")], rows).write(shop.folder)
    steps = [
        {"copy": "物流公司", "to": "custom_carrier"},
        {"copy": "detail.商品属性", "to": "lineItem_size"},
        {"filter": 'detail.备注 != "gift"'},
    ]
    found = tmall(transform=steps).runs()
    assert (codes(found), of_files(found)) == ({"LINES_TOTAL_MISMATCH"}, [{"added": 1}, {"added": 1, "skipped": 1}])
    state = shop.order(A)
    assert state["custom_fields"]["carrier"] == "SF"
    assert [line["size"] for line in state["line_items"]] == ["颜色:红"]


@pytest.mark.parametrize("block_size", [1, 200])
def test_small_blocks_change_nothing(shop: Shop, tmall: Callable[..., Import], block_size: int):
    ids = [f"357900000000000{n:04}" for n in range(30)]
    details = [detail(one, 标题=f"t{n}") for n in range(3) for one in reversed(ids)]
    Pair([order(one) for one in ids], details).write(shop.folder)
    found = tmall().runs(block_size=block_size, batch=7)
    assert of_files(found) == [{"added": 30}, {"added": 90}]
    assert [line["name"] for line in shop.order(ids[4])["line_items"]] == ["t0", "t1", "t2"]


def test_a_pattern_in_place_of_the_source(shop: Shop, tmall: Callable[..., Import]):
    Pair([order(A)], [detail(A)], time="201801051020").write(shop.folder)
    crm = shop.imports("other", source={"kind": "local", "uri": "nothing*.csv"}, format={"kind": "tmall_csv"})
    found = crm.runs(file=str(shop.folder / "ExportOrder*.csv"))
    assert counts(found) == {"added": 2}


def test_the_example_shows_every_column_and_imports_without_an_issue(store: Store, tmp_path: Path):
    for path in EXAMPLES.glob("*"):
        shutil.copy(path, tmp_path)
    columns = {"ExportOrderList": ORDERS[2017], "ExportOrderDetailList": DETAILS[18]}
    for stem, names in columns.items():
        (path,) = tmp_path.glob(f"{stem}*.csv")
        with path.open(encoding="gb18030", newline="") as file:
            rows = list(csv.DictReader(file, restkey="behind"))
        filled = {(name or "").strip() for row in rows for name, value in row.items() if value}
        assert set(names) <= filled
    command = [str(Path(sys.executable).parent / "cdp-pipelines"), "run", str(tmp_path / "TmallOrders.yaml"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["issues"], found["rows"]["added"], found["items"]["added"]) == ([], 10, 4)


def test_check_names_the_format_and_its_options(tmp_path: Path):
    path = tmp_path / "tmall.yaml"
    text = (EXAMPLES / "TmallOrders.yaml").read_text()
    path.write_text(text.replace("only_successful: false", "only_sucessful: true, delimiter: ;"))
    told = "\n".join(map(str, check(path)))
    assert "did you mean only_successful?" in told
    path.write_text(text.replace("tmall_csv", "tmal_csv"))
    assert "tmall_csv" in "\n".join(map(str, check(path)))


@pytest.mark.rows("D-031")
def test_a_watched_report_waits_for_the_other_one(shop: Shop, tmall: Callable[..., Import]):
    paths, importing = Pair([order(A)], [detail(A)]).write(shop.folder), tmall(watch={"every": "60s"})
    now = datetime.now(UTC)
    (both,) = arrivals(importing.loaded, now)
    assert len(both.files) == 2
    for path in paths:
        moved = path.rename(path.with_suffix(".away"))
        assert arrivals(importing.loaded, now) == []
        moved.rename(path)
