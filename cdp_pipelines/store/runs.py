"""Records of runs, the ledger of applied files, configurations and the fence between two runs of one import."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from cdp_pipelines.errors import StoreError
from cdp_pipelines.store.locks import locked

_START = """
insert into cdp.import_runs
    (run_id, import_name, kind, site, status, dry_run, partition, config_hash,
    origin, dagster_run_id, epoch, started_at)
values (%(run_id)s, %(import_name)s, %(kind)s, %(site)s, 'running', %(dry_run)s, %(partition)s, %(config_hash)s,
    %(origin)s, %(dagster_run_id)s, %(epoch)s, %(started_at)s)
"""

_FINISH = """
update cdp.import_runs set status = %(status)s, finished_at = %(finished_at)s, error = %(error)s, report = %(report)s,
    no_file = %(no_file)s
where run_id = %(run_id)s and status = 'running'
"""

_INTERRUPTED = """
update cdp.import_runs set status = 'failed', finished_at = now(), error = %(error)s,
    report = jsonb_build_object('interrupted', true)
where import_name = %(import_name)s and status = 'running'
    and (not dry_run or heartbeat_at < now() - interval '2 minutes')
"""

_LEDGER = """
insert into cdp.files
    (run_id, import_name, site, partition, uri, version, sha256, bytes, config_hash, modified_at, as_of)
values (%(run_id)s, %(import_name)s, %(site)s, %(partition)s, %(uri)s, %(version)s, %(sha256)s, %(bytes)s,
    %(config_hash)s, %(modified_at)s, %(as_of)s)
returning file_id
"""

_SILENT = """
select distinct import_name from cdp.import_runs
where status = 'running' and not dry_run and heartbeat_at < now() - interval '2 minutes'
"""

INTERRUPTED = "the process of this run ended before it was done; nothing of it was applied: run it again"


@dataclass(frozen=True)
class ImportRow:
    """An import in the store: its number, and the epoch that this run holds it in."""

    import_id: int
    import_name: str
    site: str
    epoch: int


@dataclass(frozen=True)
class Content:
    """What a file held, for the report of a run that skips it."""

    rows: int
    items: int
    encoding: str
    compression: str


@dataclass(frozen=True)
class Applied:
    """A ledger entry: what was applied."""

    sha256: str
    config_hash: str
    content: Content


def number_of(connection: psycopg.Connection, import_name: str, site: str) -> int:
    """Return the number of an import and its site, 0 if it never ran."""
    found = connection.execute(
        "select import_id from cdp.imports where import_name = %s and site = %s", (import_name, site)
    ).fetchone()
    return found[0] if found else 0


def begin_epoch(connection: psycopg.Connection, import_name: str, site: str, kind: str) -> ImportRow:
    """Start a new epoch of the import, which fences whoever held it before; its dead runs become `failed`.

    The caller holds the import's lock, so no other run of it lives; dry runs, which take no lock, are told by their
    heartbeat.
    """
    row = connection.execute(
        "insert into cdp.imports (import_name, site, kind, epoch) values (%s, %s, %s, 1)"
        " on conflict (import_name, site) do update set epoch = imports.epoch + 1 returning import_id, epoch",
        (import_name, site, kind),
    ).fetchone()
    if row is None:
        raise StoreError("the import could not be registered in the store: run it again")
    taken = ImportRow(row[0], import_name, site, row[1])
    connection.execute(_INTERRUPTED, {"import_name": import_name, "error": INTERRUPTED})
    return taken


def assert_epoch(connection: psycopg.Connection, held: ImportRow) -> None:
    """Raise StoreError if another run took the import over since (it then decides, and we must not commit)."""
    row = connection.execute(
        "select epoch from cdp.imports where import_id = %s for update", (held.import_id,)
    ).fetchone()
    if row != (held.epoch,):
        raise StoreError("another run of this import took over meanwhile; nothing of this one was applied")


def start_run(connection: psycopg.Connection, values: dict[str, Any]) -> None:
    """Insert the record of a running run."""
    connection.execute(_START, values)


def finish_run(connection: psycopg.Connection, report: dict[str, Any], no_file: bool = False) -> bool:
    """Close a run's record with its report (JSON-ready values); return False if it was closed already.

    `no_file` says that the source answered and had no such file, which alerts tell apart from an outage.
    """
    values = {name: report[name] for name in ("run_id", "status", "finished_at", "error")}
    return connection.execute(_FINISH, values | {"report": Jsonb(report), "no_file": no_file}).rowcount == 1


def amend_report(connection: psycopg.Connection, report: dict[str, Any]) -> None:
    """Replace the report of a run that is closed: something was found out after its commit."""
    connection.execute(
        "update cdp.import_runs set report = %s where run_id = %s and status in ('completed', 'partial')",
        (Jsonb(report), report["run_id"]),
    )


def heartbeat(connection: psycopg.Connection, run_id: str) -> None:
    """Tell that a run is alive."""
    connection.execute("update cdp.import_runs set heartbeat_at = now() where run_id = %s", (run_id,))


def close_dead(connection: psycopg.Connection) -> None:
    """Close the records of runs whose process died: their heartbeat is old and nobody holds the import's lock."""
    for (name,) in connection.execute(_SILENT).fetchall():
        with locked(connection, f"import:{name}", timeout=0) as alone:
            if alone:
                connection.execute(_INTERRUPTED, {"import_name": name, "error": INTERRUPTED})


def config_number(connection: psycopg.Connection, import_id: int, config_hash: str) -> int:
    """Return the number of the import's configuration; a hash that differs from the latest one gets the next (D23)."""
    number = next_config_number(connection, import_id, config_hash)
    connection.execute(
        "insert into cdp.import_configurations (import_id, config_no, config_hash) values (%s, %s, %s)"
        " on conflict do nothing",
        (import_id, number, config_hash),
    )
    return number


def next_config_number(connection: psycopg.Connection, import_id: int, config_hash: str) -> int:
    """Return what `config_number` would, without writing."""
    latest = connection.execute(
        "select config_no, config_hash from cdp.import_configurations where import_id = %s"
        " order by config_no desc limit 1",
        (import_id,),
    ).fetchone()
    return (latest[0] + (latest[1] != config_hash)) if latest else 1


def latest_applied(
    connection: psycopg.Connection, import_name: str, site: str, partition: str | None
) -> Iterator[Applied]:
    """Yield the ledger's entries of an import and partition, the latest first."""
    rows = connection.execute(
        "select sha256, config_hash, rows, items, encoding, compression from cdp.files"
        " where import_name = %s and site = %s and partition is not distinct from %s order by file_id desc",
        (import_name, site, partition),
    )
    return (Applied(sha256, config_hash, Content(*content)) for sha256, config_hash, *content in rows)


def enter_file(connection: psycopg.Connection, values: dict[str, Any]) -> int:
    """Enter a file into the ledger; return its number."""
    row = connection.execute(_LEDGER, values).fetchone()
    if row is None:
        raise StoreError("the file could not be entered into the ledger: run the import again")
    return row[0]


def describe_file(connection: psycopg.Connection, file_id: int, content: Content) -> None:
    """Note in the ledger what a file held."""
    connection.execute(
        "update cdp.files set rows = %(rows)s, items = %(items)s, encoding = %(encoding)s,"
        " compression = %(compression)s where file_id = %(file_id)s",
        asdict(content) | {"file_id": file_id},
    )


@dataclass(frozen=True)
class Tried:
    """What runs of a partition came to: when the last one began, and whether a schedule asked and one was applied."""

    last: datetime
    scheduled: bool
    applied: bool


def tried_partitions(connection: psycopg.Connection, import_name: str, site: str) -> dict[str, Tried]:
    """Return the partitions of an import that a run was for, dry runs left out."""
    rows = connection.execute(
        "select partition, max(started_at), bool_or(origin = 'schedule'), bool_or(status in ('completed', 'partial'))"
        " from cdp.import_runs where import_name = %s and site = %s and not dry_run and partition is not null"
        " group by partition",
        (import_name, site),
    )
    return {partition: Tried(*told) for partition, *told in rows}


Versions = dict[str, dict[str, str]]
"""By partition (empty for an import without) and address: the version of a file that was applied last."""


def entered_versions(connection: psycopg.Connection, import_name: str, site: str) -> Versions:
    """Return what the ledger says was applied last."""
    rows = connection.execute(
        "select distinct on (partition, uri) coalesce(partition, ''), uri, version from cdp.files"
        " where import_name = %s and site = %s order by partition, uri, file_id desc",
        (import_name, site),
    )
    found: Versions = {}
    for partition, uri, version in rows:
        found.setdefault(partition, {})[uri] = version
    return found


def read_versions(connection: psycopg.Connection, import_name: str, site: str, partitions: Sequence[str]) -> Versions:
    """Return what the last applied run of each partition had before it, files that it skipped among them.

    Which one is the last is told by the epochs: a clock that was set back would name an older one for ever.
    """
    rows = connection.execute(
        "select distinct on (partition) coalesce(partition, ''), report -> 'files' from cdp.import_runs"
        " where import_name = %s and site = %s and not dry_run and status in ('completed', 'partial')"
        " and coalesce(partition, '') = any(%s) order by partition, epoch desc",
        (import_name, site, list(partitions)),
    )
    return {partition: {file["uri"]: file["version"] for file in files} for partition, files in rows}


def rejected_files(connection: psycopg.Connection, dagster_run_ids: Sequence[str]) -> set[str]:
    """Return those runs of Dagster whose import failed because of the file, not of the source, the store or a kill."""
    rows = connection.execute(
        "select distinct dagster_run_id from cdp.import_runs"
        " where dagster_run_id = any(%s) and status = 'failed' and not dry_run"
        " and jsonb_path_exists(report, '$.issues[*] ? (@.severity == \"error\")')"
        ' and not jsonb_path_exists(report, \'$.issues[*] ? (@.code == "SOURCE_FAILED" || @.code == "STORE_FAILED")\')',
        (list(dagster_run_ids),),
    )
    return {run_id for (run_id,) in rows}


def runs(connection: psycopg.Connection, import_name: str | None, limit: int) -> list[dict[str, Any]]:
    """Return the latest runs, newest first, without their reports."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "select run_id, import_name, site, partition, status, dry_run, origin, started_at, finished_at, error,"
            " report -> 'rows' as rows from cdp.import_runs"
            " where %(name)s::text is null or import_name = %(name)s order by started_at desc, run_id desc limit %(n)s",
            {"name": import_name, "n": limit},
        ).fetchall()


@dataclass(frozen=True)
class Ended:
    """A run that has ended, and its rows by outcome."""

    partition: str | None
    started_at: datetime
    status: str
    rows: dict[str, int]


def latest_outcomes(connection: psycopg.Connection, import_name: str, site: str, limit: int) -> list[Ended]:
    """Return the latest runs of an import that have ended, newest first; dry runs are none of them."""
    rows = connection.execute(
        "select partition, started_at, status, coalesce(report -> 'rows', '{}') from cdp.import_runs"
        " where import_name = %s and site = %s and not dry_run and finished_at is not null"
        " order by started_at desc limit %s",
        (import_name, site, limit),
    )
    return [Ended(*row) for row in rows]


def runs_like(connection: psycopg.Connection, prefix: str) -> list[dict[str, Any]]:
    """Return the runs, at most two, whose id begins with a text."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "select * from cdp.import_runs where starts_with(run_id, %s) order by (run_id = %s) desc limit 2",
            (prefix, prefix),
        ).fetchall()


def rejects(connection: psycopg.Connection, run_id: str) -> Iterator[dict[str, Any]]:
    """Yield the rejected rows of a run, by file and line, without holding them all in memory."""
    with connection.cursor(name="rejects", row_factory=dict_row) as cursor:
        yield from cursor.execute(
            "select file, line, item_id, code, column_name as column, message, raw, state from cdp.rejects"
            " where run_id = %s order by file, line",
            (run_id,),
        )
