"""A sensor in Dagster: what its ticks ask for while files come, change, fail and are delivered again."""

import os
import time
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from cdp_pipelines.errors import SourceError
from cdp_pipelines_tests.components.conftest import Shop

NAME = "shop__orders_watch"


class Watched:
    """The shop's first two nights with a sensor whose cursor is kept, and the runs that it asks for."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.cursor, self.keys = shop, None, set()
        self.read: tuple[str, dg.RepositoryDefinition] | None = None
        for night in shop.sample[2:]:
            (shop.folder / night.name).unlink()
        shop.sample = shop.sample[:2]
        for night in shop.sample:
            self.age(shop.folder / night.name)

    def age(self, path: Path) -> None:
        os.utime(path, (time.time() - 300,) * 2)

    @property
    def yaml(self) -> Path:
        return self.shop.folder / "defs" / "orders" / "defs.yaml"

    @property
    def repository(self) -> dg.RepositoryDefinition:
        """The definitions, read again when the YAML is another one."""
        text = self.yaml.read_text()
        if self.read is None or self.read[0] != text:
            self.read = text, self.shop.definitions.get_repository_def()
        return self.read[1]

    def tick(self):
        context = dg.build_sensor_context(self.shop.instance, self.cursor, repository_def=self.repository)
        result = self.repository.get_sensor_def(NAME).evaluate_tick(context)
        self.cursor = result.cursor
        return result

    def asked(self) -> list[dg.RunRequest]:
        """Return what two ticks ask for, without the keys that Dagster remembers."""
        found = [request for _ in range(2) for request in self.tick().run_requests]
        fresh = [request for request in found if request.run_key not in self.keys]
        self.keys |= {request.run_key for request in fresh}
        return fresh

    def run(self, *requests: dg.RunRequest) -> list[bool]:
        job = self.repository.get_job("shop__orders")
        return [
            job.execute_in_process(
                instance=self.shop.instance, partition_key=one.partition_key, tags=one.tags, raise_on_error=False
            ).success
            for one in requests
        ]


@pytest.fixture
def watched(shop: Shop) -> Watched:
    path = shop.folder / "defs" / "orders" / "defs.yaml"
    path.write_text(path.read_text() + "  watch: {every: 60s}\n")
    return Watched(shop)


def partitions(requests: list[dg.RunRequest]) -> list[str | None]:
    return [one.partition_key for one in requests]


def test_each_new_file_selects_its_partition_and_is_imported_once(watched: Watched) -> None:
    requests = watched.asked()
    assert partitions(requests) == [night.partition for night in watched.shop.sample]
    assert all(watched.run(*requests))
    assert watched.asked() == []
    with watched.shop.store.connect() as connection:
        assert connection.execute("select distinct origin from cdp.order_events").fetchall() == [("sensor",)]


def test_a_changed_file_starts_one_run_and_the_same_bytes_again_apply_nothing(watched: Watched) -> None:
    watched.run(*watched.asked())
    path = watched.shop.folder / watched.shop.sample[1].name
    watched.shop.rewrite(1, lambda text: text.replace(",EUR,", ",USD,"))
    watched.age(path)
    requests = watched.asked()
    assert partitions(requests) == ["2026-01-02"]
    assert watched.run(*requests) == [True]
    path.write_bytes(path.read_bytes())
    os.utime(path, (time.time() - 200,) * 2)
    events = watched.shop.count("order_events")
    assert watched.run(*watched.asked()) == [True]
    assert watched.shop.count("order_events") == events
    assert watched.asked() == []


def test_a_record_of_a_clock_that_was_ahead_is_not_taken_for_the_last_one(watched: Watched) -> None:
    watched.run(*watched.asked())
    with watched.shop.store.connect(autocommit=True) as connection:
        connection.execute("update import_runs set started_at = started_at + interval '1 year'")
    watched.age(watched.shop.folder / watched.shop.sample[0].name)
    assert watched.run(*watched.asked()) == [True]
    assert watched.tick().skip_message == "No new file", "not that it waits before it is asked for once more"


@pytest.mark.rows("F13", "F15")
def test_growing_and_unfinished_files_wait(watched: Watched) -> None:
    watched.run(*watched.asked())
    for name in ("orders-2026-01-05.csv.gz.part", "orders-2026-01-05.csv.gz.tmp", ".orders-2026-01-05.csv.gz"):
        (watched.shop.folder / name).write_bytes(b"x")
        watched.age(watched.shop.folder / name)
    (watched.shop.folder / "orders-2026-01-05.csv.gz").write_bytes(watched.shop.sample[0].content)
    result = watched.tick()
    assert not result.run_requests
    assert "1 of the new files wait" in result.skip_message
    assert watched.asked() == []


def test_a_file_that_is_wrong_is_asked_for_again_when_it_or_its_configuration_changes(watched: Watched) -> None:
    path = watched.shop.folder / watched.shop.sample[0].name
    good = path.read_bytes()
    path.write_bytes(b"orderId\n1\n")
    watched.age(path)
    assert watched.run(*watched.asked()) == [False, True]
    assert watched.asked() == []
    assert "1 are in a run, were refused until they change" in watched.tick().skip_message
    watched.yaml.write_text(watched.yaml.read_text() + "  max_rejected: 5%\n")
    assert watched.run(*watched.asked()) == [False]
    path.write_bytes(good)
    watched.age(path)
    assert watched.run(*watched.asked()) == [True]
    assert watched.asked() == []


def test_a_run_that_died_is_asked_for_again_under_another_key(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first, *others) = watched.asked()
    watched.run(*others)
    job = watched.repository.get_job("shop__orders")
    run = watched.shop.instance.create_run_for_job(job, tags=first.tags, status=dg.DagsterRunStatus.STARTED)
    assert watched.asked() == []
    watched.shop.instance.report_run_failed(run)
    assert watched.asked() == [], "the first pause"
    monkeypatch.setattr("cdp_pipelines.imports.watch._LONGEST_PAUSE", timedelta(0))
    (again,) = watched.asked()
    assert again.partition_key == first.partition_key
    assert again.run_key != first.run_key


def test_an_outage_is_an_error_and_an_empty_folder_is_none(watched: Watched) -> None:
    for night in watched.shop.sample:
        (watched.shop.folder / night.name).unlink()
    assert "No file matches" in watched.tick().skip_message
    (watched.shop.folder / "orders-2026-01-01.csv.gz").touch()
    watched.yaml.write_text(watched.yaml.read_text().replace(f"{watched.shop.folder}/orders", "/not/mounted/orders"))
    with pytest.raises(SourceError, match="no folder"):
        watched.tick()


def test_an_import_without_partitions_has_one_run_for_all_that_is_new(watched: Watched) -> None:
    kept = [line for line in watched.yaml.read_text().splitlines() if "partitions:" not in line]
    watched.yaml.write_text("\n".join(kept).replace("{partition}", "*"))
    (request,) = watched.asked()
    assert request.partition_key is None
    assert watched.run(request) == [True]
    assert watched.asked() == []
    (watched.shop.folder / "orders-x.csv.gz").write_bytes(watched.shop.sample[0].content)
    watched.age(watched.shop.folder / "orders-x.csv.gz")
    assert len(watched.asked()) == 1
