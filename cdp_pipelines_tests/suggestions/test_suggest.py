"""What `cdp-pipelines suggest` says of files: their columns, their values, their make."""

import gzip
import json
from pathlib import Path

import pytest

from cdp_pipelines.schemas.columns import COLUMNS
from cdp_pipelines_tests.formats.packing import zipped
from cdp_pipelines_tests.formats.workbooks import workbook
from cdp_pipelines_tests.suggestions.measuring import attributes, mapped

LINES = "Order ID,Email,Order date,Total,SKU,Quantity\n" + "".join(
    f"{100 + number // 2},p{number // 2}@example.com,2026-01-{number // 2 + 1:02},{number // 2 + 5}.50,S-{number},1\n"
    for number in range(20)
)
ORDERS = (
    "Order ID,Email,Order date,Total\n1,a@example.com,2026-01-02T08:00:00Z,5.50\n"
    "2,b@example.com,2026-01-03T08:00:00Z,7\n"
)


def steps(text: str) -> list[dict]:
    return attributes(text).get("transform") or []


def said(text: str) -> str:
    """The text of a suggestion with its comments unwrapped."""
    return " ".join(line.strip().lstrip("# ") for line in text.splitlines())


def table(header: str, *rows: str) -> str:
    return "\n".join(["Order ID;Total;" + header, *(f"{100 + place};5.00;{row}" for place, row in enumerate(rows)), ""])


def test_a_name_alone_makes_no_user_id(suggested):
    rows = (f"{place},yes,1,a{place}@example.com,no,yes\n" for place in range(9))
    header = "Order ID,Email consent,Accepts marketing,Contact,Newsletter,E-Mail-Einwilligung\n"
    assert mapped(suggested(header + "".join(rows))).keys() == {"orderId"}
    named = header.replace("Contact", "Customer e-mail")
    assert mapped(suggested(named + "".join(f"{n},yes,1,a{n}@example.com,no,yes\n" for n in range(9)))) == {
        "orderId": "Order ID",
        "userId": "Customer e-mail",
    }


@pytest.mark.parametrize(
    ("value", "kind", "active"),
    [
        ("p{}@example.com", "email", True),
        ("{:064x}", "email_sha256", True),
        ("{:032x}", "email_md5", True),
        ("{:08x}-0000-4000-8000-000000000001", "gaid", False),
        ("C-{}", "crm_id", True),
    ],
)
def test_the_type_of_user_ids_is_told_by_their_values(suggested, value, kind, active):
    name = "Email" if kind.startswith("email") else "Customer ID"
    text = suggested(table(name, *(value.format(place + 1) for place in range(9))))
    said = f"{{new: userIdType, value: {kind}}}"
    assert said in text
    assert ({"new": "userIdType", "value": kind} in steps(text)) is active


def test_phones_are_only_proposed(suggested):
    text = suggested(table("Customer phone", *(f"+49170123456{place}" for place in range(9))))
    assert '# - {rename: "Customer phone", to: userId}' in text
    assert "userId" not in mapped(text)


def test_the_day_of_a_time_that_is_ambiguous_is_left_to_the_reader(suggested):
    doubtful = suggested(table("Order date", "01/02/2026", "03/04/2026"))
    assert "createdAt" not in mapped(doubtful)
    assert '# - {rename: "Order date", to: createdAt, timestamp: dd/MM/yyyy}' in doubtful
    assert "MM/dd/yyyy as well" in said(doubtful)
    for last, pattern in (("31/12/2025", "dd/MM/yyyy"), ("12/31/2025", "MM/dd/yyyy")):
        (step,) = [
            one for one in steps(suggested(table("Order date", "01/02/2026", last))) if one.get("to") == "createdAt"
        ]
        assert step["timestamp"] == pattern


def test_seconds_since_1970_are_told_to_be_unreadable(suggested):
    text = suggested(table("Created at", "1735689600", "1735689700"))
    assert "createdAt" not in mapped(text)
    assert "seconds since 1970, which no step reads" in said(text)


def test_times_without_a_zone_ask_for_one(suggested):
    assert "# timezone: Europe/Berlin" in suggested("Bestellnr;Bestelldatum\n1;31.12.2025 14:05\n2;30.12.2025 09:00\n")
    assert "timezone" not in suggested(ORDERS)


def test_a_total_that_repeats_is_that_of_the_order_and_one_that_differs_that_of_the_line(suggested):
    assert mapped(suggested(LINES))["total"] == "Total"
    rows = (f"{number // 2},{number}.25,S-{number},1\n" for number in range(20))
    assert mapped(suggested("Order ID,Total,SKU,Quantity\n" + "".join(rows)))["lineItem_total"] == "Total"


def test_a_file_of_orders_without_lines_is_told(suggested):
    text = suggested(ORDERS)
    assert "one row per order and no columns of line items" in said(text)
    assert "# - {copy: total, to: lineItem_total}" in text


def test_each_required_column_is_made_or_told_to_be_missing(suggested):
    text = suggested(LINES)
    made = {step.get("to") or step.get("new") for step in steps(text)}
    for column in COLUMNS:
        assert not column.required or column.name in made or column.name in text.partition("nothing found")[2]
    assert "# - {new: tax, value: 0}" in text
    assert "# - {new: lineItem_status, value: fulfilled}" in text


def test_a_currency_that_amounts_carry_is_written(suggested):
    german = suggested("Bestellnr;Gesamtbetrag\n1;12,50 €\n2;1.300,00 €\n")
    assert {"new": "currency", "value": "EUR"} in steps(german)
    assert {"rename": "Gesamtbetrag", "to": "total", "decimal": ","} in steps(german)
    assert {"new": "currency", "value": "GBP"} in steps(suggested("Order ID,Total (GBP)\n1,5.00\n2,7.50\n"))
    assert "# - {new: currency, value: EUR}" in suggested("Order ID,Total\n1,$5.00\n2,$7.50\n")


def test_words_become_those_of_orders(suggested):
    rows = "".join(f"{place};Euro;{status}\n" for place, status in enumerate(["Bezahlt", "offen", "Versendet"] * 3))
    found = {
        step["to"]: step.get("map") for step in steps(suggested("Bestellnr;Währung;Status\n" + rows)) if "to" in step
    }
    assert found["currency"] == {"Euro": "EUR"}
    assert found["lineItem_status"] == {"Bezahlt": "paid", "Versendet": "fulfilled", "offen": "placed"}
    doubtful = suggested("Bestellnr;Status\n" + rows.replace("Euro;", "").replace("offen", "Karl Mustermann"))
    assert "lineItem_status" not in mapped(doubtful)
    assert "1 of its 3 words are not known" in said(doubtful)
    assert "Mustermann" not in doubtful


def test_words_for_an_empty_cell_are_emptied(suggested):
    text = suggested("Order ID,Email,Refund\n1,a@example.com,null\n2,b@example.com,5.00\n")
    assert {"rename": "Refund", "to": "refund", "map": {"null": None}} in steps(text)


def test_columns_that_are_as_likely_are_left_to_the_reader(suggested):
    text = suggested("Order ID,Total amount,Total\n1,5.00,6.00\n2,7.00,9.00\n3,8.00,8.50\n")
    assert "total" not in mapped(text)
    assert "another column is as likely" in said(text)


def test_a_file_that_is_right_needs_no_step(suggested):
    names = [column.name for column in COLUMNS if column.required]
    values = {column.name: "1.00" for column in COLUMNS} | {
        "userIdType": "email",
        "userId": "a@example.com",
        "currency": "EUR",
        "lineItem_currency": "EUR",
        "createdAt": "2026-01-01T00:00:00Z",
        "lineItem_status": "paid",
        "orderId": "A1",
        "lineItem_sku": "S",
        "lineItem_productId": "P",
    }
    text = suggested(",".join(names) + "\n" + ",".join(values[name] for name in names) + "\n")
    assert attributes(text)["format"] == {"kind": "kevel_csv"}
    assert "transform" not in attributes(text)


def test_columns_that_change_places(suggested):
    """The name of one target is the source of another."""
    rows = "".join(f"{number // 2},{number}.25,{number // 2 + 9}.00\n" for number in range(20))
    done = [
        (step["rename"], step["to"])
        for step in steps(suggested("Order ID,total,Order total\n" + rows))
        if "rename" in step
    ]
    assert done.index(("total", "lineItem_total")) < done.index(("Order total", "total"))


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped({"orders.csv": content})], ids=["gzip", "zip"])
def test_packed_files(suggested, pack):
    text = suggested(pack(LINES.encode()), "orders-2026-01-31.csv.gz")
    assert attributes(text)["format"]["compression"] in ("gzip", "zip")
    assert attributes(text)["name"] == "orders"
    assert "for a file every day write {partition} in its place" in said(text)


def test_a_workbook_whose_table_is_on_another_sheet_below_a_title(suggested):
    rows = [["Report"], ["Order ID", "Email", "Total"], ["1", "a@example.com", "5.5"], ["2", "b@example.com", "6.5"]]
    text = suggested(workbook({"Cover": [["About"]], "Orders": rows}), "orders.xlsx")
    assert attributes(text)["format"] == {"kind": "xlsx", "sheet": 2, "header_line": 2}
    assert mapped(text)["total"] == "Total"


def test_a_feed(suggested):
    item = "<item><g:id>1</g:id><title>Mug</title><g:price>10 EUR</g:price></item>"
    feed = f'<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0"><channel>{item}</channel></rss>'
    found = attributes(suggested(feed, "products.xml"))
    assert found["format"] == {"kind": "google_feed"}
    long = feed.replace(item, item * 80_000)
    assert attributes(suggested(gzip.compress(long.encode()), "products.xml.gz"))["format"]["kind"] == "google_feed"


def test_products_as_json_lines(suggested):
    lines = (
        '{"sku":"A1","title":"Mug","price":"12,50 EUR","brand":"X"}\n{"sku":"A2","title":"Tea","price":"2,50 EUR"}\n'
    )
    text = suggested(lines, "products.jsonl")
    assert "type: cdp_pipelines.ProductImport" in text
    assert {"rename": "price", "to": "price", "decimal": ",", "cast": "float"} in steps(text)
    assert {"new": "currency", "value": "EUR"} in steps(text)
    assert mapped(text) == {"id": "sku", "name": "title", "price": "price"}


@pytest.mark.parametrize(
    ("header", "title"),
    [
        (
            "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Created at,Lineitem quantity,"
            "Lineitem name,Lineitem price,Lineitem sku",
            "a Shopify export of orders",
        ),
        (
            "订单编号,买家会员名,买家应付货款,买家实际支付金额,订单状态,订单创建时间,收货地址 ",
            "a Tmall report of orders",
        ),
        (
            "订单编号,标题 ,价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,商家编码",
            "a Tmall report of order details",
        ),
        (
            "client.email,orderId,products.sku,products.quantity,products.finalUnitPrice.amount,recordedAt,value.amount",
            "Synerise transactions",
        ),
    ],
)
def test_files_of_known_make(suggested, header, title):
    row = ",".join(["x"] * (header.count(",") + 1))
    assert f"high: the file is {title}" in suggested(f"{header}\n{row}\n")


EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("[a-z]*.csv")), ids=lambda path: path.stem)
def test_every_example_is_imported_as_suggested(path, command, tmp_path, store):
    command("suggest", path)
    document = tmp_path / "suggested.yaml"
    document.write_text(command.out)
    assert command("check", document) == 0
    assert command("run", document, "--dry-run", "--json") == 0
    report = json.loads(command.out)
    assert (report["items"]["added"], report["items"]["rejected"]) == (report["items"]["total"], 0)
    assert {issue["code"] for issue in report["issues"]} <= {"MISSING_CURRENCY"}


def test_the_columns_of_our_own_order_csv_stay_as_they_are_whatever_their_values(suggested):
    text = suggested((EXAMPLES / "kevel_orders.csv").read_text())
    assert "format: {kind: kevel_csv}" in text
    assert "transform" not in text


def test_a_voucher_file_needs_the_name_of_its_pool(suggested):
    text = suggested("code,expireIn\nA,2026-12-31T00:00:00Z\n")
    assert "pool: vouchers" in text
    assert "Write the name of their pool." in said(text)


def test_order_ids_are_told_by_their_neighbours_where_their_name_says_little(suggested):
    rows = (
        f"#{100 + number // 2},a{number // 2}@example.com,,{number // 2 + 7}.00,S-{number}\n" for number in range(20)
    )
    found = mapped(suggested("Name,Email,Receipt Number,Total,Lineitem sku\n" + "".join(rows)))
    assert found["orderId"] == "Name"
    assert found["total"] == "Total"
    shuffled = (f"#{100 + number % 7},a{number % 7}@example.com,,7.00,S-{number}\n" for number in range(20))
    assert "orderId" not in mapped(suggested("Name,Email,Receipt Number,Total,Lineitem sku\n" + "".join(shuffled)))


def test_a_unit_price_is_no_total(suggested):
    text = suggested("Order ID,Quantity,Unit price\n1,2,5.00\n2,1,7.00\n")
    assert '"Unit price" looks like a unit price' in said(text)
    assert mapped(text).keys() == {"orderId", "lineItem_quantity"}


def test_a_column_that_has_the_name_of_another_is_told(suggested):
    text = suggested("Order ID,discount\n1,ten percent\n2,none at all\n")
    assert "the file has a column named discount whose values do not suit it" in said(text)


def test_hostile_names(suggested):
    names = [
        '"Order ""ID"""',
        '"E\nmail"',
        "{{ total }}",
        "# total",
        "a: b [c]",
        "no",
        '"x\u2028y"',
        "\x07bell",
        "'",
        "\\",
    ]
    text = suggested(",".join(names) + "\n1,a@example.com" + ",5" * 8 + "\n")
    assert mapped(text) == {"orderId": 'Order "ID"', "userId": "E\nmail"}
    assert '"{{ total }}"' in text.partition("Not used")[2]


def test_a_pattern_stands_for_its_newest_file(command, tmp_path):
    (tmp_path / "orders-2026-01-01.csv").write_text("x\n")
    (tmp_path / "orders-2026-01-02.csv").write_text(LINES)
    assert command("suggest", tmp_path / "orders-*.csv") == 0
    assert attributes(command.out)["source"] == {"kind": "local", "uri": str(tmp_path / "orders-*.csv")}
