"""The example files in docs/examples: they show every field and import without a single issue."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from cdp_pipelines.schemas.columns import COLUMNS, STATUSES
from cdp_pipelines.schemas.custom_events import EVENT_COLUMNS
from cdp_pipelines.schemas.promotions import PROMOTION_COLUMNS, PROMOTION_TYPES, REDEEM_TYPES
from cdp_pipelines.schemas.vouchers import VOUCHER_COLUMNS

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
EXAMPLE = EXAMPLES / "kevel_orders.csv"
DOCUMENT = """\
type: cdp_pipelines.OrderImport
attributes:
  name: examples/kevel
  source: {{kind: local, uri: {uri}}}
  format: {{kind: kevel_csv}}
"""


SYNERISE = {
    "PromotionImport": ("synerise_promotions.csv", PROMOTION_COLUMNS, ""),
    "VoucherImport": ("synerise_vouchers.csv", VOUCHER_COLUMNS, "pool: SUMMER26"),
    "EventImport": ("synerise_events.csv", EVENT_COLUMNS, ""),
}
"""The file of each kind, its columns, and the line that its YAML needs."""


def synerise_rows(name: str) -> list[dict[str, str]]:
    with (EXAMPLES / name).open(newline="") as file:
        rows = csv.DictReader(file, escapechar="\\", doublequote=False)
        return [{name: cell for name, cell in row.items() if cell != "null"} for row in rows]


@pytest.mark.parametrize("kind", list(SYNERISE))
def test_every_column_of_synerise_is_used_and_one_more(kind: str):
    name, columns, _ = SYNERISE[kind]
    used = {column for row in synerise_rows(name) for column in row}
    assert used > {column.name for column in columns}


def test_every_word_of_promotions_is_shown():
    shown = synerise_rows("synerise_promotions.csv")
    assert {row["redeemType"] for row in shown} == set(REDEEM_TYPES)
    assert {row["type"] for row in shown} == set(PROMOTION_TYPES)


@pytest.mark.parametrize("kind", list(SYNERISE))
def test_files_of_synerise_import_without_an_issue(store, tmp_path, kind: str):
    name, _, line = SYNERISE[kind]
    uri = json.dumps(str(EXAMPLES / name))
    text = DOCUMENT.replace("OrderImport", kind).replace("kevel_csv", "synerise_csv").format(uri=uri)
    (tmp_path / "x.yaml").write_text(f"{text}  {line}\n")
    report = imported(tmp_path / "x.yaml")
    count = len(synerise_rows(name))
    assert report["issues"] == []
    assert report["rows"] == dict.fromkeys(report["rows"], 0) | {"read": count, "added": count}


def imported(document: Path) -> dict:
    command = [str(Path(sys.executable).parent / "cdp-pipelines"), "run", str(document), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def rows() -> list[dict[str, str]]:
    with EXAMPLE.open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_field_of_the_format_is_used():
    used = {name for row in rows() for name, value in row.items() if value}
    assert {column.name for column in COLUMNS} <= used
    assert any(name.startswith("custom_") for name in used)


def test_every_status_is_shown():
    assert {row["lineItem_status"] for row in rows()} == set(STATUSES)


def test_only_addresses_reserved_for_examples_stand_in_it():
    assert all(row["userId"].endswith("@example.com") for row in rows() if row["userIdType"] == "email")


def test_it_imports_without_an_issue(store, tmp_path):
    document = tmp_path / "kevel.yaml"
    document.write_text(DOCUMENT.format(uri=json.dumps(str(EXAMPLE))))
    report = imported(document)
    assert report["issues"] == []
    assert report["rows"] == dict.fromkeys(report["rows"], 0) | {"read": len(rows()), "added": len(rows())}
    assert report["items"]["added"] == len({row["orderId"] for row in rows()})
    assert report["events"] == {"orderPlace": report["items"]["added"], "orderUpdate": 0}
