"""Promotions, vouchers and custom events in Dagster: assets, checks and a job like any import, and their tables."""

from pathlib import Path

import dagster as dg
import pytest
import yaml

import cdp_pipelines
from cdp_pipelines.components.folder import folder_definitions
from cdp_pipelines.store import Store
from cdp_pipelines_tests.scenarios.records import NEEDED, TYPES, as_csv, event, promotion

ROWS = {"promotions": [promotion("P-1")], "vouchers": [{"code": "A"}], "events": [event()]}
TABLES = {"promotions": "promotions", "vouchers": "vouchers", "events": "custom_events"}
FIRST = {"promotions": "code", "vouchers": "code", "events": "email"}


def definitions(folder: Path, *kinds: str) -> dg.Definitions:
    (folder / "defs").mkdir(exist_ok=True)
    for what in kinds:
        (folder / f"{what}.csv").write_text(as_csv(ROWS[what]))
        source = {"kind": "local", "uri": str(folder / f"{what}.csv")}
        attributes = {"name": f"shop/{what}", "source": source, "format": {"kind": "synerise_csv"}} | NEEDED[what]
        document = {"type": f"cdp_pipelines.{TYPES[what]}", "attributes": attributes}
        (folder / "defs" / f"{what}.yaml").write_text(yaml.safe_dump(document))
    return folder_definitions(folder / "defs")


@pytest.mark.parametrize("what", list(TYPES))
def test_a_kind_is_materialised_and_its_table_follows(tmp_path: Path, store: Store, what: str) -> None:
    assert getattr(cdp_pipelines, TYPES[what]).__name__ == TYPES[what]
    made = definitions(tmp_path, what)
    table, validated = dg.AssetKey([TABLES[what]]), dg.AssetKey(["shop", what, "validated"])
    with dg.DagsterInstance.ephemeral(settings={"telemetry": {"enabled": False}}) as instance:
        done = made.resolve_job_def(f"shop__{what}").execute_in_process(instance=instance)
        keys = {event.asset_key.to_user_string() for event in done.get_asset_materialization_events()}
        assert keys == {f"shop/{what}/{step}" for step in ("landed", "validated", "applied")}
        assert all(check.passed for check in done.get_asset_check_evaluations())
        assert made.resolve_job_def("after_imports").execute_in_process(instance=instance).success
        (counted,) = instance.fetch_materializations(table, limit=1).records
    assert counted.asset_materialization.metadata["dagster/row_count"].value == 1
    graph = made.resolve_asset_graph()
    applied = dg.AssetKey(["shop", what, "applied"])
    assert graph.get(table).parent_keys == {applied}
    assert graph.get(dg.AssetKey(["profiles"])).parent_keys == ({applied} if what == "events" else set())
    assert graph.get(applied).metadata["dagster/table_name"] == f"cdp.{TABLES[what]}"
    columns = graph.get(validated).metadata["dagster/column_schema"].columns
    assert columns[0].name == FIRST[what]


def test_tables_that_no_import_writes_are_not_shown(tmp_path: Path) -> None:
    shown = {
        key.to_user_string() for key in definitions(tmp_path, "vouchers").resolve_asset_graph().get_all_asset_keys()
    }
    assert "vouchers" in shown
    assert not shown & {"promotions", "custom_events"}
