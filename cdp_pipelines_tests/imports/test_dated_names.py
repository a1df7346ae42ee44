"""From a partition to a file's name and back."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.imports.dated_names import listing, partition_reader
from cdp_pipelines.imports.partitions import fill, partition_at

TEMPLATES = {
    "hour": ["orders-{partition}.csv", "{partition:%Y}/{partition:%m}/{partition:%d}/{partition:%H}.csv"],
    "day": [
        "orders-{partition}.csv",
        "{partition:%Y%m%d}_orders_*.csv.gz",
        "/in/{partition:%Y}/{partition:%Y-%m-%d}/*",
        "{partition:%G-W%V-%u}.csv",
        "{partition:%y%j} 100%.csv",
        "a+b(c)[1]/{partition:%d.%m.%Y}.csv",
    ],
    "month": ["{partition}.csv", "sub/{partition:%m-%Y}/orders.csv"],
}
CASES = [(every, template) for every, templates in TEMPLATES.items() for template in templates]


@given(case=st.sampled_from(CASES), moment=st.datetimes(datetime(1980, 1, 1), datetime(2060, 1, 1)))  # noqa: DTZ001 - Hypothesis wants them bare
def test_a_name_leads_back_to_the_partition_it_was_made_for(case: tuple, moment: datetime) -> None:
    every, template = case
    partition = partition_at(moment.replace(tzinfo=UTC), every)
    if "%y" in template and not 1969 <= moment.year <= 2068:
        return
    path = str(Path("/data") / fill(template, partition).replace("*", "part-7"))
    assert partition_reader(template, Path("/data"), every)(path) == partition


@pytest.mark.parametrize(
    "path",
    ["/data/orders-2026-02-30.csv", "/data/orders-2026-2-3.csv", "/data/orders-20260203.csv", "/data/x.csv",
     "/data/orders-2026-02-03.csv.part", "/other/orders-2026-02-03.csv", "/data/sub/orders-2026-02-03.csv"],
)  # fmt: skip
def test_other_names_have_no_partition(path: str) -> None:
    assert partition_reader("orders-{partition}.csv", Path("/data"), "day")(path) is None


def test_dates_that_contradict_each_other_are_none() -> None:
    read = partition_reader("{partition:%Y}/{partition:%Y-%m-%d}.csv", Path("/data"), "day")
    assert read("/data/2025/2026-01-31.csv") is None
    assert read("/data/2026/2026-01-31.csv") is not None


def test_the_folder_of_the_project_is_filled_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CDP_HOME", str(tmp_path))
    assert listing("{home}/in/{partition:%Y}/*.csv") == f"{tmp_path}/in/*/*.csv"
    read = partition_reader("{home}/in/{partition}.csv", Path("/data"), "month")
    found = read(f"{tmp_path}/in/2026-05.csv")
    assert found is not None
    assert found.key == "2026-05"
