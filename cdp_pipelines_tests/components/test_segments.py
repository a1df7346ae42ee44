"""From imports to segments in Dagster: lineage, one refresh after a night, and what a refresh leaves behind."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from cdp_pipelines.components import settled
from cdp_pipelines.segments import settling
from cdp_pipelines.segments.settling import Covered, ImportRun, Imports
from cdp_pipelines_tests.components.conftest import Shop

SEGMENTS = """
type: cdp_pipelines.Segment
attributes:
  name: shop/buyers
  description: Whoever bought
  owners: ["team:crm"]
  rule: {field: orders.count, at_least: 1}
---
type: cdp_pipelines.Segment
attributes: {name: known, rule: {field: attributes.tier, exists: false}}
---
type: cdp_pipelines.Segment
attributes: {name: best, currency: EUR, rfm: {monetary: 5}}
"""
TABLES = {dg.AssetKey([name]) for name in ("orders", "order_events", "profiles")}
BUYERS, KNOWN, BEST = (dg.AssetKey(["segments", *name.split("/")]) for name in ("shop/buyers", "known", "best"))
NOW = datetime(2026, 3, 1, 4, tzinfo=UTC)
LATER = timedelta(minutes=11)


@pytest.fixture
def night(shop: Shop) -> Shop:
    """A shop with segments; one of them lies in a file that Dagster does not look into."""
    shared, own = SEGMENTS.strip().rsplit("---", 1)
    (shop.folder / "defs" / "segments").mkdir()
    (shop.folder / "defs" / "segments" / "defs.yaml").write_text(shared)
    (shop.folder / "defs" / "best.yaml").write_text(own)
    return shop


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Lets time go by for the sensor."""

    def wait(time: timedelta) -> None:
        class Clock(datetime):
            @classmethod
            def now(cls, tz=None) -> datetime:
                return datetime.now(tz) + time

        monkeypatch.setattr(settled, "datetime", Clock)

    return wait


class Ticks:
    """The sensor's ticks, one after the other, as the daemon has them evaluated."""

    def __init__(self, shop: Shop) -> None:
        self.sensor = shop.definitions.resolve_sensor_def("imports_settled")
        self.instance, self.cursor = shop.instance, None

    def tick(self) -> str | list[str]:
        """Return why the sensor skips, or the keys of the runs that it asks for."""
        context = dg.build_sensor_context(self.instance, self.cursor)
        data = self.sensor.evaluate_tick(context)
        self.cursor = data.cursor or self.cursor
        return data.skip_message or [request.run_key for request in data.run_requests]


def test_lineage_reaches_from_the_file_to_the_segment(night: Shop) -> None:
    graph = night.definitions.resolve_asset_graph()
    for table in TABLES:
        assert graph.get(table).parent_keys == {dg.AssetKey(["shop", "orders", "applied"])}
        assert graph.get(table).owners == ["team:crm"]
    assert graph.get(BUYERS).parent_keys == {dg.AssetKey(["orders"]), dg.AssetKey(["profiles"])}
    assert graph.get(KNOWN).parent_keys == {dg.AssetKey(["profiles"])}
    assert graph.get(BEST).parent_keys == graph.get(BUYERS).parent_keys
    assert graph.get(BUYERS).description == "Whoever bought"
    assert {graph.get(key).group_name for key in (BUYERS, KNOWN, BEST)} == {"segments"}
    assert all("postgres" in graph.get(key).kinds for key in (*TABLES, BUYERS))


def test_tables_and_segments_are_refreshed_by_one_job(night: Shop) -> None:
    night.run("2026-01-01")
    job = night.definitions.resolve_job_def("after_imports")
    result = job.execute_in_process(instance=night.instance)
    done = {event.asset_key: event.materialization.metadata for event in result.get_asset_materialization_events()}
    assert set(done) == {*TABLES, dg.AssetKey(["products"]), BUYERS, KNOWN, BEST}
    assert done[BUYERS]["dagster/row_count"].value == done[BUYERS]["entered"].value == night.count("profiles") > 1
    assert done[dg.AssetKey(["orders"])]["dagster/row_count"].value == night.count("orders")
    assert done[dg.AssetKey(["order_events"])]["dagster/row_count"].value == night.count("order_events")
    columns = [column.name for column in done[BUYERS]["dagster/column_schema"].schema.columns]
    assert columns == ["segment", "profile_id", "entered_at"]
    assert night.count("order_nets") == night.count("orders")
    assert night.count(f"segment_changes where dagster_run_id = '{result.run_id}'") > night.count("profiles")


def test_currencies_that_would_be_mixed_fail_one_segment_with_a_sentence(night: Shop) -> None:
    night.run("2026-01-01")
    path = night.folder / "defs" / "best.yaml"
    path.write_text(path.read_text().replace("currency: EUR, ", ""))
    job = night.definitions.resolve_job_def("after_imports")
    result = job.execute_in_process(instance=night.instance, raise_on_error=False)
    assert not result.success
    (event,) = [event for event in result.all_events if event.is_step_failure]
    assert "would add up" in event.step_failure_data.user_failure_data.description
    assert not [event for event in result.all_events if event.event_type_value == "STEP_UP_FOR_RETRY"]
    assert {BUYERS, KNOWN} <= {event.asset_key for event in result.get_asset_materialization_events()}


def test_one_refresh_after_all_imports_of_a_night(night: Shop, passes: Callable[[timedelta], None]) -> None:
    ticks = Ticks(night)
    assert ticks.tick() == "no import was applied since the last refresh"
    night.run("2026-01-01")
    night.run("2026-01-02")
    assert "shop/orders ended at" in ticks.tick()
    passes(LATER)
    (asked,) = ticks.tick()
    with night.store.connect() as connection:
        (last,) = connection.execute("select run_id from import_runs order by finished_at desc limit 1").fetchone()
    assert asked == last
    assert ticks.tick() == "no import was applied since the last refresh"
    night.run("2026-01-03")
    assert len(ticks.tick()) == 1


def test_a_dry_run_and_a_failed_import_ask_for_nothing(night: Shop, passes: Callable[[timedelta], None]) -> None:
    validated = dg.AssetKey(["shop", "orders", "validated"])
    night.run("2026-01-01", asset_selection=[validated])
    (night.folder / night.sample[1].name).unlink()
    night.run("2026-01-02")
    passes(LATER)
    assert night.count("import_runs") == 2
    assert Ticks(night).tick() == "no import was applied since the last refresh"


def test_an_import_that_is_running_is_waited_for_until_the_deadline(
    night: Shop, passes: Callable[[timedelta], None]
) -> None:
    night.run("2026-01-01")
    with night.store.connect() as connection:
        connection.execute(
            "insert into import_runs (run_id, import_name, kind, site, status, config_hash, origin, started_at)"
            " values ('long', 'fr/orders', 'orders', 'fr', 'running', '', 'manual', now())"
        )
    ticks = Ticks(night)
    passes(LATER)
    assert ticks.tick() == "fr/orders is running (run long)"
    passes(timedelta(hours=2))
    assert len(ticks.tick()) == 1
    with night.store.connect() as connection:
        connection.execute(
            "update import_runs set status = 'completed', finished_at = now() - interval '1 hour' where run_id = 'long'"
        )
    assert ticks.tick() == ["long"]


def test_a_run_whose_process_is_gone_is_not_waited_for(night: Shop, passes: Callable[[timedelta], None]) -> None:
    night.run("2026-01-01")
    with night.store.connect() as connection:
        connection.execute(
            "insert into import_runs (run_id, import_name, kind, site, status, config_hash, origin, heartbeat_at)"
            " values ('dead', 'fr/orders', 'orders', 'fr', 'running', '', 'manual', now() - interval '5 minutes')"
        )
    passes(LATER)
    assert len(Ticks(night).tick()) == 1


def test_the_last_refresh_is_waited_for(night: Shop, passes: Callable[[timedelta], None]) -> None:
    job = night.definitions.resolve_job_def("after_imports")
    run = night.instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    night.run("2026-01-01")
    passes(LATER)
    ticks = Ticks(night)
    assert ticks.tick() == f"Run {run.run_id} of after_imports is not finished: see /runs/{run.run_id}"
    night.instance.report_run_failed(run)
    assert len(ticks.tick()) == 1


def run(name: str, minutes: int) -> ImportRun:
    return ImportRun(name, f"{name}/orders", NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("minutes", "running", "due"),
    [(9, [], False), (12, [], False), (13, [], True), (60, ["x"], False), (119, ["x"], False), (120, ["x"], True)],
)
def test_due_when_quiet_for_ten_minutes_or_two_hours_after_the_first(
    minutes: int, running: list[str], due: bool
) -> None:
    imports = Imports([run("de", 0), run("fr", 3)], [run(name, 1) for name in running])
    assert (imports.wait(NOW + timedelta(minutes=minutes)) is None) == due


def test_imports_that_never_rest_are_taken_in_every_two_hours() -> None:
    every_minute = [run(str(minute), minute) for minute in range(6 * 60)]
    covered, refreshes = Covered(), 0
    for minute in range(6 * 60):
        pending = [one for one in every_minute[: minute + 1] if one.at > covered.until]
        imports = Imports(pending, [])
        if imports.wait(NOW + timedelta(minutes=minute)) is None:
            covered, refreshes = imports.covered(), refreshes + 1
    assert refreshes == 2
    assert Covered.model_validate_json(covered.model_dump_json()) == covered
    assert settling.SETTLE < settling.DEADLINE
