"""Product feeds of the scenarios' shop: a catalogue on a day, written as a feed, and the history that it leaves."""

import json
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

import yaml

from cdp_pipelines.imports.documents import find_import
from cdp_pipelines.imports.loaded import LoadedImport
from cdp_pipelines.imports.partitions import parse_partition
from cdp_pipelines.imports.report import Report
from cdp_pipelines.imports.run import RunOptions, run_import
from cdp_pipelines_tests.scenarios.shop import Shop

Product = dict[str, Any]


def rss(*items: dict[str, str], prefix: str = "g:") -> str:
    """A Google feed as RSS 2.0; keys are Google's names without prefix."""
    parts = "\n".join(
        "<item>\n" + "\n".join(f"<{prefix}{k}>{escape(v)}</{prefix}{k}>" for k, v in one.items()) + "\n</item>"
        for one in items
    )
    return (
        '<?xml version="1.0"?>\n<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0">\n<channel>\n'
        f"<title>Shop</title>\n{parts}\n</channel>\n</rss>\n"
    )


def lines(*products: Product) -> str:
    """Products as JSON lines."""
    return "".join(json.dumps(one) + "\n" for one in products)


@dataclass
class Feed:
    """A product import of a shop."""

    shop: Shop
    loaded: LoadedImport
    options: dict[str, Any] = field(default_factory=dict)

    def gets(self, *products: Product, day: int, **options: Any) -> Report:
        """Run the import on a feed of these products, exported on a day."""
        return self.reads(lines(*products), day, **options)

    def reads(self, content: str | bytes, day: int, **options: Any) -> Report:
        """Run the import on a feed of this content."""
        uri = self.loaded.spec.source.uri.replace("{partition}", options.get("partition", ""))
        self.shop.write(uri, content, day)
        return self.runs(**options)

    def runs(self, partition: str | None = None, **options: Any) -> Report:
        """Run the import on what is there."""
        partitions = self.loaded.spec.partitions
        window = parse_partition(partition, partitions) if partitions and partition else None
        return run_import(self.loaded, self.shop.store, window, RunOptions(**self.options | options))


def feed(shop: Shop, name: str = "feed", kind: str = "jsonl", **attributes: Any) -> Feed:
    """A product import as its YAML states it."""
    path = shop.folder / f"{name}.yaml"
    mark = "-{partition}" if "partitions" in attributes else ""
    source = {"kind": "local", "uri": f"{name}{mark}.feed"}
    values = {"name": name, "source": source, "format": {"kind": kind}} | attributes
    path.write_text(yaml.safe_dump({"type": "cdp_pipelines.ProductImport", "attributes": values}))
    return Feed(shop, find_import(str(path)))


def history(shop: Shop, site: str = "default") -> list[tuple]:
    """Product, name, first day and the day on which it held no more, of all versions."""
    rows = shop.ask(
        "select product_id, name, extract(day from valid_from at time zone 'UTC')::int as since,"
        " extract(day from valid_to at time zone 'UTC')::int as until from products where site = %s"
        " order by product_id, valid_from",
        site,
    )
    return [tuple(row.values()) for row in rows]


def everything(shop: Shop) -> list[tuple]:
    """All tables of products, by their feeds' content instead of numbers that depend on the order of arrival."""
    rows = shop.ask(
        "select v.product_id, b.as_of, b.sha256 as from_sha, e.sha256 as to_sha, v.valid_from, v.valid_to, v.content,"
        " v.document::text as document from product_versions v join product_feeds b on b.feed_id = v.from_feed"
        " left join product_feeds e on e.feed_id = v.to_feed order by v.product_id, v.valid_from, b.sha256"
    )
    marks = shop.ask(
        "select f.sha256, m.product_id, m.seen, m.stated::text as stated from product_marks m"
        " join product_feeds f using (feed_id) order by f.sha256, m.product_id, f.import_id"
    )
    holdings = shop.ask(
        "select h.product_id, h.import_id, b.as_of, b.sha256 as from_sha, e.sha256 as to_sha from product_holdings h"
        " join product_feeds b on b.feed_id = h.from_feed left join product_feeds e on e.feed_id = h.to_feed"
        " order by h.import_id, h.product_id, b.as_of, b.sha256"
    )
    return [tuple(row.values()) for row in [*rows, *marks, *holdings]]
