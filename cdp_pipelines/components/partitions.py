"""An import's partitions as Dagster's own, and those that one run covers."""

from dataclasses import dataclass
from typing import Any

import dagster as dg

from cdp_pipelines.imports.partitions import Partition, from_dagster
from cdp_pipelines.imports.spec import ImportSpec

_DEFINITIONS = {
    "hour": dg.HourlyPartitionsDefinition,
    "day": dg.DailyPartitionsDefinition,
    "month": dg.MonthlyPartitionsDefinition,
}


@dataclass(frozen=True)
class Covered:
    """One partition of a run beside Dagster's key for it; both are None for an import without partitions."""

    partition: Partition | None
    key: str | None

    @property
    def label(self) -> str:
        """How messages call it."""
        return self.partition.key if self.partition else "the file"


def partitions_definition(spec: ImportSpec) -> dg.TimeWindowPartitionsDefinition | None:
    """Return Dagster's partitions of the import, in UTC; a partition exists from the end of its window on."""
    if spec.partitions is None:
        return None
    return _DEFINITIONS[spec.partitions.every](start_date=spec.partitions.start, timezone="UTC")


def partitioned(spec: ImportSpec) -> dict[str, Any]:
    """Return what each step of the import says about partitions; all must say the same, or Dagster warns."""
    if spec.partitions is None:
        return {}
    policy = dg.BackfillPolicy.multi_run(max_partitions_per_run=spec.partitions.per_run)
    return {"partitions_def": partitions_definition(spec), "backfill_policy": policy}


def covered(context: dg.AssetExecutionContext, spec: ImportSpec) -> list[Covered]:
    """Return the partitions of this run, ascending in time."""
    if spec.partitions is None:
        return [Covered(None, None)]
    every = spec.partitions.every
    found = [Covered(from_dagster(key, every), key) for key in context.partition_keys]
    return sorted(found, key=lambda one: one.partition.start if one.partition else 0)
