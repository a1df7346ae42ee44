"""The tables that all imports share, as assets downstream of every import that writes them."""

from collections.abc import Iterator, Sequence

import dagster as dg

from cdp_pipelines.components.columns import column_schema, table_name
from cdp_pipelines.components.leases import leased
from cdp_pipelines.components.names import PRODUCTS, asset_key
from cdp_pipelines.components.results import row_count
from cdp_pipelines.components.steps import opened_store
from cdp_pipelines.imports.loaded import LoadedImport
from cdp_pipelines.imports.spec import ImportSpec
from cdp_pipelines.segments.refreshing import value_orders
from cdp_pipelines.store import Store, catalog

ORDERS, EVENTS, PROFILES = (dg.AssetKey([name]) for name in ("orders", "order_events", "profiles"))
PROMOTIONS, VOUCHERS, CUSTOM_EVENTS = (dg.AssetKey([name]) for name in ("promotions", "vouchers", "custom_events"))

_DESCRIPTIONS = {
    ORDERS: "The current state of each order, of all imports and sites.",
    EVENTS: "Every orderPlace and orderUpdate event, append-only; read on from the last `seq` seen.",
    PROFILES: "The people behind the orders, shared by all sites; their ids stand in the table `identities`.",
    PRODUCTS: "The versions of each product, of all feeds and sites; the current one has no `valid_to`.",
    PROMOTIONS: "The current state of each promotion, of all imports and sites.",
    VOUCHERS: "The current state of each voucher, of all pools and sites.",
    CUSTOM_EVENTS: "Every custom event of all imports and sites, append-only; read on from the last `seq` seen.",
}

_OF_ORDERS = (ORDERS, EVENTS, PROFILES)
_WRITERS = {
    ORDERS: {"orders"},
    EVENTS: {"orders"},
    PROFILES: {"orders", "custom_events"},
    PRODUCTS: {"products"},
    PROMOTIONS: {"promotions"},
    VOUCHERS: {"vouchers"},
    CUSTOM_EVENTS: {"custom_events"},
}
"""The kinds of import that write a table."""


def tables(imports: Sequence[LoadedImport]) -> list[dg.AssetsDefinition]:
    """Return the shared tables; the imports write them, so materialising only counts rows and values new orders.

    Products have a step of their own: imports of orders come after it, and before the other tables. Promotions,
    vouchers and custom events are there where an import writes them.
    """
    kinds = {loaded.spec.KIND for loaded in imports}
    written = [key for key in (PROMOTIONS, VOUCHERS, CUSTOM_EVENTS) if _WRITERS[key] & kinds]
    steps = [("cdp__products", [PRODUCTS]), *((f"cdp__{key.path[-1]}", [key]) for key in written)]
    return [_tables(name, keys, imports) for name, keys in [*steps, ("cdp__shared_tables", _OF_ORDERS)]]


def _tables(name: str, keys: Sequence[dg.AssetKey], imports: Sequence[LoadedImport]) -> dg.AssetsDefinition:
    specs = [_spec(key, [loaded.spec for loaded in imports if loaded.spec.KIND in _WRITERS[key]]) for key in keys]

    @dg.multi_asset(name=name, specs=specs, can_subset=True)
    def shared_tables(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        store = opened_store()
        with leased(context):
            if ORDERS in context.selected_asset_keys:
                context.log.info(f"{value_orders(store):,} orders are new or changed since the last refresh.")
            for key in keys:
                if key in context.selected_asset_keys:
                    yield _looked_at(store, key)

    return shared_tables


def _spec(key: dg.AssetKey, writers: Sequence[ImportSpec]) -> dg.AssetSpec:
    return dg.AssetSpec(
        key,
        deps=[asset_key(spec, "applied") for spec in writers],
        description=_DESCRIPTIONS[key],
        group_name="tables",
        kinds={"postgres"},
        owners=sorted({owner for spec in writers for owner in spec.owners}),
        skippable=True,
        metadata=table_name(key.path[-1]),
    )


def _looked_at(store: Store, key: dg.AssetKey) -> dg.MaterializeResult:
    table = key.path[-1]
    with store.connect() as connection:
        rows = catalog.count(connection, table)
    return dg.MaterializeResult(
        asset_key=key, metadata={row_count(None): rows, "dagster/column_schema": column_schema(store, table)}
    )
