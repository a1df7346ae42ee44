"""The example files in docs/examples: they show every field and import without a single issue."""

import csv
import json
import subprocess
import sys
from pathlib import Path

from cdp_pipelines.schemas.columns import COLUMNS, STATUSES

EXAMPLE = Path(__file__).parents[1] / "docs" / "examples" / "kevel_orders.csv"
DOCUMENT = """\
type: cdp_pipelines.OrderImport
attributes:
  name: examples/kevel
  source: {{kind: local, uri: {uri}}}
  format: {{kind: kevel_csv}}
"""


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
    command = [str(Path(sys.executable).parent / "cdp-pipelines"), "run", str(document), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["issues"] == []
    assert report["rows"] == dict.fromkeys(report["rows"], 0) | {"read": len(rows()), "added": len(rows())}
    assert report["items"]["added"] == len({row["orderId"] for row in rows()})
    assert report["events"] == {"orderPlace": report["items"]["added"], "orderUpdate": 0}
