"""An import in Dagster: its assets, checks, partitions and what a run leaves behind."""

import dagster as dg
import pytest

from cdp_pipelines.components.progress import sentence
from cdp_pipelines.imports.progress import Progress
from cdp_pipelines_tests.components.conftest import Shop

LANDED, VALIDATED, APPLIED = (dg.AssetKey(["shop", "orders", step]) for step in ("landed", "validated", "applied"))


def events(result: dg.ExecuteInProcessResult) -> list[tuple[str, str]]:
    """Return what happened to the assets, in order."""
    return [
        (event.event_type_value.removeprefix("ASSET_"), event.asset_key.path[-1])
        for event in result.all_events
        if event.event_type_value in ("ASSET_MATERIALIZATION", "ASSET_OBSERVATION")
    ]


def checks(result: dg.ExecuteInProcessResult) -> dict[str, tuple[bool, str]]:
    return {one.check_name: (one.passed, one.severity.value) for one in result.get_asset_check_evaluations()}


def failure(result: dg.ExecuteInProcessResult) -> str:
    (event,) = [event for event in result.all_events if event.is_step_failure]
    return event.step_failure_data.user_failure_data.description


def test_assets_say_what_they_are(shop: Shop) -> None:
    known = {spec.key: spec for spec in shop.definitions.resolve_all_asset_specs()}
    specs = {key: known[key] for key in (LANDED, VALIDATED, APPLIED)}
    for spec in specs.values():
        assert spec.owners == ["team:crm"]
        assert spec.group_name == "shop"
        assert spec.kinds
        assert spec.description.startswith("Nightly export of the shop.\n\n")
    schema = specs[VALIDATED].metadata["dagster/column_schema"]
    columns = {column.name: column for column in getattr(schema, "schema", schema).columns}
    assert columns["lineItem_sku"].type == "string"
    assert not columns["lineItem_sku"].constraints.nullable
    assert columns["paymentMethod"].constraints.nullable


def test_all_assets_share_partitions_and_backfill_policy(shop: Shop) -> None:
    graph = shop.definitions.resolve_asset_graph()
    nodes = [graph.get(key) for key in (LANDED, VALIDATED, APPLIED)]
    assert {node.backfill_policy for node in nodes} == {dg.BackfillPolicy.multi_run(7)}
    assert {node.partitions_def.get_first_partition_key() for node in nodes} == {"2026-01-01"}


def test_a_night_is_landed_validated_and_applied(shop: Shop) -> None:
    result = shop.run("2026-01-01")
    assert result.success
    assert events(result) == [("MATERIALIZATION", step) for step in ("landed", "validated", "applied")]
    assert checks(result) == {"rows_accounted": (True, "WARN"), "error_budget": (True, "WARN")}
    order = [event.event_type_value for event in result.all_events if event.event_type_value.startswith("ASSET_")]
    assert order.index("ASSET_CHECK_EVALUATION") < len(order) - order[::-1].index("ASSET_MATERIALIZATION") - 1
    (applied,) = result.asset_materializations_for_node("shop__orders__import")[1:]
    assert applied.metadata["report"].value.count("data:image/svg+xml") == 2
    assert "order_id" in [column.name for column in applied.metadata["dagster/column_schema"].schema.columns]
    assert applied.metadata["orderPlace events"].value == shop.count("order_events") == 10
    assert applied.metadata["dagster/partition_row_count"].value > 10
    assert "| " in applied.metadata["report"].value


def test_a_second_run_adds_nothing(shop: Shop) -> None:
    shop.run("2026-01-01")
    result = shop.run("2026-01-01")
    assert result.success
    assert result.asset_materializations_for_node("shop__orders__import")[1].metadata["orderPlace events"].value == 0
    assert shop.count("order_events") == 10


def test_validated_alone_is_a_dry_run(shop: Shop) -> None:
    result = shop.run("2026-01-01", asset_selection=[LANDED, VALIDATED])
    assert result.success
    assert events(result) == [("MATERIALIZATION", "landed"), ("MATERIALIZATION", "validated")]
    assert shop.count("orders") == shop.count("order_events") == shop.count("profiles") == 0
    assert shop.materialized("applied") == []


def test_some_rejected_orders_warn_and_the_others_are_applied(shop: Shop) -> None:
    shop.rewrite(0, lambda text: text.replace(",EUR,", ",EURO,", 1))
    result = shop.run("2026-01-01")
    assert result.success
    assert checks(result) == {"rows_accounted": (True, "WARN"), "error_budget": (False, "WARN")}
    assert shop.materialized("applied") == ["2026-01-01"]
    assert shop.count("orders") == 9


def test_too_many_rejected_orders_apply_nothing_and_say_why(shop: Shop) -> None:
    shop.rewrite(0, lambda text: text.replace(",fulfilled", ",shipped").replace(",placed", ",x").replace(",paid", ",x"))
    result = shop.run("2026-01-01")
    assert not result.success
    assert checks(result)["error_budget"] == (False, "ERROR")
    assert ("OBSERVATION", "validated") in events(result)
    assert ("MATERIALIZATION", "applied") not in events(result)
    assert shop.count("orders") == 0
    (budget,) = [one for one in result.get_asset_check_evaluations() if one.check_name == "error_budget"]
    assert failure(result) == budget.description
    assert "all 10" in failure(result)


def test_a_missing_file_fails_alone_and_is_named(shop: Shop) -> None:
    (shop.folder / shop.sample[1].name).unlink()
    result = shop.run("2026-01-01", "2026-01-04")
    assert not result.success
    assert failure(result) == "1 of 4 partitions failed: 2026-01-02."
    for step in ("landed", "validated", "applied"):
        assert shop.materialized(step) == ["2026-01-01", "2026-01-03", "2026-01-04"]
    assert shop.count("import_runs") == 4


def test_a_missing_file_fails_a_run_that_only_lands(shop: Shop) -> None:
    (shop.folder / shop.sample[1].name).unlink()
    result = shop.run("2026-01-02", asset_selection=[LANDED])
    assert not result.success
    assert shop.sample[1].name in failure(result)
    assert shop.materialized("landed") == []


def test_partitions_are_imported_in_ascending_order_each_with_its_own_report(shop: Shop) -> None:
    result = shop.run("2026-01-01", "2026-01-04")
    assert result.success
    applied = [
        one for one in result.asset_materializations_for_node("shop__orders__import") if one.asset_key == APPLIED
    ]
    assert [one.partition for one in applied] == [night.partition for night in shop.sample]
    assert len({one.metadata["run"].value for one in applied}) == 4
    record = shop.instance.event_log_storage.get_asset_check_execution_history(
        dg.AssetCheckKey(VALIDATED, "error_budget"), limit=10
    )
    assert {one.partition for one in record} == {night.partition for night in shop.sample}


def test_forced_files_are_read_again(shop: Shop) -> None:
    shop.run("2026-01-01")
    config = {"ops": {"shop__orders__import": {"config": {"force": True}}}}
    result = shop.run("2026-01-01", run_config=config)
    applied = result.asset_materializations_for_node("shop__orders__import")[1]
    assert "rows skipped" not in applied.metadata
    assert applied.metadata["rows unchanged"].value > 0


def test_unknown_config_is_refused(shop: Shop) -> None:
    with pytest.raises(dg.DagsterInvalidConfigError, match="forse"):
        shop.run("2026-01-01", run_config={"ops": {"shop__orders__import": {"config": {"forse": True}}}})


def test_a_run_is_tagged_with_its_import_and_runs_in_one_process(shop: Shop) -> None:
    job = shop.definitions.resolve_job_def("shop__orders")
    assert job.tags["cdp/import"] == "shop/orders"
    assert job.executor_def is dg.in_process_executor


@pytest.mark.parametrize(
    ("tag", "origin"),
    [("dagster/schedule_name", "schedule"), ("dagster/sensor_name", "sensor"), ("dagster/backfill", "backfill")],
)
def test_the_report_names_the_run_of_dagster_and_who_started_it(shop: Shop, tag: str, origin: str) -> None:
    result = shop.run("2026-01-01", tags={tag: "x"})
    with shop.store.connect() as connection:
        (report,) = connection.execute("select report from import_runs").fetchone()
    assert report["dagster_run_id"] == result.run_id
    assert report["origin"] == origin


def test_an_import_without_partitions(shop: Shop) -> None:
    path = shop.folder / "defs" / "orders" / "defs.yaml"
    kept = [line for line in path.read_text().splitlines() if "partitions:" not in line]
    path.write_text("\n".join(kept).replace("{partition}", "2026-01-02"))
    job = shop.definitions.resolve_job_def("shop__orders")
    result = job.execute_in_process(instance=shop.instance, raise_on_error=False)
    assert result.success
    applied = result.asset_materializations_for_node("shop__orders__import")[1]
    assert applied.partition is None
    assert applied.metadata["dagster/row_count"].value > 0
    assert shop.count("orders") == applied.metadata["orderPlace events"].value


def test_an_unreachable_store_is_one_sentence_without_its_password(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDP_DATABASE_URL", "postgresql://cdp:secret@127.0.0.1:9/cdp")
    result = shop.run("2026-01-01")
    assert not result.success
    assert "127.0.0.1:9" in failure(result)
    assert "secret" not in failure(result)


def test_long_imports_tell_how_far_they_are() -> None:
    assert sentence(Progress("apply", 120_000, 0.43, 85_000.4)) == "apply: 120,000 rows, 43 %, 85,000 rows/s"
    assert sentence(Progress("apply", 5, None, 2)) == "apply: 5 rows, 2 rows/s"
