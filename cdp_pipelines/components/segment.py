"""`type: cdp_pipelines.Segment`: one segment of profiles as an asset downstream of the shared tables."""

from dataclasses import dataclass
from typing import Self

import dagster as dg
from pydantic import BaseModel

from cdp_pipelines.components.columns import column_schema, table_name
from cdp_pipelines.components.leases import leased
from cdp_pipelines.components.names import word, written_at
from cdp_pipelines.components.results import row_count
from cdp_pipelines.components.steps import opened_store
from cdp_pipelines.components.tables import ORDERS, PROFILES
from cdp_pipelines.errors import CdpError, ConfigurationError
from cdp_pipelines.imports.loaded import LoadedSegment
from cdp_pipelines.segments.fields import is_attribute
from cdp_pipelines.segments.refreshing import refresh
from cdp_pipelines.segments.spec import SegmentSpec
from cdp_pipelines.store import Store

RETRIES = dg.RetryPolicy(max_retries=2, delay=30)
"""For a store that is away for a moment; what the orders or the YAML forbid is not tried again."""


@dataclass
class Segment(dg.Component):
    """A segment of profiles, by RFM or by a rule; members, entries and exits are in the store."""

    loaded: LoadedSegment

    @classmethod
    def get_model_cls(cls) -> type[BaseModel]:
        """Return the specification of a segment, which is the schema of `attributes`."""
        return SegmentSpec

    @classmethod
    def load(cls, attributes: BaseModel | None, context: dg.ComponentLoadContext) -> Self:
        """Return the component for the document at `context`."""
        if not isinstance(attributes, SegmentSpec):
            raise ConfigurationError(f"{context.path}: attributes are missing; write at least name and rfm or rule.")
        return cls(LoadedSegment(attributes, *written_at(context)))

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:  # noqa: ARG002 - Dagster's signature
        """Return the segment's asset."""
        return dg.Definitions(assets=[segment_asset(self.loaded)])


def segment_key(spec: SegmentSpec) -> dg.AssetKey:
    """Return `segments/champions` for the segment `champions`."""
    return dg.AssetKey(["segments", *spec.name.split("/")])


def segment_asset(loaded: LoadedSegment) -> dg.AssetsDefinition:
    """Return the asset that refreshes a segment when it is materialised."""
    spec = loaded.spec
    needs_orders = any(not is_attribute(field) for field in spec.fields())
    asset = dg.AssetSpec(
        segment_key(spec),
        deps=[PROFILES, *([ORDERS] if needs_orders else [])],
        description=spec.description or f"The profiles of the segment {spec.name}.",
        group_name="segments",
        kinds={"postgres"},
        owners=list(spec.owners),
        metadata=table_name("segment_members"),
    )

    @dg.multi_asset(name=f"segment__{word(spec.name)}__refresh", specs=[asset], retry_policy=RETRIES)
    def refresh_segment(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        with leased(context):
            return _refreshed(context, opened_store(), spec)

    return refresh_segment


def _refreshed(context: dg.AssetExecutionContext, store: Store, spec: SegmentSpec) -> dg.MaterializeResult:
    try:
        done = refresh(store, spec, dagster_run_id=context.run.run_id)
    except CdpError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    context.log.info(f"{done.members:,} members; {done.entered:,} entered, {done.left:,} left.")
    return dg.MaterializeResult(
        metadata={
            row_count(None): done.members,
            "entered": done.entered,
            "left": done.left,
            "dagster/column_schema": column_schema(store, "segment_members"),
        }
    )
