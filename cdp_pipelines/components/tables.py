"""The tables that all imports share, as assets downstream of every import that writes them."""

from collections.abc import Iterator, Sequence

import dagster as dg

from cdp_pipelines.components.names import asset_key
from cdp_pipelines.components.results import row_count
from cdp_pipelines.components.steps import opened_store
from cdp_pipelines.imports.documents import LoadedImport
from cdp_pipelines.segments.refreshing import value_orders
from cdp_pipelines.store import Store, catalog

ORDERS, EVENTS, PROFILES = (dg.AssetKey([name]) for name in ("orders", "order_events", "profiles"))

_DESCRIPTIONS = {
    ORDERS: "The current state of each order, of all imports and sites.",
    EVENTS: "Every orderPlace and orderUpdate event, append-only; read on from the last `seq` seen.",
    PROFILES: "The people behind the orders, shared by all sites; their ids stand in the table `identities`.",
}


def tables(imports: Sequence[LoadedImport]) -> dg.AssetsDefinition:
    """Return the shared tables; the imports write them, so materialising only counts rows and values new orders."""
    applied = [asset_key(loaded.spec, "applied") for loaded in imports]
    owners = sorted({owner for loaded in imports for owner in loaded.spec.owners})
    specs = [
        dg.AssetSpec(
            key, deps=applied, description=text, group_name="tables", kinds={"postgres"}, owners=owners, skippable=True
        )
        for key, text in _DESCRIPTIONS.items()
    ]

    @dg.multi_asset(name="cdp__shared_tables", specs=specs, can_subset=True)
    def shared_tables(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        store = opened_store()
        if ORDERS in context.selected_asset_keys:
            context.log.info(f"{value_orders(store):,} orders are new or changed since the last refresh.")
        for key in _DESCRIPTIONS:
            if key in context.selected_asset_keys:
                yield _looked_at(store, key)

    return shared_tables


def _looked_at(store: Store, key: dg.AssetKey) -> dg.MaterializeResult:
    table = key.path[-1]
    with store.connect() as connection:
        rows = catalog.count(connection, table)
    return dg.MaterializeResult(
        asset_key=key, metadata={row_count(None): rows, "dagster/column_schema": column_schema(store, table)}
    )


def column_schema(store: Store, table: str) -> dg.TableSchema:
    """Return a table's columns as the store has them."""
    with store.connect() as connection:
        return dg.TableSchema([dg.TableColumn(*column) for column in catalog.columns(connection, table)])
