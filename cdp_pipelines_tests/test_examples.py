"""The example files in docs/examples: they show every field and import without a single issue."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from cdp_pipelines.mappings import shopify, synerise
from cdp_pipelines.schemas.columns import COLUMNS, STATUSES
from cdp_pipelines.schemas.products import PRODUCT_COLUMNS

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
DOCUMENT = """\
type: cdp_pipelines.OrderImport
attributes:
  name: examples/one
  source: {{kind: local, uri: {uri}}}
  format: {{kind: {kind}}}
"""
ORDERS = {
    "kevel_csv": ("kevel_orders.csv", "orderId", "userId", [column.name for column in COLUMNS]),
    "shopify_csv": ("shopify_orders.csv", "Name", "Email", [*shopify.ORDER, *shopify.LINE]),
    "synerise_csv": (
        "synerise_transactions.csv",
        "orderId",
        "client.email",
        {*synerise.TRANSACTIONS.columns, *synerise.TRANSACTIONS.copied.values()} - {"client.customId"},
    ),
}
"""By format: the file, its columns of order ids and e-mail addresses, and the columns that it has to show."""


def rows(name: str) -> list[dict[str, str]]:
    with (EXAMPLES / name).open(newline="") as file:
        return list(csv.DictReader(file, escapechar="\\"))


@pytest.mark.parametrize("kind", ORDERS)
def test_every_field_of_the_format_is_used(kind):
    name, *_, columns = ORDERS[kind]
    used = {column for row in rows(name) for column, value in row.items() if value not in ("", "null")}
    assert set(columns) <= used


def test_custom_columns_and_every_status_are_shown():
    found = rows("kevel_orders.csv")
    assert any(name.startswith("custom_") for name in found[0])
    assert {row["lineItem_status"] for row in found} == set(STATUSES)


@pytest.mark.parametrize("kind", ORDERS)
def test_only_addresses_reserved_for_examples_stand_in_it(kind):
    name, _, user, _ = ORDERS[kind]
    addresses = [row[user] for row in rows(name) if "@" in row[user]]
    assert addresses
    assert all(address.lower().endswith("@example.com") for address in addresses)


@pytest.mark.rows("K-023")
@pytest.mark.parametrize("kind", ORDERS)
def test_it_imports_without_an_issue(kind, store, tmp_path):
    name, order_id, *_ = ORDERS[kind]
    document = tmp_path / "example.yaml"
    document.write_text(DOCUMENT.format(uri=json.dumps(str(EXAMPLES / name)), kind=kind))
    command = [str(Path(sys.executable).parent / "cdp-pipelines"), "run", str(document), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report, found = json.loads(done.stdout), rows(name)
    assert report["issues"] == []
    assert report["rows"] == dict.fromkeys(report["rows"], 0) | {"read": len(found), "added": len(found)}
    assert report["items"]["added"] == len({row[order_id] for row in found})
    assert report["events"] == {"orderPlace": report["items"]["added"], "orderUpdate": 0}


@pytest.mark.parametrize(("kind", "name"), [("csv", "products.csv"), ("synerise_csv", "synerise_items.csv")])
def test_the_products_of_both_files_have_every_field_and_no_issue(kind, name, store, tmp_path):
    document = tmp_path / "example.yaml"
    text = DOCUMENT.replace("OrderImport", "ProductImport")
    document.write_text(text.format(uri=json.dumps(str(EXAMPLES / name)), kind=kind))
    command = [str(Path(sys.executable).parent / "cdp-pipelines"), "run", str(document), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["issues"], report["items"]["added"]) == ([], 2)
    with store.connect(autocommit=True) as connection:
        ((mug,),) = connection.execute("select attributes from products where product_id = 'mug-1-blue'").fetchall()
    assert mug.keys() == {column.name for column in PRODUCT_COLUMNS} - {"id"} | {"colour"}
