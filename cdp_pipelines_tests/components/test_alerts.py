"""Alerts and expectations in Dagster: sensors that tell, and runs that failed where no import could report it."""

import json
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster.components.testing import create_defs_folder_sandbox

from cdp_pipelines import AlertTarget
from cdp_pipelines.components import expected
from cdp_pipelines.components.names import IMPORT_TAG
from cdp_pipelines.components.previews import without_previews
from cdp_pipelines_tests.components.conftest import Shop

TARGET = """
type: cdp_pipelines.AlertTarget
attributes:
  name: crm
  owners: ["team:crm"]
  target: {kind: file, path: alerts.jsonl}
  when: [failed, missing_file, recovered]
"""


class Alerted:
    """The shop with a target, whose sensor keeps its cursor from tick to tick."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.cursor = shop, None
        self.definitions = shop.definitions

    def tick(self, sensor: str = "alerts_crm") -> str:
        repository = self.definitions.get_repository_def()
        context = dg.build_sensor_context(self.shop.instance, self.cursor, repository_def=repository)
        result = repository.get_sensor_def(sensor).evaluate_tick(context)
        self.cursor = result.cursor
        return result.skip_message

    def told(self) -> list[str]:
        path = self.shop.folder / "defs" / "orders" / "alerts.jsonl"
        return [json.loads(line)["headline"] for line in path.read_text().splitlines()] if path.exists() else []

    def ended(self, status: dg.DagsterRunStatus, **tags: str) -> str:
        job = self.definitions.resolve_job_def(tags.pop("job", "shop__orders"))
        run = self.shop.instance.create_run_for_job(job, tags=tags, status=dg.DagsterRunStatus.STARTED)
        if status is dg.DagsterRunStatus.FAILURE:
            self.shop.instance.report_run_failed(run)
        else:
            event = dg.DagsterEvent(dg.DagsterEventType.PIPELINE_SUCCESS.value, run.job_name)
            self.shop.instance.report_dagster_event(event, run.run_id)
        return run.run_id


@pytest.fixture
def alerted(lasting: Shop) -> Alerted:
    path = lasting.folder / "defs" / "orders" / "defs.yaml"
    text = path.read_text() + '  schedule: {cron: "30 2 * * *", expect_by: "04:00"}\n---'
    path.write_text(text + TARGET)
    return Alerted(lasting)


def test_its_sensor_tells_what_runs_left_in_the_store(alerted: Alerted) -> None:
    assert alerted.tick() == "Nothing to tell"
    (alerted.shop.folder / alerted.shop.sample[1].name).write_bytes(b"no header\n")
    alerted.shop.run("2026-01-01", "2026-01-02")
    assert alerted.tick() == "Told: shop/orders 2026-01-02: failed"
    assert alerted.tick() == "Nothing to tell"
    (alerted.shop.folder / alerted.shop.sample[1].name).write_bytes(alerted.shop.sample[1].content)
    alerted.shop.run("2026-01-02")
    alerted.tick()
    assert alerted.told() == ["shop/orders 2026-01-02: failed", "shop/orders 2026-01-02: runs again"]


def test_a_run_that_failed_before_it_could_report_is_told_too(alerted: Alerted) -> None:
    failed = alerted.ended(dg.DagsterRunStatus.FAILURE, **{IMPORT_TAG: "shop/orders"})
    alerted.ended(dg.DagsterRunStatus.FAILURE, job="after_imports")
    alerted.ended(dg.DagsterRunStatus.FAILURE)
    assert alerted.tick() == "Told: after_imports: failed | Told: shop/orders: failed"
    assert alerted.tick() == "Nothing to tell"
    with alerted.shop.store.connect() as connection:
        rows = connection.execute("select dagster_run_id from alerts order by import_name desc").fetchall()
    assert rows[0] == (failed,)
    alerted.cursor = None
    assert alerted.tick() == "Nothing to tell", "a cursor that is lost tells nothing twice"
    alerted.ended(dg.DagsterRunStatus.SUCCESS, job="after_imports")
    assert alerted.tick() == "Told: after_imports: runs again"
    alerted.shop.run("2026-01-01")
    assert alerted.tick() == "Told: shop/orders: runs again"


def test_a_target_that_does_not_listen_is_a_warning_and_no_failed_tick(alerted: Alerted) -> None:
    path = alerted.shop.folder / "defs" / "orders" / "defs.yaml"
    path.write_text(path.read_text().replace("kind: file, path: alerts.jsonl", "kind: webhook, url_env: NOT_SET"))
    alerted.definitions = alerted.shop.definitions
    (alerted.shop.folder / alerted.shop.sample[1].name).unlink()
    alerted.shop.run("2026-01-02")
    said = "The alert target crm was not told: NOT_SET is not set: set it where this runs; it is tried again."
    assert [alerted.tick(), alerted.tick()] == [said, said]


def test_the_sensor_of_expectations_says_what_has_not_come(alerted: Alerted, monkeypatch: pytest.MonkeyPatch) -> None:
    def at(moment: datetime) -> str:
        class Clock(datetime):
            @classmethod
            def now(cls, tz=None) -> datetime:
                return moment.astimezone(tz)

        monkeypatch.setattr(expected, "datetime", Clock)
        return alerted.tick("shop__orders_expected")

    alerted.shop.run("2026-01-01", "2026-01-02")
    begin = datetime(2026, 1, 3, 3, 59, tzinfo=UTC)
    assert at(begin) == "What was due has come; the next is due 2026-01-03 04:00 UTC"
    later = begin + timedelta(days=1, minutes=1)
    assert at(later) == "Has not come: 2026-01-03; the next is due 2026-01-05 04:00 UTC"
    with alerted.shop.store.connect() as connection:
        found = connection.execute("select cause, partition, times from alerts where recovered_at is null").fetchall()
    assert found == [("missing_file", "2026-01-03", 1)]


def test_sensors_are_on_and_described(alerted: Alerted) -> None:
    target = alerted.definitions.resolve_sensor_def("alerts_crm")
    assert target.default_status is dg.DefaultSensorStatus.RUNNING
    assert target.description == "Tells by file: failed, missing_file, recovered."
    assert target.owners == ["team:crm"]
    due = alerted.definitions.resolve_sensor_def("shop__orders_expected")
    assert due.default_status is dg.DefaultSensorStatus.RUNNING
    assert due.description == "Raises an alert when a file has not come by 04:00 UTC, and one when it comes."


def test_a_target_in_a_dagster_project_of_ones_own() -> None:
    with without_previews(), create_defs_folder_sandbox() as sandbox:
        path = sandbox.defs_folder_path / "alerts" / "defs.yaml"
        path.parent.mkdir()
        path.write_text(TARGET)
        with sandbox.build_component_tree() as tree:
            (component,) = tree.get_all_components(AlertTarget)
            definitions = tree.build_defs()
    assert component.loaded.spec.when == ("failed", "missing_file", "recovered")
    assert component.loaded.path == path
    assert definitions.resolve_sensor_def("alerts_crm")
