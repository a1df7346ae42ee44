"""YAML outside the package, in one's own Dagster project, and YAML that is wrong."""

import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster.components.testing import create_defs_folder_sandbox

from cdp_pipelines import OrderImport
from cdp_pipelines.components.folder import folder_definitions
from cdp_pipelines.components.previews import without_previews
from cdp_pipelines.errors import ConfigurationError

ATTRIBUTES = {
    "name": "de/orders",
    "source": {"kind": "local", "uri": "orders.csv"},
    "format": {"kind": "kevel_csv"},
    "money_check": "off",
}


def write(path: Path, **changes: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"type": "cdp_pipelines.OrderImport", "attributes": {**ATTRIBUTES, **changes}}))
    return path


def names(definitions: dg.Definitions) -> set[str]:
    return {spec.key.to_user_string() for spec in definitions.resolve_all_asset_specs()}


TABLES = {"orders", "order_events", "profiles", "products"}


def assets(*imports: str) -> set[str]:
    return {f"{name}/{step}" for name in imports for step in ("landed", "validated", "applied")}


def test_any_layout_that_the_command_line_finds_is_loaded(tmp_path: Path) -> None:
    write(tmp_path / "defs.yaml", name="top")
    write(tmp_path / "de" / "defs.yaml", name="de/orders")
    write(tmp_path / "fr.yaml", name="fr-shop/orders")
    definitions = folder_definitions(tmp_path)
    assert names(definitions) == assets("top", "de/orders", "fr-shop/orders") | TABLES
    for job in ("top", "de__orders", "fr_shop__orders"):
        assert definitions.resolve_job_def(job).executor_def is dg.in_process_executor


def test_a_folder_without_a_file_of_dagsters(tmp_path: Path) -> None:
    assert names(folder_definitions(tmp_path)) == set()
    write(tmp_path / "fr.yaml", name="fr/orders")
    assert names(folder_definitions(tmp_path)) == assets("fr/orders") | TABLES


def test_python_files_beside_are_loaded_too(tmp_path: Path) -> None:
    write(tmp_path / "de" / "defs.yaml")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "own.py").write_text("import dagster as dg\n\n@dg.asset\ndef own() -> None: ...\n")
    assert names(folder_definitions(tmp_path)) == assets("de/orders") | TABLES | {"own"}


def test_all_mistakes_of_all_files_are_named_at_once(tmp_path: Path) -> None:
    write(tmp_path / "a" / "defs.yaml", nam="x")
    write(tmp_path / "b" / "defs.yaml", name="b", money_check="wran")
    with pytest.raises(ConfigurationError) as raised:
        folder_definitions(tmp_path)
    lines = str(raised.value).splitlines()
    assert any("a/defs.yaml" in line and "nam" in line for line in lines)
    assert any("b/defs.yaml" in line and "money_check" in line for line in lines)


def test_it_works_in_a_dagster_project_of_ones_own() -> None:
    with without_previews(), create_defs_folder_sandbox() as sandbox:
        path = sandbox.scaffold_component(
            component_cls=OrderImport,
            defs_path="orders",
            defs_yaml_contents={"type": "cdp_pipelines.OrderImport", "attributes": ATTRIBUTES},
        )
        with sandbox.load_component_and_build_defs(defs_path=path) as (component, definitions):
            assert isinstance(component, OrderImport)
            (loaded,) = component.imports
            assert loaded.path == path / "defs.yaml"
            assert loaded.spec.money_check == "off"
            assert names(definitions) == assets("de/orders") | {"products"}  # which is external there


def test_several_imports_in_one_file_know_their_lines() -> None:
    with without_previews(), create_defs_folder_sandbox() as sandbox:
        path = sandbox.defs_folder_path / "orders" / "defs.yaml"
        text = write(path, name="one").read_text() + "---\n" + write(path, name="two").read_text()
        path.write_text(text)
        with sandbox.build_component_tree() as tree:
            components = tree.get_all_components(OrderImport)
    found = {loaded.spec.name: loaded for component in components for loaded in component.imports}
    assert {loaded.path for loaded in found.values()} == {path}
    assert found["one"].line < found["two"].line


def test_the_entry_point_reads_the_folder_that_the_environment_names(tmp_path: Path) -> None:
    write(tmp_path / "defs" / "defs.yaml", name="mine")
    code = "from cdp_pipelines.definitions import defs; print(*(job.name for job in defs().resolve_all_job_defs()))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"CDP_DEFS": str(tmp_path / "defs"), "CDP_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "mine" in done.stdout.split()


def test_defaults_and_entries_count_in_dagster_as_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "defaults.yaml").write_text("format: {kind: kevel_csv}\nowners: ['team:crm']\nmoney_check: off\n")
    text = (
        "type: cdp_pipelines.OrderImport\nattributes:\n  for_each: [{shop: de}, {shop: fr}]\n"
        "  name: '{shop}/orders'\n  source: {kind: local, uri: '{shop}.csv'}\n"
    )
    (tmp_path / "shops").mkdir()
    (tmp_path / "shops" / "defs.yaml").write_text(text)
    definitions = folder_definitions(tmp_path)
    assert names(definitions) == assets("de/orders", "fr/orders") | TABLES
    tables = {dg.AssetKey([name]) for name in TABLES}
    specs = [spec for spec in definitions.resolve_all_asset_specs() if spec.key not in tables]
    assert {spec.group_name for spec in specs} == {"de", "fr"}
    assert all(list(spec.owners) == ["team:crm"] for spec in specs)


def test_editors_are_told_the_keys_of_an_import() -> None:
    schema = OrderImport.get_model_cls().model_json_schema()
    assert {"name", "source", "schedule", "watch", "for_each"} <= set(schema["properties"])
    assert schema["required"] == []
    assert schema["properties"]["site"]["description"].startswith("The shop")


def test_ninety_imports_load_within_five_seconds(tmp_path: Path) -> None:
    attributes = {
        **ATTRIBUTES,
        "for_each": [{"shop": f"shop{number}"} for number in range(90)],
        "name": "{shop}/orders",
        "source": {"kind": "local", "uri": "{shop}-{partition}.csv"},
        "partitions": {"every": "day", "start": "2026-01-01"},
        "schedule": {"cron": "30 2 * * *", "catch_up": "7d"},
        "watch": {"every": "60s"},
    }
    write(tmp_path / "shops" / "defs.yaml", **attributes)
    begin = time.process_time()  # of the processor: other work on this machine says nothing
    definitions = folder_definitions(tmp_path)
    repository = definitions.get_repository_def()
    assert time.process_time() - begin < 5
    watching = [sensor for sensor in repository.sensor_defs if sensor.name.endswith("_watch")]
    assert len(repository.schedule_defs) == len(watching) == 90


def test_feeds_take_defaults_and_entries_while_segments_are_read_as_they_stand(tmp_path: Path) -> None:
    (tmp_path / "defaults.yaml").write_text("owners: ['team:crm']\nmode: delta\nhash_user_id: true\n")
    feeds = (
        "type: cdp_pipelines.ProductImport\nattributes:\n  for_each: [{shop: de}, {shop: fr}]\n"
        "  name: '{shop}/feed'\n  source: {kind: local, uri: '{shop}.xml'}\n  format: {kind: google_feed}\n"
        "  schedule: {cron: '30 2 * * *'}\n"
    )
    segment = "type: cdp_pipelines.Segment\nattributes: {name: buyers, rule: {field: orders.count, at_least: 1}}\n"
    (tmp_path / "defs.yaml").write_text(f"{feeds}---\n{segment}")
    definitions = folder_definitions(tmp_path)
    assert names(definitions) == assets("de/feed", "fr/feed") | TABLES | {"segments/buyers"}
    graph = definitions.resolve_asset_graph()
    assert graph.get(dg.AssetKey(["de", "feed", "applied"])).owners == ["team:crm"]
    assert not graph.get(dg.AssetKey(["segments", "buyers"])).owners
    assert len(definitions.get_repository_def().schedule_defs) == 2
