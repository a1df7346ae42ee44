"""The demo's sixty nights, in any order and with any block size, end in the same state."""

import random
from pathlib import Path

from cdp_pipelines.demo import Night, nights
from cdp_pipelines.imports.documents import find_import
from cdp_pipelines.imports.partitions import parse_partition
from cdp_pipelines.imports.run import RunOptions, run_import
from cdp_pipelines.store import Store

IMPORT = """
type: cdp_pipelines.OrderImport
attributes:
  name: {site}
  site: {site}
  source: {{kind: local, uri: "{folder}/orders-{{partition}}.csv.gz"}}
  format: {{kind: kevel_csv}}
  partitions: {{every: day, start: 2026-01-01}}
"""

ORDERS = """
select to_jsonb(o) - '{site, last_event_id}'::text[] from cdp.orders o where site = %s order by order_id
"""


def imported(store: Store, folder: Path, site: str, sequence: list[Night], block_size: int) -> list:
    """Import nights in a sequence under a site of their own; return the orders."""
    path = folder / f"{site}.yaml"
    path.write_text(IMPORT.format(site=site, folder=folder))
    loaded = find_import(str(path))
    assert loaded.spec.partitions
    for night in sequence:
        partition = parse_partition(night.partition, loaded.spec.partitions)
        report = run_import(loaded, store, partition, RunOptions(block_size=block_size))
        assert report.status in ("completed", "partial"), report.error
    with store.connect() as connection:
        return [row[0] for row in connection.execute(ORDERS, (site,))]


def test_any_sequence_of_the_sixty_nights_and_any_block_size_end_alike(store: Store, tmp_path: Path) -> None:
    sample = list(nights(orders=300))
    assert len(sample) == 60
    for night in sample:
        (tmp_path / f"orders-{night.partition}.csv.gz").write_bytes(night.content)
    shuffled = random.Random(3).sample(sample, len(sample))  # noqa: S311 - a sequence, no secret
    ascending = imported(store, tmp_path, "ascending", sample, 2 << 20)
    assert len(ascending) > 250
    assert imported(store, tmp_path, "descending", sample[::-1], 700) == ascending
    assert imported(store, tmp_path, "shuffled", shuffled, 5_000) == ascending
