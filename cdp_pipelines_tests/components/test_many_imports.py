"""Ninety imports: each file of YAML is read as often as one alone, and the UI has what tells them apart."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from cdp_pipelines.components.folder import folder_definitions
from cdp_pipelines_tests.imports.writing import document, write

SITES = [f"shop{number:02}" for number in range(45)]
_OPENED: list[str] | None = None


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if _OPENED is not None and event == "open" and str(arguments[0]).endswith(".yaml"):
        _OPENED.append(str(arguments[0]))


sys.addaudithook(_note)


def opened(work: Callable[[], object]) -> list[str]:
    """The YAML files that some work opens."""
    global _OPENED  # an audit hook cannot be removed
    _OPENED = found = []
    try:
        work()
    finally:
        _OPENED = None
    return found


def daily(name: str, **others: object) -> dict[str, object]:
    stated = {
        "source": {"kind": "local", "uri": f"{name}-{{partition}}.csv"},
        "partitions": {"every": "day", "start": "2026-01-01"},
        "owners": ["team:crm"],
    }
    return document(name=name, **stated | others)


def files(folder: Path, count: int) -> Path:
    """A folder with a file per import."""
    for site in SITES[: count // 2]:
        for name in ("orders", "returns"):
            write(folder / site / name / "defs.yaml", daily(f"{site}/{name}", site=site))
    return folder


def one_file(folder: Path, count: int) -> Path:
    """A folder with one file that makes all the imports."""
    source = {"kind": "local", "uri": "{site}/{name}-{partition}.csv"}
    whole = daily("{site}/{name}", site="{site}", source=source)
    entries = [{"site": site, "name": name} for site in SITES[: count // 2] for name in ("orders", "returns")]
    whole["attributes"]["for_each"] = entries
    write(folder / "defs.yaml", whole)
    return folder


@pytest.mark.parametrize("made", [files, one_file])
def test_a_file_is_read_as_often_among_ninety_imports_as_among_two(made, tmp_path: Path) -> None:
    few, many = made(tmp_path / "few", 2), made(tmp_path / "many", 90)
    folder_definitions(few)
    alone = opened(lambda: folder_definitions(few))
    begin = time.perf_counter()
    among = opened(lambda: folder_definitions(many))
    print(f"90 imports loaded in {time.perf_counter() - begin:.1f} s")
    assert max(map(among.count, among)) <= max(map(alone.count, alone))


def test_they_are_told_apart_by_group_owner_description_and_kind(tmp_path: Path) -> None:
    specs = list(folder_definitions(one_file(tmp_path, 90)).resolve_all_asset_specs())
    steps = [spec for spec in specs if len(spec.key.path) == 3]
    assert len(steps) == 270
    assert {spec.group_name for spec in steps} == set(SITES)
    assert all(spec.owners and spec.description and spec.kinds for spec in steps)
    assert {spec.group_name for spec in specs} - set(SITES) == {"tables"}


def test_lineage_leads_from_each_file_to_the_tables(tmp_path: Path) -> None:
    graph = folder_definitions(one_file(tmp_path, 90)).resolve_asset_graph()
    landed = {key for key in graph.get_all_asset_keys() if key.path[-1] == "landed"}
    orders = dg.AssetSelection.assets(dg.AssetKey("orders")).upstream().resolve(graph)
    assert len(landed) == 90
    assert landed <= orders
