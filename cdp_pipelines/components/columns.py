"""The store's tables as Dagster shows tables: their columns, and what they are called."""

import dagster as dg

from cdp_pipelines.store import Store, catalog


def column_schema(store: Store, table: str) -> dg.TableSchema:
    """Return a table's columns as the store has them."""
    with store.connect(autocommit=True) as connection:
        return dg.TableSchema([dg.TableColumn(*column) for column in catalog.columns(connection, table)])


def table_name(table: str) -> dict[str, str]:
    """Return the metadata that says in which table of the store an asset is."""
    return {"dagster/table_name": f"cdp.{table}"}
