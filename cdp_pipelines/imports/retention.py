"""What is removed after its time (`keep`), and never while it is open."""

import psycopg

from cdp_pipelines.imports.landing import import_landing
from cdp_pipelines.imports.spec import ImportSpec
from cdp_pipelines.store import retention


def prune(connection: psycopg.Connection, spec: ImportSpec) -> None:
    """Remove old rejects of an import, then landed files older than allowed that no open reject refers to."""
    retention.remove_rejects(connection, spec.name, spec.keep.rejects)
    import_landing().prune(spec.name, spec.keep.landing, retention.files_with_open_rejects(connection, spec.name))
