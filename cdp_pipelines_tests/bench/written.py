"""The bench's orders, written in each format that an import reads."""

import csv
import gzip
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from cdp_pipelines_tests.bench.files import SampleFile

Row = dict[str, str]


@dataclass(frozen=True)
class Written:
    """Files of one format: the pattern that names them, the import's `format`, and how many orders they hold."""

    pattern: Path
    format: dict[str, Any]
    orders: int
    paths: list[Path] = field(default_factory=list)

    @classmethod
    def one(cls, path: Path, sample: SampleFile, **form: Any) -> "Written":
        """Return a format's one file."""
        return cls(path, form, sample.orders, [path])


def _rows(sample: SampleFile) -> Iterator[Row]:
    with sample.path.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _orders(sample: SampleFile) -> Iterator[list[Row]]:
    for _, rows in groupby(_rows(sample), lambda row: row["orderId"]):
        yield list(rows)


def plain(sample: SampleFile, folder: Path) -> Written:
    """The order CSV."""
    path = folder / "orders.csv"
    shutil.copy(sample.path, path)
    return Written.one(path, sample, kind="kevel_csv")


def gzipped(sample: SampleFile, folder: Path) -> Written:
    """The same, packed."""
    path = folder / "orders.csv.gz"
    with sample.path.open("rb") as source, gzip.open(path, "wb", compresslevel=1) as target:
        shutil.copyfileobj(source, target)
    return Written.one(path, sample, kind="kevel_csv")


def zipped(sample: SampleFile, folder: Path) -> Written:
    """The same, in an archive."""
    path = folder / "orders.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.write(sample.path, "orders.csv")
    return Written.one(path, sample, kind="kevel_csv")


def _recoded(encoding: str, declared: str) -> Callable[[SampleFile, Path], Written]:
    def write(sample: SampleFile, folder: Path) -> Written:
        path = folder / f"orders-{encoding}.csv"
        with (
            sample.path.open(encoding="utf-8", newline="") as source,
            path.open("w", encoding=encoding, newline="") as to,
        ):
            shutil.copyfileobj(source, to)
        return Written.one(path, sample, kind="kevel_csv", encoding=declared)

    return write


def dialect(sample: SampleFile, folder: Path) -> Written:
    """Semicolons, single quotes around every cell, backslashes."""
    path = folder / "orders-dialect.csv"
    with sample.path.open(newline="", encoding="utf-8") as source, path.open("w", newline="", encoding="utf-8") as to:
        writer = csv.writer(to, delimiter=";", quotechar="'", quoting=csv.QUOTE_ALL, escapechar="\\", doublequote=False)
        writer.writerows(csv.reader(source))
    return Written.one(path, sample, kind="csv", delimiter=";", quote="'", escape="\\")


def json_lines(sample: SampleFile, folder: Path) -> Written:
    """An object per line item, empty cells left out."""
    path = folder / "orders.jsonl"
    with path.open("w", encoding="utf-8") as to:
        for row in _rows(sample):
            to.write(json.dumps({name: cell for name, cell in row.items() if cell}) + "\n")
    return Written.one(path, sample, kind="jsonl")


def workbook(sample: SampleFile, folder: Path) -> Written:
    """A sheet of text cells."""
    path = folder / "orders.xlsx"
    with sample.path.open(newline="", encoding="utf-8") as source:
        write_sheet(path, csv.reader(source))
    return Written.one(path, sample, kind="xlsx", max_cells=100_000_000)


def write_sheet(path: Path, rows: Iterator[list[str]]) -> None:
    """Write rows of text as a workbook of one sheet, without holding them."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("Orders")
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell:
                    sheet.write_string(number, column, cell)


SHOPIFY = {
    "Name": "orderId", "Email": "userId", "Id": "orderId", "Currency": "currency", "Total": "total", "Taxes": "tax",
    "Shipping": "shipping", "Refunded Amount": "refund", "Payment Method": "paymentMethod",
    "Shipping Method": "shippingMethod", "Shipping Country": "shippingCountry", "Source": "source",
}  # fmt: skip
SHOPIFY_LINE = {
    "Lineitem quantity": "lineItem_quantity", "Lineitem name": "lineItem_name", "Lineitem price": "lineItem_subtotal",
    "Lineitem sku": "lineItem_sku", "Vendor": "lineItem_brand",
}  # fmt: skip


def shopify(sample: SampleFile, folder: Path) -> Written:
    """Shopify's export, 30 of its columns."""
    path = folder / "shopify.csv"
    of_order = [*SHOPIFY, "Subtotal", "Discount Amount", "Financial Status", "Created at"]
    of_line = [*SHOPIFY_LINE, "Lineitem discount", "Lineitem fulfillment status", "Lineitem taxable",
               "Lineitem requires shipping"]  # fmt: skip
    with path.open("w", newline="", encoding="utf-8") as to:
        writer = csv.DictWriter(
            to, [*of_order, *of_line, "Notes", "Tags", "Billing City", "Phone"], lineterminator="\n"
        )
        writer.writeheader()
        for number, rows in enumerate(_orders(sample)):
            writer.writerows(_shopify_rows(number, rows))
    return Written.one(path, sample, kind="shopify_csv")


def _shopify_rows(number: int, rows: list[Row]) -> Iterator[Row]:
    first = rows[0]
    email = f"buyer{number % 200_000}@example.com"
    goods = sum(float(row["lineItem_subtotal"]) * float(row["lineItem_quantity"]) for row in rows)
    total = f"{goods + float(first['tax']) + float(first['shipping']):.2f}"
    for place, row in enumerate(rows):
        line = {theirs: row[ours] for theirs, ours in SHOPIFY_LINE.items()} | {
            "Name": first["orderId"], "Email": email, "Created at": "2026-01-10 09:15:00 +0100",
            "Lineitem discount": "0.00", "Lineitem fulfillment status": "fulfilled", "Lineitem taxable": "true",
            "Lineitem requires shipping": "true",
        }  # fmt: skip
        if not place:
            line = {theirs: first[ours] for theirs, ours in SHOPIFY.items()} | line | {
                "Subtotal": f"{goods:.2f}", "Discount Amount": "0.00", "Financial Status": "paid", "Total": total,
                "Tags": "web", "Refunded Amount": "0.00",
            }  # fmt: skip
        yield line


SYNERISE = {
    "client.email": "userId", "orderId": "orderId", "paymentInfo.method": "paymentMethod",
    "products.sku": "lineItem_sku",
    "products.name": "lineItem_name", "products.quantity": "lineItem_quantity",
    "products.finalUnitPrice.amount": "lineItem_subtotal", "products.finalUnitPrice.currency": "currency",
}  # fmt: skip


def synerise(sample: SampleFile, folder: Path) -> Written:
    """Transactions as Synerise imports them, some names with an escaped quote."""
    path = folder / "synerise.csv"
    amounts = [f"{name}.{part}" for name in ("revenue", "value") for part in ("amount", "currency")]
    with path.open("w", newline="", encoding="utf-8") as to:
        header = [*SYNERISE, *amounts, "recordedAt", "source"]
        writer = csv.DictWriter(to, header, escapechar="\\", doublequote=False, lineterminator="\n")
        writer.writeheader()
        for number, rows in enumerate(_orders(sample)):
            goods = sum(float(row["lineItem_subtotal"]) * float(row["lineItem_quantity"]) for row in rows)
            shared = dict.fromkeys(amounts, f"{goods:.2f}") | {
                "revenue.currency": "EUR", "value.currency": "EUR", "recordedAt": "2026-01-10T09:15:00Z",
                "source": "POS",
                "client.email": f"buyer{number % 200_000}@example.com", "paymentInfo.method": "Card",
                "products.finalUnitPrice.currency": "EUR",
            }  # fmt: skip
            writer.writerows({theirs: row[ours] for theirs, ours in SYNERISE.items()} | shared for row in rows)
    return Written.one(path, sample, kind="synerise_csv")


TMALL_ORDER = (
    "订单编号", "买家会员名", "买家应付货款", "买家应付邮费", "总金额", "买家实际支付金额", "订单状态", "收货人姓名",
    "联系手机", "订单创建时间", "宝贝总数量", "店铺名称",
)  # fmt: skip
TMALL_DETAIL = (
    "订单编号", "标题", "价格", "购买数量", "外部系统编号", "商品属性", "套餐信息", "备注", "订单状态", "商家编码",
)  # fmt: skip


def tmall(sample: SampleFile, folder: Path) -> Written:
    """Tmall's two reports in gb18030, with ids as Tmall writes them; amounts in whole yuan."""
    paths = [folder / "ExportOrderList202601100900.csv", folder / "ExportOrderDetailList202601100901.csv"]
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("w", newline="", encoding="gb18030")) for path in paths]
        orders, details = (
            csv.DictWriter(file, names, restval="", lineterminator="\n")
            for file, names in zip(files, (TMALL_ORDER, TMALL_DETAIL), strict=True)
        )
        orders.writeheader()
        details.writeheader()
        for number, rows in enumerate(_orders(sample)):
            name = f'="{35_790_000_000_000_000 + number}"'
            orders.writerow(_tmall_order(name, number, len(rows)))
            details.writerows(_tmall_detail(name, row) for row in rows)
    return Written(folder / "ExportOrder*.csv", {"kind": "tmall_csv"}, sample.orders, paths)


def _tmall_order(name: str, number: int, lines: int) -> Row:
    due = dict.fromkeys(("买家应付货款", "总金额", "买家实际支付金额"), f"{10 * lines}.00")
    return due | {
        "订单编号": name,
        "买家会员名": "buyer",
        "买家应付邮费": "0.00",
        "订单状态": "交易成功",
        "联系手机": f"'{13_800_000_000 + number % 200_000}",
        "订单创建时间": "2026-01-05 10:20:30",
    }


def _tmall_detail(name: str, row: Row) -> Row:
    return {
        "订单编号": name,
        "标题": row["lineItem_name"],
        "价格": "10.00",
        "购买数量": "1",
        "订单状态": "交易成功",
        "商家编码": row["lineItem_sku"],
    }


FORMATS: dict[str, Callable[[SampleFile, Path], Written]] = {
    "kevel_csv": plain,
    "kevel_csv, gzip": gzipped,
    "kevel_csv, zip": zipped,
    "kevel_csv, utf-16": _recoded("utf-16", "utf-16"),
    "kevel_csv, gb18030": _recoded("gb18030", "gb18030"),
    "kevel_csv, auto (utf-8)": _recoded("utf-8", "auto"),
    "csv, another dialect": dialect,
    "jsonl": json_lines,
    "xlsx": workbook,
    "shopify_csv": shopify,
    "synerise_csv": synerise,
    "tmall_csv": tmall,
}
"""The formats by the names that they have in the table."""
