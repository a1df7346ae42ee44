"""What stands in the store's tables, to be compared before and after."""

import hashlib
from typing import Any

from cdp_pipelines.store import Store

BUSINESS = (
    "imports", "import_configurations", "files", "order_versions", "order_heads", "fingerprints", "profiles",
    "identities",
)  # fmt: skip

_CONTENTS = {
    "orders": "select to_jsonb(o) as row from orders o",
    "heads": "select to_jsonb(h) - 'seq' as row from order_heads h",
    "events": "select to_jsonb(e) - '{seq, run_id}'::text[] || jsonb_build_object('payload',"
    " e.payload #- '{source, run_id}' #- '{ingested_at}') as row from order_events e",
    "identities": "select to_jsonb(i) as row from identities i",
    "profiles": "select to_jsonb(p) - 'created_at' as row from profiles p",
    "fingerprints": "select to_jsonb(f) - 'import_id' || jsonb_build_object('import', i.import_name) as row"
    " from fingerprints f join imports i using (import_id)",
    "files": "select to_jsonb(f) - '{file_id, run_id, applied_at}'::text[] as row from files f",
}


def contents(store: Store) -> dict[str, list[Any]]:
    """Everything that imports leave behind, sorted, without what differs from run to run (ids of runs, times)."""
    with store.connect(autocommit=True) as connection:
        return {
            name: [row for (row,) in connection.execute(f"select row from ({query}) q order by row::text")]
            for name, query in _CONTENTS.items()
        }


def checksums(store: Store) -> dict[str, tuple[int, str]]:
    """Rows and a checksum of every table that a real run writes, physical versions of rows included."""
    found = {}
    with store.connect(autocommit=True) as connection:
        for table in BUSINESS:
            rows = connection.execute(f"select t.xmin::text, t::text from {table} t order by t::text").fetchall()
            found[table] = len(rows), hashlib.sha256(str(rows).encode()).hexdigest()
    return found
