"""The inbox of a site, for files that somebody uploads: a folder in CDP_HOME, or a prefix of a bucket."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from cdp_pipelines.cli import main
from cdp_pipelines.imports.documents import find_import
from cdp_pipelines.imports.watch import arrivals
from cdp_pipelines_tests.scenarios.shop import Import, Shop, order, text
from cdp_pipelines_tests.sources.bucket import KEYS, Bucket
from cdp_pipelines_tests.sources.conftest import bucket, no_proxy

__all__ = ["bucket", "no_proxy"]

DOCS = Path(__file__).parents[2] / "docs" / "sources.md"
ORDERS = text([order("A-1")])


def documented(shop: Shop, kind: str, *replacing: tuple[str, str]) -> Import:
    """The import of the page's section, with a name and a format, and the bucket of the test."""
    section = DOCS.read_text().partition("## An inbox for uploads by hand")[2]
    blocks = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    (written,) = (block for block in blocks if f"kind: {kind}" in block)
    for old, new in replacing:
        assert old in written
        written = written.replace(old, new)
    values = {"name": f"inbox-{kind}", "format": {"kind": "kevel_csv"}} | yaml.safe_load(written)
    path = shop.folder / f"inbox-{kind}.yaml"
    path.write_text(yaml.safe_dump({"type": "cdp_pipelines.OrderImport", "attributes": values}))
    return Import(shop, find_import(str(path)))


@pytest.mark.rows("K-001", "K-003")
def test_what_is_put_into_the_folder_of_a_site_is_imported_for_it(shop: Shop) -> None:
    inbox = Path(os.environ["CDP_HOME"]) / "inbox" / "de"
    inbox.mkdir(parents=True)
    export = documented(shop, "local")
    (inbox / "orders.csv.part").write_text(ORDERS[:40])
    assert main(["run", str(export.loaded.path)]) == 1
    (inbox / "orders.csv.part").write_text(ORDERS)
    (inbox / "orders.csv.part").rename(inbox / "orders.csv")
    [arrived] = arrivals(export.loaded, datetime.now(UTC) + timedelta(minutes=2))
    assert [Path(one.uri).name for one in arrived.files] == ["orders.csv"]
    assert main(["run", str(export.loaded.path)]) == 0
    assert shop.order("A-1", site="de")["order_id"] == "A-1"
    assert [path.name for path in (inbox / "done").iterdir()] == ["orders.csv"]


@pytest.mark.rows("K-001", "K-003")
def test_what_is_put_under_the_prefix_of_a_site_is_imported_for_it(
    shop: Shop, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_S3_ACCESS_KEY_ID", KEYS["admin"][0])
    monkeypatch.setenv("ACME_S3_SECRET_ACCESS_KEY", KEYS["admin"][1])
    service = ("https://s3.example.com", bucket.endpoint)
    export = documented(shop, "s3", ("s3://acme-cdp/inbox/", f"{bucket.address}/inbox/"), service)
    bucket.put("inbox/de/orders.csv", ORDERS.encode())
    bucket.put("inbox/pt/orders.csv", text([order("A-2")]).encode())
    [arrived] = arrivals(export.loaded, datetime.now(UTC))
    assert [one.uri for one in arrived.files] == [f"{bucket.address}/inbox/de/orders.csv"]
    assert main(["run", str(export.loaded.path)]) == 0
    assert [(one["site"], one["order_id"]) for one in shop.ask("select site, order_id from orders")] == [("de", "A-1")]
