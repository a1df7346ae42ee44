"""Files that are moved out of the way once they are imported: never one that was not, never over another one."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from cdp_pipelines.errors import SourceError
from cdp_pipelines.imports import run as runs
from cdp_pipelines.sources import local_archive
from cdp_pipelines.sources.archive import open_archive
from cdp_pipelines.sources.archive_names import archive_address
from cdp_pipelines_tests.scenarios.shop import Import, Shop, codes, line, order, text
from cdp_pipelines_tests.sources.bucket import KEYS, NAME, Bucket
from cdp_pipelines_tests.sources.conftest import bucket, no_proxy
from cdp_pipelines_tests.sources.sftp_server import PASSWORD, USER, sftp_server

__all__ = ["bucket", "no_proxy"]

OLD = 1_750_000_000
FIRST, SECOND = text([order("A-1")]), text([order("A-2")])


@dataclass
class Inbox:
    """A place that files are put to, and what lies there."""

    source: dict[str, Any]
    put: Callable[[str, str], None]
    listed: Callable[[], dict[str, str]]


def of_folder(folder: Path) -> Inbox:
    def put(name: str, content: str) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        os.utime(path, (OLD, OLD))

    def listed() -> dict[str, str]:
        return {str(one.relative_to(folder)): one.read_text() for one in folder.rglob("*") if one.is_file()}

    return Inbox({"kind": "local", "uri": f"{folder}/in/*.csv"}, put, listed)


def of_bucket(bucket: Bucket) -> Inbox:
    def put(name: str, content: str) -> None:
        bucket.put(name, content.encode())

    def listed() -> dict[str, str]:
        found = bucket.client.list_objects_v2(Bucket=NAME, Prefix=f"{bucket.prefix}/").get("Contents", [])
        keys = [one["Key"] for one in found]
        return {
            key.removeprefix(f"{bucket.prefix}/"): bucket.client.get_object(Bucket=NAME, Key=key)["Body"]
            .read()
            .decode()
            for key in keys
        }

    uri = f"{bucket.address}/in/*.csv"
    source = {"kind": "s3", "uri": uri, "endpoint_url": bucket.endpoint, "credentials": "SHOP", "attempts": 1}
    return Inbox(source, put, listed)


@pytest.fixture(params=["local", "s3", "sftp"])
def inbox(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    folder = tmp_path / "there"
    folder.mkdir()
    secrets = {
        "USER": USER,
        "PASSWORD": PASSWORD,
        "ACCESS_KEY_ID": KEYS["admin"][0],
        "SECRET_ACCESS_KEY": KEYS["admin"][1],
    }
    for name, value in secrets.items():
        monkeypatch.setenv(f"SHOP_{name}", value)
    if request.param == "s3":
        yield of_bucket(request.getfixturevalue("bucket"))
    elif request.param == "local":
        yield of_folder(folder)
    else:
        with sftp_server(folder) as server:
            source = {"uri": f"{server.address}/in/*.csv", "host_key": server.fingerprint, "credentials": "SHOP"}
            yield replace(of_folder(folder), source={"kind": "sftp", **source})


def archiving(shop: Shop, inbox: Inbox, archive: str = "done/", **attributes: Any) -> Import:
    return shop.imports(source=inbox.source | {"archive": archive}, **attributes)


def test_left_out_the_source_is_only_read(shop: Shop, inbox: Inbox) -> None:
    inbox.put("in/a.csv", FIRST)
    assert shop.imports(source=inbox.source).runs().status == "completed"
    assert inbox.listed() == {"in/a.csv": FIRST}


def test_what_was_imported_is_moved_and_not_found_again(shop: Shop, inbox: Inbox) -> None:
    inbox.put("in/a.csv", FIRST)
    inbox.put("in/b.csv", SECOND)
    importing = archiving(shop, inbox)
    report = importing.runs()
    assert (report.status, codes(report)) == ("completed", set())
    assert inbox.listed() == {"in/done/a.csv": FIRST, "in/done/b.csv": SECOND}
    assert "No file matches" in str(importing.runs().error)


def test_a_second_file_of_a_name_replaces_none(shop: Shop, inbox: Inbox) -> None:
    importing = archiving(shop, inbox)
    contents = [FIRST, SECOND, text([order("A-3")])]
    for content in contents:
        inbox.put("in/a.csv", content)
        assert importing.runs().status == "completed"
    assert inbox.listed() == dict(zip(("in/done/a.csv", "in/done/a.csv.2", "in/done/a.csv.3"), contents, strict=True))


def test_dry_runs_and_failed_runs_move_nothing(shop: Shop, inbox: Inbox) -> None:
    importing = archiving(shop, inbox)
    inbox.put("in/a.csv", FIRST)
    importing.runs(dry_run=True)
    inbox.put("in/b.csv", "nonsense\n")
    assert importing.runs().status == "failed"
    assert set(inbox.listed()) == {"in/a.csv", "in/b.csv"}


def test_partial_runs_move_their_files(shop: Shop, inbox: Inbox) -> None:
    inbox.put("in/a.csv", text([order("A-1"), order("B", line(status="lost"))]))
    assert archiving(shop, inbox).runs().status == "partial"
    assert list(inbox.listed()) == ["in/done/a.csv"]


def test_control_totals_go_with_their_file(shop: Shop, inbox: Inbox) -> None:
    inbox.put("in/a.csv", FIRST)
    inbox.put("in/a.csv.json", json.dumps({"rows": 1}))
    assert archiving(shop, inbox, control={"uri": "{file}.json"}).runs().status == "completed"
    assert set(inbox.listed()) == {"in/done/a.csv", "in/done/a.csv.json"}


def test_a_file_that_changed_meanwhile_stays_and_is_read_by_the_next_run(
    shop: Shop, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    importing = archiving(shop, inbox)
    inbox.put("in/a.csv", FIRST)
    longer = text([order("A-1"), order("A-9")])
    archive = runs.archive_files

    def changed_before(*arguments: Any) -> Any:
        inbox.put("in/a.csv", longer)
        return archive(*arguments)

    monkeypatch.setattr(runs, "archive_files", changed_before)
    report = importing.runs()
    assert report.status == "completed"
    [issue] = report.issues
    assert (issue.severity, issue.code) == ("warning", "NOT_ARCHIVED")
    assert "changed after it was read" in issue.message
    [recorded] = shop.ask("select status, report -> 'issues' as issues from import_runs")
    assert (recorded["status"], recorded["issues"][0]["code"]) == ("completed", "NOT_ARCHIVED")
    assert inbox.listed() == {"in/a.csv": longer}
    monkeypatch.setattr(runs, "archive_files", archive)
    assert importing.runs().rows.added == 1
    assert inbox.listed() == {"in/done/a.csv": longer}


def test_what_a_killed_run_left_is_archived_by_the_next_one(
    shop: Shop, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    importing = archiving(shop, inbox)
    inbox.put("in/a.csv", FIRST)
    archive = runs.archive_files
    monkeypatch.setattr(runs, "archive_files", lambda *_: [])
    importing.runs()
    monkeypatch.setattr(runs, "archive_files", archive)
    assert importing.runs().skipped.already_applied == 1
    assert inbox.listed() == {"in/done/a.csv": FIRST}


def test_a_file_named_by_hand_stays(shop: Shop, inbox: Inbox, tmp_path: Path) -> None:
    path = tmp_path / "by-hand.csv"
    path.write_text(FIRST)
    assert archiving(shop, inbox).runs(file=str(path)).status == "completed"
    assert path.read_text() == FIRST


def test_an_archive_that_cannot_be_written_is_a_warning(
    shop: Shop, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file stands where the folder would have to be; in a bucket the key may only read."""
    inbox.put("in/a.csv", FIRST)
    if inbox.source["kind"] == "s3":
        monkeypatch.setenv("SHOP_ACCESS_KEY_ID", KEYS["reader"][0])
        monkeypatch.setenv("SHOP_SECRET_ACCESS_KEY", KEYS["reader"][1])
    else:
        inbox.put("in/done", "no folder")
    report = archiving(shop, inbox).runs()
    assert (report.status, codes(report)) == ("completed", {"NOT_ARCHIVED"})
    assert inbox.listed()["in/a.csv"] == FIRST


def test_a_file_that_is_gone_is_nobodys_concern(shop: Shop, inbox: Inbox, tmp_path: Path) -> None:
    spec = archiving(shop, inbox).loaded.spec.source
    archive = open_archive(spec, tmp_path)
    assert archive
    archive.take(inbox.source["uri"].replace("*", "gone"), "1-1-1")
    assert inbox.listed() == {}


def test_a_link_is_not_moved(shop: Shop, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "real.csv").write_text(FIRST)
    (folder / "a.csv").symlink_to(tmp_path / "real.csv")
    report = shop.imports(source={"kind": "local", "uri": f"{folder}/*.csv", "archive": "done"}).runs()
    assert (report.status, codes(report)) == ("completed", {"NOT_ARCHIVED"})
    assert (folder / "a.csv").is_symlink()


def test_a_file_that_comes_in_between_look_and_move_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(FIRST)
    version = local_archive.version_of(path.stat())
    move = local_archive._move

    def replaced(*arguments: Any) -> None:
        path.write_text(SECOND * 2)
        move(*arguments)

    monkeypatch.setattr(local_archive, "_move", replaced)
    with pytest.raises(SourceError, match="changed after it was read"):
        local_archive.LocalArchive("done/").take(str(path), version)
    assert [path.read_text(), *(tmp_path / "done").iterdir()] == [SECOND * 2]


@pytest.mark.parametrize(
    ("uri", "archive", "moved"),
    [
        ("/data/in/a.csv", "done/", "/data/in/done/a.csv"),
        ("/data/in/a.csv", "/data/done", "/data/done/a.csv"),
        ("s3://acme-cdp/de/a.csv", "done", "s3://acme-cdp/de/done/a.csv"),
        ("s3://acme-cdp/de/a.csv", "/done/de/", "s3://acme-cdp/done/de/a.csv"),
        ("sftp://h:22/up/a.csv", "/done", "sftp://h:22/done/a.csv"),
    ],
)
def test_where_a_file_goes(uri: str, archive: str, moved: str) -> None:
    assert archive_address(uri, archive) == moved


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ({"kind": "local", "uri": "in/*.csv", "archive": "../done"}, "no folder"),
        ({"kind": "local", "uri": "in/*.csv", "archive": "./"}, "no folder"),
        ({"kind": "local", "uri": "in/*.csv", "archive": ""}, "no folder"),
        ({"kind": "local", "uri": "in/*.csv", "archive": "s3://acme-cdp/done"}, "no folder"),
        ({"kind": "local", "uri": "in/*.csv", "archive": "{partition}/done"}, "no folder"),
        ({"kind": "local", "uri": "in/*.csv", "archive": "/done"}, "write uri as an absolute path"),
        ({"kind": "local", "uri": "{home}/in/*.csv", "archive": "/done"}, "write uri as an absolute path"),
        ({"kind": "local", "uri": "/in/*/a.csv", "archive": "/in/done/"}, "would be imported again"),
        ({"kind": "local", "uri": "/in/*.csv", "archive": "/in"}, "would be imported again"),
        ({"kind": "s3", "uri": "s3://acme-cdp/in/*/x-*.csv", "archive": "/in/done"}, "would be imported again"),
        ({"kind": "http", "uri": "https://example.com/a.csv", "archive": "done/"}, "unknown key"),
    ],
)
def test_an_archive_that_cannot_be_meant_is_refused(source: dict[str, str], told: str, shop: Shop) -> None:
    with pytest.raises(Exception, match=told):
        shop.imports(source=source)
