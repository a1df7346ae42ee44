"""The example files of promotions, vouchers and events: they show every column and import without a single issue."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from cdp_pipelines.schemas.custom_events import EVENT_COLUMNS
from cdp_pipelines.schemas.promotions import PROMOTION_COLUMNS, PROMOTION_TYPES, REDEEM_TYPES
from cdp_pipelines.schemas.vouchers import VOUCHER_COLUMNS

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
DOCUMENT = """\
type: cdp_pipelines.{kind}
attributes:
  name: examples/one
  source: {{kind: local, uri: {uri}}}
  format: {{kind: synerise_csv}}
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
    document = tmp_path / "x.yaml"
    document.write_text(f"{DOCUMENT.format(kind=kind, uri=uri)}  {line}\n")
    command = [str(Path(sys.executable).parent / "cdp-pipelines"), "run", str(document), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    count = len(synerise_rows(name))
    assert report["issues"] == []
    assert report["rows"] == dict.fromkeys(report["rows"], 0) | {"read": count, "added": count}
