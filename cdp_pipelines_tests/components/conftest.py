"""Imports of a few nights of the sample shop, loaded as Dagster definitions from a folder of YAML."""

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import dagster as dg
import pytest

from cdp_pipelines.components.folder import folder_definitions
from cdp_pipelines.demo import Night, nights
from cdp_pipelines.store import Store

YAML = """
type: cdp_pipelines.OrderImport
attributes:
  name: shop/orders
  site: shop
  description: Nightly export of the shop
  owners: ["team:crm"]
  source: {{kind: local, uri: "{folder}/orders-{{partition}}.csv.gz"}}
  format: {{kind: kevel_csv}}
  partitions: {{every: day, start: "2026-01-01", per_run: 7}}
"""


@dataclass
class Shop:
    """A folder with a few nights, the definitions of their import, and an instance that remembers."""

    folder: Path
    sample: list[Night]
    instance: dg.DagsterInstance
    store: Store

    @property
    def definitions(self) -> dg.Definitions:
        return folder_definitions(self.folder / "defs")

    def run(self, first: str, last: str | None = None, **options) -> dg.ExecuteInProcessResult:
        job = self.definitions.resolve_job_def(options.pop("job", "shop__orders"))
        tags = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last or first}
        tags |= options.pop("tags", {})
        return job.execute_in_process(instance=self.instance, raise_on_error=False, tags=tags, **options)

    def materialized(self, step: str) -> list[str]:
        return sorted(self.instance.get_materialized_partitions(dg.AssetKey(["shop", "orders", step])))

    def count(self, table: str) -> int:
        with self.store.connect() as connection:
            return connection.execute(f"select count(*) from {table}").fetchone()[0]

    def rewrite(self, night: int, change: Callable[[str], str]) -> None:
        """Change the text of a night's file."""
        chosen = self.sample[night]
        text = change(gzip.decompress(chosen.content).decode())
        (self.folder / chosen.name).write_bytes(gzip.compress(text.encode(), mtime=0))


@pytest.fixture
def shop(tmp_path: Path, store: Store) -> Iterator[Shop]:
    folder = tmp_path / "shop"
    (folder / "defs" / "orders").mkdir(parents=True)
    (folder / "defs" / "orders" / "defs.yaml").write_text(YAML.format(folder=folder))
    sample = list(nights(orders=40, count=4))
    for night in sample:
        (folder / night.name).write_bytes(night.content)
    with dg.DagsterInstance.ephemeral(settings={"telemetry": {"enabled": False}}) as instance:
        yield Shop(folder, sample, instance, store)


@pytest.fixture
def lasting(shop: Shop, tmp_path: Path) -> Iterator[Shop]:
    """The shop with an instance on disk, which ticks of schedules and sensors open on their own."""
    with dg.DagsterInstance.local_temp(str(tmp_path), overrides={"telemetry": {"enabled": False}}) as instance:
        yield replace(shop, instance=instance)
