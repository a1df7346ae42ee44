"""What Dagster remembers of a run holds no value of the file (S2)."""

import gzip

import pytest

from cdp_pipelines_tests.components.conftest import Shop
from cdp_pipelines_tests.corpora.test_any_cell import PERSON, TELLING, rows_of
from cdp_pipelines_tests.scenarios.shop import text


@pytest.mark.rows("S1", "S2")
@pytest.mark.parametrize("total", ["10.00", "x"], ids=["partial", "failed"])
def test_no_column_s_value_reaches_dagster(shop: Shop, total: str, capfd: pytest.CaptureFixture[str]) -> None:
    rows = rows_of([(column, value) for value in PERSON.values() for column in TELLING if column != "total"])
    content = text([[row | {"total": total}] for row in rows])
    (shop.folder / shop.sample[0].name).write_bytes(gzip.compress(content.encode()))
    result = shop.run("2026-01-01")
    assert result.success == (total != "x")
    told = [entry.to_json() for entry in shop.instance.all_logs(result.run_id)]
    assert len(told) > 10
    for value in PERSON.values():
        assert value not in "".join(told)
        assert value not in "".join(capfd.readouterr())
