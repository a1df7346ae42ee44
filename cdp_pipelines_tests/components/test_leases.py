"""Runs whose process died: a tick closes them and goes on, while those that live keep it waiting."""

from datetime import timedelta

import dagster as dg
import pytest

from cdp_pipelines.components.leases import close_dead, unfinished_run
from cdp_pipelines.components.sensors import asked_before
from cdp_pipelines_tests.components.conftest import Shop

STARTED = dg.DagsterRunStatus.STARTED
TAGS = {"dagster/schedule_name": "nightly"}


def started(shop: Shop, status: dg.DagsterRunStatus = STARTED) -> str:
    job = shop.definitions.resolve_job_def("shop__orders")
    return shop.instance.create_run_for_job(job, tags=TAGS, status=status).run_id


def beats(shop: Shop, run_id: str, ago: str) -> None:
    """Let the run's process have told for the last time some while ago."""
    with shop.store.connect(autocommit=True) as connection:
        connection.execute(
            "insert into dagster_leases values (%s, now() - %s::interval)"
            " on conflict (dagster_run_id) do update set beat_at = excluded.beat_at",
            (run_id, ago),
        )


def test_a_run_whose_process_died_is_closed_and_one_that_lives_is_not(lasting: Shop) -> None:
    run_id = started(lasting)
    beats(lasting, run_id, "1 minute")
    assert unfinished_run(lasting.instance, tags=TAGS) == run_id
    beats(lasting, run_id, "3 minutes")
    assert unfinished_run(lasting.instance, tags=TAGS) is None
    assert lasting.instance.get_run_by_id(run_id).status is dg.DagsterRunStatus.FAILURE


def test_a_run_that_never_told_is_given_time_to_start(lasting: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = started(lasting)
    assert unfinished_run(lasting.instance, tags=TAGS) == run_id
    monkeypatch.setattr("cdp_pipelines.components.leases.GRACE", timedelta(0))
    assert unfinished_run(lasting.instance, tags=TAGS) is None


def test_a_sensor_asks_again_for_the_files_of_a_run_whose_process_died(lasting: Shop) -> None:
    job = lasting.definitions.resolve_job_def("shop__orders")
    tags = {"dagster/sensor_name": "watch", "cdp/files": "stamp"}
    run_id = lasting.instance.create_run_for_job(job, tags=tags, status=STARTED).run_id
    with lasting.store.connect() as connection:
        beats(lasting, run_id, "1 minute")
        assert asked_before(lasting.instance, connection, "watch", ["stamp"])["stamp"].waiting
        beats(lasting, run_id, "3 minutes")
        asked = asked_before(lasting.instance, connection, "watch", ["stamp"])["stamp"]
    assert (asked.waiting, asked.ended, asked.rejected) == (False, 1, False)


def test_a_run_that_has_not_started_is_left_alone(lasting: Shop) -> None:
    run_id = started(lasting, dg.DagsterRunStatus.NOT_STARTED)
    beats(lasting, run_id, "1 day")
    assert unfinished_run(lasting.instance, tags=TAGS) == run_id
    assert close_dead(lasting.instance, lasting.instance.get_run_records()) == set()


def test_the_steps_of_a_run_tell_that_they_live(lasting: Shop) -> None:
    result = lasting.run("2026-01-01")
    with lasting.store.connect() as connection:
        found = connection.execute("select dagster_run_id, beat_at > now() - interval '1 minute' from dagster_leases")
        assert found.fetchall() == [(result.run_id, True)]
    job = lasting.definitions.resolve_job_def("after_imports")
    assert job.execute_in_process(instance=lasting.instance).success
    assert lasting.count("dagster_leases") == 2
