"""Whole imports from each kind of source: what lies there is what is stored, and `watch` and `check` see it, too."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cdp_pipelines.cli import main
from cdp_pipelines.imports.check import check
from cdp_pipelines.imports.watch import arrivals
from cdp_pipelines_tests.scenarios.shop import Shop, order, text
from cdp_pipelines_tests.sources.bucket import KEYS, Bucket
from cdp_pipelines_tests.sources.conftest import bucket, no_proxy
from cdp_pipelines_tests.sources.sftp_server import PASSWORD, USER, sftp_server
from cdp_pipelines_tests.sources.site import answer, site

__all__ = ["bucket", "no_proxy"]

DAYS = {"2026-01-01": order("A-1"), "2026-01-02": order("A-2")}
DAILY = {"every": "day", "start": "2026-01-01"}
SECRETS = {
    "SHOP_ACCESS_KEY_ID": KEYS["reader"][0],
    "SHOP_SECRET_ACCESS_KEY": KEYS["reader"][1],
    "SHOP_USER": USER,
    "SHOP_PASSWORD": PASSWORD,
}
CAN_BE_LISTED = ["local", "s3", "sftp"]


@contextmanager
def filled(kind: str, folder: Path, bucket: Bucket) -> Iterator[dict[str, Any]]:
    """Put the files of both days to where a source of this kind finds them, and give that source."""
    files = {f"orders-{day}.csv": text([one]).encode() for day, one in DAYS.items()}
    for name, content in files.items():
        (folder / name).write_bytes(content)
        os.utime(folder / name, (1_750_000_000, 1_750_000_000))
    if kind == "local":
        yield {"kind": kind, "uri": f"{folder}/orders-{{partition}}.csv"}
    elif kind == "s3":
        for name, content in files.items():
            bucket.put(f"in/{name}", content)
        place = f"{bucket.address}/in/orders-{{partition}}.csv"
        yield {"kind": kind, "uri": place, "endpoint_url": bucket.endpoint, "credentials": "SHOP"}
    elif kind == "sftp":
        with sftp_server(folder) as server:
            place = f"{server.address}/orders-{{partition}}.csv"
            yield {"kind": kind, "uri": place, "host_key": server.fingerprint, "credentials": "SHOP"}
    else:
        with site() as web:
            for name, content in files.items():
                web.serve(f"/{name}", answer(content, ETag=f'"{name}"'))
            yield {"kind": kind, "uri": f"{web.address}/orders-{{partition}}.csv", "credentials": "SHOP"}


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.mark.rows("K-113", "K-115")
@pytest.mark.parametrize("kind", [*CAN_BE_LISTED, "http"])
def test_an_import_reads_the_files_of_its_partitions(
    kind: str, shop: Shop, bucket: Bucket, secrets: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with filled(kind, tmp_path, bucket) as source:
        importing = shop.imports(source=source, partitions=DAILY)
        path = str(importing.loaded.path)
        assert main(["check", "--connect", path]) == 0
        capsys.readouterr()
        assert main(["run", path, "--from", "2026-01-01", "--to", "2026-01-02", "--json"]) == 0
        reports = json.loads(capsys.readouterr().out)
    assert [row["order_id"] for row in shop.ask("select order_id from orders order by 1")] == ["A-1", "A-2"]
    assert [one["files"][0]["uri"] for one in reports] == [source["uri"].replace("{partition}", day) for day in DAYS]
    assert all(one["files"][0]["completeness"] != "not verifiable" for one in reports)
    assert not [value for value in (KEYS["reader"][1], PASSWORD) if value in json.dumps(reports)]


@pytest.mark.parametrize("kind", CAN_BE_LISTED)
def test_what_is_watched_is_told_by_its_partition_and_known_once_applied(
    kind: str, shop: Shop, bucket: Bucket, secrets: None, tmp_path: Path
) -> None:
    with filled(kind, tmp_path, bucket) as source:
        importing = shop.imports(source=source, partitions=DAILY, watch={"every": "60s"})
        found = arrivals(importing.loaded, datetime.now(UTC))
        assert [one.label for one in found] == list(DAYS)
        importing.runs(partition="2026-01-01")
        [applied] = shop.ask("select uri, version from files")
        assert [(one.uri, one.version) for one in found[0].files] == [(applied["uri"], applied["version"])]


@pytest.mark.rows("K-003")
@pytest.mark.parametrize(
    ("kind", "uri", "missing"),
    [
        ("s3", "s3://acme-cdp/inbox/de/*.csv", ["SHOP_ACCESS_KEY_ID", "SHOP_SECRET_ACCESS_KEY"]),
        ("sftp", "sftp://files.example.com/de/*.csv", ["SHOP_USER", "SHOP_PASSWORD or SHOP_PRIVATE_KEY"]),
        ("http", "https://files.example.com/o.csv", ["SHOP_TOKEN or SHOP_HEADER or SHOP_USER"]),
    ],
    ids=["s3", "sftp", "http"],
)
def test_check_names_the_variables_that_are_not_set(
    kind: str, uri: str, missing: list[str], shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = shop.imports(source={"kind": kind, "uri": uri, "credentials": "SHOP"}).loaded.path
    problems = [str(one) for one in check(path)]
    assert [one.partition("source.credentials: ")[2].partition(" is not set")[0] for one in problems] == missing
    line = 1 + next(number for number, one in enumerate(path.read_text().splitlines()) if "credentials" in one)
    assert all(f":{line}: " in one for one in problems)
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "USER", "PRIVATE_KEY"):
        monkeypatch.setenv(f"SHOP_{name}_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("SHOP_PASSWORD", "x")
    assert check(path) == []
