"""Every format from every source, from the command line and in Dagster: what lies there ends in its table."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from cdp_pipelines.cli import main
from cdp_pipelines.components.folder import folder_definitions
from cdp_pipelines.components.names import word
from cdp_pipelines.store import Store
from cdp_pipelines_tests.scenarios.shown_formats import Shown, shown_formats
from cdp_pipelines_tests.scenarios.test_sources import bucket, no_proxy, secrets
from cdp_pipelines_tests.sources.bucket import KEYS, Bucket
from cdp_pipelines_tests.sources.sftp_server import PASSWORD, sftp_server
from cdp_pipelines_tests.sources.site import answer, site

__all__ = ["bucket", "no_proxy", "secrets"]

FORMATS = dict(shown_formats())


@contextmanager
def filled(kind: str, folder: Path, bucket: Bucket) -> Iterator[dict[str, dict[str, Any]]]:
    """Put the files of all formats to where a source of this kind finds them, and give the source of each format."""
    places = {name: f"{number}" for number, name in enumerate(FORMATS)}
    for name, shown in FORMATS.items():
        (folder / places[name]).mkdir()
        for file, content in shown.files.items():
            (folder / places[name] / file).write_bytes(content)
            if kind == "s3":
                bucket.put(f"{places[name]}/{file}", content)
    if kind == "local":
        yield {name: {"kind": kind, "uri": f"{folder}/{places[name]}/{one.pattern}"} for name, one in FORMATS.items()}
    elif kind == "s3":
        common = {"kind": kind, "endpoint_url": bucket.endpoint, "credentials": "SHOP"}
        yield {n: common | {"uri": f"{bucket.address}/{places[n]}/{one.pattern}"} for n, one in FORMATS.items()}
    elif kind == "sftp":
        with sftp_server(folder) as server:
            common = {"kind": kind, "host_key": server.fingerprint, "credentials": "SHOP"}
            yield {n: common | {"uri": f"{server.address}/{places[n]}/{one.pattern}"} for n, one in FORMATS.items()}
    else:
        with site() as web:
            addresses = {
                name: " ".join(web.serve(f"/{places[name]}/{file}", answer(body)) for file, body in shown.files.items())
                for name, shown in FORMATS.items()
            }
            yield {name: {"kind": kind, "uri": address, "credentials": "SHOP"} for name, address in addresses.items()}


def write_imports(folder: Path, sources: dict[str, dict[str, Any]], way: str) -> dict[str, str]:
    """Write an import for each format, on a site of its own, and return their names."""
    names = {name: f"{way}/f{number}" for number, name in enumerate(FORMATS)}
    documents = []
    for name, shown in FORMATS.items():
        own = {"name": names[name], "site": site_of(name, way), "source": sources[name], "format": shown.format}
        documents.append({"type": f"cdp_pipelines.{shown.type}", "attributes": own | shown.others})
    folder.mkdir()
    (folder / "defs.yaml").write_text("---\n".join(yaml.safe_dump(one) for one in documents))
    return names


def site_of(name: str, way: str) -> str:
    return f"{way}-{list(FORMATS).index(name)}"


def stored(store: Store, shown: Shown, site: str) -> int:
    with store.connect() as connection:
        (count,) = connection.execute(f"select count(*) from cdp.{shown.table} where site = %s", (site,)).fetchone()
    return count


@pytest.mark.rows("K-001", "K-113", "D-001", "S-001")
@pytest.mark.parametrize("kind", ["local", "s3", "sftp", "http"])
def test_every_format_from_every_source(
    kind: str,
    store: Store,
    bucket: Bucket,
    secrets: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "files").mkdir()
    with filled(kind, tmp_path / "files", bucket) as sources:
        from_command_line(tmp_path / "shell", sources, store, monkeypatch, capsys)
        in_dagster(tmp_path / "dagster", sources, store)


def from_command_line(
    folder: Path,
    sources: dict[str, dict[str, Any]],
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = write_imports(folder, sources, "shell")
    monkeypatch.setenv("CDP_DEFS", str(folder))
    assert main(["check", str(folder)]) == 0, capsys.readouterr()
    capsys.readouterr()
    for format_, name in names.items():
        assert main(["run", name, "--json"]) == 0, (format_, capsys.readouterr())
        report = json.loads(capsys.readouterr().out)
        assert (report["status"], report["issues"]) == ("completed", []), format_
        assert not [value for value in (KEYS["reader"][1], PASSWORD) if value in json.dumps(report)]
        assert stored(store, FORMATS[format_], site_of(format_, "shell")) == FORMATS[format_].items, format_


def in_dagster(folder: Path, sources: dict[str, dict[str, Any]], store: Store) -> None:
    names = write_imports(folder, sources, "dagster")
    definitions = folder_definitions(folder)
    with dg.DagsterInstance.ephemeral(settings={"telemetry": {"enabled": False}}) as instance:
        for format_, name in names.items():
            done = definitions.resolve_job_def(word(name)).execute_in_process(instance=instance)
            keys = {event.asset_key.path[-1] for event in done.get_asset_materialization_events()}
            assert keys == {"landed", "validated", "applied"}, format_
            assert all(check.passed for check in done.get_asset_check_evaluations()), format_
            assert stored(store, FORMATS[format_], site_of(format_, "dagster")) == FORMATS[format_].items, format_
