"""Postgres: where state lives. `open_store()` is the way in.

`connect` reaches a server, `embedded` brings our own, `migrations` make the tables, `locks` keep processes apart,
`care` is what `cdp-pipelines db` does.
"""

from cdp_pipelines.store.connect import Store
from cdp_pipelines.store.opening import connect_kept, open_store

__all__ = ["Store", "connect_kept", "open_store"]
