"""Whole imports whose landing is a bucket: the command, Dagster, retention and faults, as with a folder."""

import json
import os
import time
from pathlib import Path

import pytest

from cdp_pipelines.cli import main
from cdp_pipelines.errors import SourceError
from cdp_pipelines.imports.check import check
from cdp_pipelines.imports.landing import import_landing
from cdp_pipelines_tests.components.conftest import Shop as DagsterShop
from cdp_pipelines_tests.components.conftest import shop as dagster_shop
from cdp_pipelines_tests.landing.conftest import landing_in
from cdp_pipelines_tests.landing.places import InBucket
from cdp_pipelines_tests.scenarios.shop import Shop, counts, line, order, text
from cdp_pipelines_tests.sources.bucket import Bucket
from cdp_pipelines_tests.sources.conftest import bucket, no_proxy

__all__ = ["bucket", "dagster_shop", "no_proxy"]


@pytest.fixture
def place(bucket: Bucket, monkeypatch: pytest.MonkeyPatch, store: object) -> InBucket:
    landing_in(bucket, monkeypatch)
    return InBucket(import_landing(), bucket=bucket, root=Path(os.environ["CDP_HOME"]) / "landing")


def test_a_file_whose_orders_are_not_together_is_read_again_from_the_bucket(place: InBucket, shop: Shop) -> None:
    report = shop.imports().gets(order("A-1"), order("A-2"), order("A-1", line(status="paid")))
    assert (report.status, counts(report)) == ("completed", {"added": 2, "superseded": 1})
    assert place.copies() == [report.files[0].sha256]
    assert [name for name in place.left() if name.startswith("incoming")] == []


def test_the_command_reports_and_a_second_run_skips(
    place: InBucket, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shop.imports().loaded.path
    (shop.folder / "orders.csv").write_text(text([order("A-1")]))
    assert main(["check", "--connect", str(path)]) == 0
    capsys.readouterr()
    for expected in ({"added": 1}, {"skipped": 1}):
        assert main(["run", str(path), "--json"]) == 0
        rows = json.loads(capsys.readouterr().out)["rows"]
        assert {name: number for name, number in rows.items() if number and name != "read"} == expected


def test_old_copies_go_and_those_of_open_rejects_stay(place: InBucket, shop: Shop) -> None:
    export = shop.imports(keep={"landing": "3s"})
    first = export.gets(order("A-1"))
    second = export.gets(order("A-2"), order("B", line(status="lost")))
    time.sleep(5)
    third = export.gets(order("A-3"))
    assert first.files[0].sha256 not in place.copies()
    assert {second.files[0].sha256, third.files[0].sha256} <= set(place.copies())


@pytest.mark.rows("F06", "F37")
def test_a_bucket_that_does_not_answer_applies_nothing(
    place: InBucket, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cdp_pipelines.landing.bucket._ATTEMPTS", 1)
    monkeypatch.setenv("CDP_LANDING_ENDPOINT_URL", "http://127.0.0.1:9")
    export = shop.imports()
    report = export.gets(order("A-1"))
    assert (report.status, report.issues[0].code) == ("failed", "SOURCE_FAILED")
    assert (shop.orders(), shop.ask("select from files")) == ([], [])
    with pytest.raises(SourceError, match="The connection to the service of s3://"):
        check(export.loaded.path, connect=True)


def test_dagster_lands_in_the_bucket_and_applies_from_there(place: InBucket, dagster_shop: DagsterShop) -> None:
    assert dagster_shop.run("2026-01-01", "2026-01-02").success
    assert dagster_shop.materialized("landed") == dagster_shop.materialized("applied") == ["2026-01-01", "2026-01-02"]
    assert len(place.copies()) == 2
    assert not (place.root / "content").exists()
