"""A file of every format, from the examples of the documentation, with the import that reads it."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cdp_pipelines_tests.formats.workbooks import workbook
from cdp_pipelines_tests.scenarios.catalogue import rss

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@dataclass(frozen=True)
class Shown:
    """Files of one format.

    Attributes:
        type: The import that reads them, without its package.
        format: The import's `format`.
        files: Their content by name.
        pattern: What names all of them.
        others: Further keys of the import.
        table: Where their items end.
        items: How many items they hold.
    """

    type: str
    format: dict[str, Any]
    files: dict[str, bytes]
    pattern: str
    table: str
    items: int
    others: dict[str, Any] = field(default_factory=dict)


def _example(name: str) -> bytes:
    return (EXAMPLES / name).read_bytes()


def _one(type_: str, table: str, items: int, name: str, content: bytes, **form: Any) -> Shown:
    others = {"pool": "SUMMER26"} if type_ == "VoucherImport" else {}
    return Shown(type_, form, {name: content}, name, table, items, others)


def _kevel() -> list[list[str]]:
    return list(csv.reader(io.StringIO(_example("kevel_orders.csv").decode())))


def _with_semicolons() -> bytes:
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=";").writerows(_kevel())
    return target.getvalue().encode("utf-16")


def _objects() -> bytes:
    header, *rows = _kevel()
    return "".join(json.dumps(dict(zip(header, row, strict=True))) + "\n" for row in rows).encode()


def shown_formats() -> Iterator[tuple[str, Shown]]:
    """Yield every format with its name."""
    orders = len({row[0] for row in _kevel()[1:]})
    kevel, feed = _example("kevel_orders.csv"), rss({"id": "mug", "price": "1.00 EUR", "title": "Mug"}).encode()
    yield "kevel_csv", _one("OrderImport", "orders", orders, "kevel.csv", kevel, kind="kevel_csv")
    yield (
        "csv",
        _one(
            "OrderImport", "orders", orders, "u.csv", _with_semicolons(), kind="csv", delimiter=";", encoding="utf-16"
        ),
    )
    yield "xlsx", _one("OrderImport", "orders", orders, "o.xlsx", workbook({"Orders": _kevel()}), kind="xlsx")
    yield "jsonl", _one("OrderImport", "orders", orders, "o.jsonl", _objects(), kind="jsonl")
    for kind, (name, items) in _OF_OTHERS.items():
        yield kind, _one("OrderImport", "orders", items, name, _example(name), kind=kind)
    pair = {path.name: path.read_bytes() for path in sorted(EXAMPLES.glob("ExportOrder*.csv"))}
    yield "tmall_csv", Shown("OrderImport", {"kind": "tmall_csv"}, pair, "ExportOrder*.csv", "orders", 4)
    yield "google_feed", _one("ProductImport", "products", 1, "feed.xml", feed, kind="google_feed")
    yield "products jsonl", _one("ProductImport", "products", 1, "p.jsonl", b'{"id": "mug"}\n', kind="jsonl")
    for kind, name in {"csv": "products.csv", "synerise_csv": "synerise_items.csv"}.items():
        yield f"products {kind}", _one("ProductImport", "products", 2, name, _example(name), kind=kind)
    for type_, (name, table) in _RECORDS.items():
        content = _example(name)
        items = sum(1 for _ in csv.DictReader(io.StringIO(content.decode()), escapechar="\\", doublequote=False))
        yield type_, _one(type_, table, items, name, content, kind="synerise_csv")


_OF_OTHERS = {"shopify_csv": ("shopify_orders.csv", 5), "synerise_csv": ("synerise_transactions.csv", 3)}
_RECORDS = {
    "PromotionImport": ("synerise_promotions.csv", "promotions"),
    "VoucherImport": ("synerise_vouchers.csv", "vouchers"),
    "EventImport": ("synerise_events.csv", "custom_events"),
}
