"""Promotions, vouchers and custom events of the scenarios' shop: files in every format, and imports that get them."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from cdp_pipelines.imports.documents import find_import
from cdp_pipelines.imports.loaded import LoadedImport
from cdp_pipelines.imports.partitions import parse_partition
from cdp_pipelines.imports.report import Report
from cdp_pipelines.imports.run import RunOptions, run_import
from cdp_pipelines_tests.formats.workbooks import workbook
from cdp_pipelines_tests.scenarios.shop import Shop

Row = dict[str, Any]

FORMATS = ("synerise_csv", "csv", "jsonl", "xlsx")
TYPES = {"promotions": "PromotionImport", "vouchers": "VoucherImport", "events": "EventImport"}
NEEDED: dict[str, Row] = {"promotions": {}, "vouchers": {"pool": "SUMMER26"}, "events": {"event": "page.visit"}}

PROMOTION = {"redeemType": "FULL", "headerName": "Spring", "name": "10 % off", "type": "GENERAL"}
EVENT = {"email": "jane@example.com", "recordedAt": "2024-03-01T09:15:00Z", "page": "/mugs"}


def promotion(code: str, **cells: Any) -> Row:
    return {"code": code} | PROMOTION | cells


def event(**cells: Any) -> Row:
    return EVENT | cells


def as_csv(rows: Sequence[Row]) -> str:
    return _csv(rows)


def as_synerise_csv(rows: Sequence[Row]) -> str:
    return _csv(
        [{name: row.get(name) or "null" for name in _columns(rows)} for row in rows], escapechar="\\", doublequote=False
    )


def _csv(rows: Sequence[Row], **dialect: Any) -> str:
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, _columns(rows), restval="", lineterminator="\n", **dialect)
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()


def _columns(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def as_lines(rows: Sequence[Row]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def as_workbook(rows: Sequence[Row]) -> bytes:
    return workbook({"Sheet": [_columns(rows), *([row.get(name) for name in _columns(rows)] for row in rows)]})


def written(rows: Sequence[Row], kind: str) -> str | bytes:
    """Rows in one of the formats."""
    return {"jsonl": as_lines, "xlsx": as_workbook, "synerise_csv": as_synerise_csv, "csv": as_csv}[kind](rows)


@dataclass
class Records:
    """An import of records of a shop."""

    shop: Shop
    loaded: LoadedImport
    options: dict[str, Any] = field(default_factory=dict)

    def gets(self, *rows: Row, day: int = 1, **options: Any) -> Report:
        """Run the import on a file of these rows, exported on a day."""
        return self.reads(written(rows, self.loaded.spec.format.kind), day, **options)

    def reads(self, content: str | bytes, day: int = 1, **options: Any) -> Report:
        """Run the import on a file of this content."""
        uri = self.loaded.spec.source.uri.replace("{partition}", options.get("partition", ""))
        self.shop.write(uri, content, day)
        return self.runs(**options)

    def runs(self, partition: str | None = None, **options: Any) -> Report:
        """Run the import on what is there; its rows are accounted for."""
        partitions = self.loaded.spec.partitions
        window = parse_partition(partition, partitions) if partitions and partition else None
        report = run_import(self.loaded, self.shop.store, window, RunOptions(**self.options | options))
        assert report.rows.balanced or report.status == "failed"
        return report


def imports(shop: Shop, what: str, kind: str = "csv", name: str = "", **attributes: Any) -> Records:
    """An import as its YAML states it."""
    name = name or what
    path = shop.folder / f"{name}.yaml"
    mark = "-{partition}" if "partitions" in attributes else ""
    source = {"kind": "local", "uri": f"{name}{mark}.file"}
    values = {"name": name, "source": source, "format": {"kind": kind}} | NEEDED[what] | attributes
    values = {key: value for key, value in values.items() if value is not None}
    path.write_text(yaml.safe_dump({"type": f"cdp_pipelines.{TYPES[what]}", "attributes": values}))
    return Records(shop, find_import(str(path)))


def counts(report: Report) -> dict[str, int]:
    """The outcomes of rows that there are."""
    return {name: count for name, count in report.rows.model_dump().items() if count}


def codes(report: Report) -> list[tuple[str, str | None]]:
    """Code and column of all issues."""
    return sorted(((issue.code, issue.column) for issue in report.issues), key=str)


def everything(shop: Shop) -> dict[str, list[Any]]:
    """All promotions, vouchers, events and users, but for what depends on how they came there."""
    queries = {
        "promotions": "select to_jsonb(p) - '{file_id}'::text[] as row from promotion_heads p",
        "vouchers": "select to_jsonb(v) - '{file_id}'::text[] as row from voucher_heads v",
        "events": "select to_jsonb(e) - '{file_id, seq, line}'::text[] as row from custom_event_rows e",
        "users": "select jsonb_build_array(id_type, id_value) as row from identities",
    }
    return {name: [one["row"] for one in shop.ask(f"{query} order by 1")] for name, query in queries.items()}
