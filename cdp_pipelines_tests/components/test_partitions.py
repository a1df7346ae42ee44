"""Partitions in Dagster and ours are the same windows of time."""

from datetime import UTC, datetime

import pytest

from cdp_pipelines.components.partitions import partitions_definition
from cdp_pipelines.imports.partitions import dagster_key, from_dagster
from cdp_pipelines.imports.spec import OrderImportSpec


def spec(every: str, start: str) -> OrderImportSpec:
    source = {"kind": "local", "uri": "orders-{partition}.csv"}
    values = {"name": "orders", "source": source, "format": {"kind": "kevel_csv"}}
    return OrderImportSpec.model_validate({**values, "partitions": {"every": every, "start": start}})


@pytest.mark.parametrize(
    ("every", "start", "first"),
    [
        ("hour", "2026-03-28T22", "2026-03-28-22:00"),
        ("day", "2026-01-31", "2026-01-31"),
        ("month", "2026-01", "2026-01-01"),
        ("month", "2026-02-01", "2026-02-01"),
    ],
)
def test_keys_name_the_same_windows(every: str, start: str, first: str) -> None:
    definition = partitions_definition(spec(every, start))
    assert definition is not None
    keys = definition.get_partition_keys(current_time=datetime(2026, 6, 1, tzinfo=UTC))
    assert keys[0] == first
    for key in keys:
        ours, window = from_dagster(key, every), definition.time_window_for_partition_key(key)
        assert (ours.start, ours.end) == (window.start, window.end)
        assert dagster_key(ours, every) == key


def test_a_day_exists_once_it_is_over() -> None:
    definition = partitions_definition(spec("day", "2026-01-31"))
    assert definition is not None
    assert definition.get_partition_keys(current_time=datetime(2026, 2, 1, tzinfo=UTC)) == ["2026-01-31"]
    assert definition.get_partition_keys(current_time=datetime(2026, 1, 31, 23, tzinfo=UTC)) == []
