"""Runs migrations on the connection that `cdp_pipelines.store.migrate` hands over."""

from alembic import context
from sqlalchemy import text

SCHEMA = "cdp"

connection = context.config.attributes["connection"]
# asked first: a role that may not create schemas may still own this one
if connection.scalar(text("select to_regnamespace(:schema)"), {"schema": SCHEMA}) is None:
    connection.execute(text(f"create schema {SCHEMA}"))
context.configure(connection=connection, version_table_schema=SCHEMA)
with context.begin_transaction():
    context.run_migrations()
connection.commit()
