"""Products in CSV, Excel and Synerise's catalogues: the same products as in JSON lines, with the care of every feed."""

import json
from typing import Any

import pytest

from cdp_pipelines_tests.formats.workbooks import workbook
from cdp_pipelines_tests.scenarios.catalogue import Feed, everything, feed, history
from cdp_pipelines_tests.scenarios.shop import Shop, codes, counts

MUG = {
    "id": "mug", "name": "Mug, blue", "brand": "Acme", "price": 10.5, "salePrice": 9, "currency": "EUR",
    "categoriesList": ["Home", "Kitchen"], "category": "Home", "adult": False, "availability": "in_stock",
    "images": ["https://shop.example.com/1.jpg"], "colour": "blue",
}  # fmt: skip
CSV = """\
id,name,brand,price,salePrice,currency,categoriesList,category,adult,availability,images,colour
mug,"Mug, blue",Acme,10.50,9.00,EUR,Home; Kitchen,Home,no,In stock,https://shop.example.com/1.jpg,blue
pen,Pen,,,,,,,,,,
"""
SYNERISE = """\
itemId,title,producer,price,salePrice,currency,categoriesList,category,adult,availability,additionalImageLinks,colour
mug,"Mug\\, blue",Acme,10.50 EUR,9.00,null,Home;Kitchen,Home,no,in stock,https://shop.example.com/1.jpg,blue
pen,Pen,null,null,null,null,null,null,null,null,null,null
"""


def documents(shop: Shop) -> dict[str, Any]:
    rows = shop.ask("select product_id, document::text from product_versions where to_feed is null order by product_id")
    return {row["product_id"]: json.loads(row["document"]) for row in rows}


def rows_feed(shop: Shop, kind: str, name: str = "rows", **attributes: Any) -> Feed:
    form = {"kind": kind} | attributes.pop("format", {})
    return feed(shop, name, format=form, **attributes)


@pytest.mark.parametrize(("kind", "content"), [("csv", CSV), ("synerise_csv", SYNERISE)])
def test_rows_give_the_same_products_as_json_lines(shop: Shop, kind: str, content: str) -> None:
    feed(shop).gets(MUG, {"id": "pen", "name": "Pen"}, day=1)
    before = documents(shop)
    report = rows_feed(shop, kind).reads(content, day=2)
    assert (report.status, counts(report), codes(report)) == ("completed", {"unchanged": 2}, set())
    assert documents(shop) == before
    assert before["mug"] == {name: value for name, value in MUG.items() if name != "id"}


def test_a_workbook_of_products(shop: Shop) -> None:
    header, *rows = [line.split(";") for line in ("id;name;price;currency", "mug;Mug;10.5;EUR", "pen;Pen;;")]
    sheet = [header, *([one[0], one[1], float(one[2]) if one[2] else None, one[3] or None] for one in rows)]
    report = rows_feed(shop, "xlsx", format={"sheet": "Items"}).reads(workbook({"Cover": [["x"]], "Items": sheet}), 1)
    assert (report.status, counts(report)) == ("completed", {"added": 2})
    assert documents(shop) == {"mug": {"name": "Mug", "price": 10.5, "currency": "EUR"}, "pen": {"name": "Pen"}}


def test_broken_rows_are_rejected_alone_and_end_nothing(shop: Shop) -> None:
    rows = rows_feed(shop, "csv")
    rows.reads("id,name,price\nmug,Mug,1 EUR\npen,Pen,\n", day=1)
    report = rows.reads('id,name,price\n"a\nb",Two lines,2 EUR\nmug,Mug\ncup,Cup,dear\n,nameless,\n', day=2)
    assert (report.status, counts(report)) == ("partial", {"added": 1, "rejected": 3})
    assert shop.rejects(report.run_id) == [
        (4, "WRONG_FIELD_COUNT", None), (5, "INVALID_PRICE", "price"), (6, "MISSING_VALUE", "id")
    ]  # fmt: skip
    raws = [row["raw"] for row in shop.ask("select raw from rejects order by line")]
    assert raws == [{"entry": "mug,Mug"}, {"id": "cup", "name": "Cup", "price": "dear"}, {"name": "nameless"}]
    assert codes(report) == {"WRONG_FIELD_COUNT", "INVALID_PRICE", "MISSING_VALUE", "FEED_NOT_COMPLETE"}
    assert [name for name, *_ in history(shop)] == ["a\nb", "mug", "pen"]


def test_prices_and_currencies_that_contradict_are_refused(shop: Shop) -> None:
    content = "id;price;salePrice;currency\na;10 EUR;8;EUR\nb;10 EUR;8 USD;\nc;10 USD;;EUR\nd;8;;\n"
    report = rows_feed(shop, "csv", format={"delimiter": ";"}).reads(content, day=1)
    assert {(issue.code, issue.column, *issue.sample_lines) for issue in report.issues} == {
        ("INVALID_PRICE", "salePrice", 3), ("INVALID_PRICE", "price", 4), ("MISSING_CURRENCY", "currency", 5)
    }  # fmt: skip
    assert documents(shop)["a"] == {"price": 10, "salePrice": 8, "currency": "EUR"}


@pytest.mark.parametrize(
    ("kind", "header", "wanted", "hint"),
    [("csv", "ID,name", "id", "ID"), ("synerise_csv", "itemid,title", "itemId", "itemid"), ("csv", "sku,x", "id", "")],
)
def test_without_a_column_of_ids_the_file_is_refused(
    shop: Shop, kind: str, header: str, wanted: str, hint: str
) -> None:
    report = rows_feed(shop, kind).reads(f"{header}\nmug,Mug\n", day=1)
    assert (report.status, counts(report)) == ("failed", {})
    (issue,) = [issue for issue in report.issues if issue.code == "MISSING_COLUMN"]
    assert (issue.column, f'the file has "{hint}"' in issue.message) == (wanted, bool(hint))


def test_transform_names_the_columns_of_another_shop(shop: Shop) -> None:
    steps = [
        {"rename": "sku", "to": "id"},
        {"rename": "label", "to": "name"},
        {"rename": "cents", "to": "price", "cast": "float"},
        {"new": "currency", "value": "EUR"},
        {"delete": "note"},
    ]
    report = rows_feed(shop, "csv", transform=steps).reads("sku,label,cents,note\n00123,Mug,10.50,x\n", day=1)
    assert (report.status, codes(report)) == ("completed", set())
    assert documents(shop) == {"00123": {"name": "Mug", "price": 10.5, "currency": "EUR"}}


def test_names_that_synerise_refuses_are_told_and_read(shop: Shop) -> None:
    content = "itemId,price.value,price.currency,-x,my colour,_ok-1\nmug,10,EUR,a,b,c\n"
    report = rows_feed(shop, "synerise_csv").reads(content, day=1)
    assert [(issue.severity, issue.code, issue.column) for issue in report.issues] == [
        ("warning", "ATTRIBUTE_NAME", name) for name in ("-x", "my colour", "price.currency", "price.value")
    ]
    assert documents(shop)["mug"] == {
        "price": 10, "currency": "EUR", "-x": "a", "my colour": "b", "_ok-1": "c"
    }  # fmt: skip


def test_where_a_catalogue_has_both_names_ours_counts(shop: Shop) -> None:
    rows_feed(shop, "synerise_csv").reads("itemId,title,name,category\nmug,Title,Name,A > B\n", day=1)
    assert documents(shop)["mug"] == {
        "title": "Title",
        "name": "Name",
        "category": "A > B",
        "categoriesList": ["A", "B"],
    }


def test_json_lines_of_a_catalogue_by_a_renamed_key(shop: Shop) -> None:
    steps = [{"rename": "itemId", "to": "id"}, {"rename": "title", "to": "name"}]
    report = feed(shop, transform=steps).gets({"itemId": "mug", "title": "Mug"}, day=1)
    assert (report.status, documents(shop)) == ("completed", {"mug": {"name": "Mug"}})


def test_rows_of_any_block_size_and_a_dry_run_leave_the_same(shop: Shop) -> None:
    rows = rows_feed(shop, "csv")
    content = "id,name\n" + "".join(f'{n},"Item\n{n}"\n' for n in range(300))
    told = rows.reads(content, day=1, dry_run=True)
    assert everything(shop) == []
    real = rows.runs()
    assert counts(told) == counts(real) == {"added": 300}
    assert [one.line for one in real.sample.last] == [592, 594, 596, 598, 600]
