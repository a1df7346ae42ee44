"""Alembic's environment; `cdp_pipelines.store.migrate` runs it, `versions` has one file per revision."""
