"""What an import of any kind hands to the module of its own kind: one landed file, and a few moments of the run.

The run itself (record, lock, ledger, budget, report) is the same for all; what rows mean is known only behind `Kind`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psycopg

from cdp_pipelines.formats.records import BLOCK
from cdp_pipelines.formats.tmall.report import ReportFile
from cdp_pipelines.imports.database import Database
from cdp_pipelines.imports.progress import Meter
from cdp_pipelines.imports.rejects import RejectSpool
from cdp_pipelines.imports.stages import Stages
from cdp_pipelines.imports.tally import Tally
from cdp_pipelines.orders.settle import Vintage
from cdp_pipelines.orders.totals import OrderTotals

BATCH = 50_000
"""Rows that are validated at once: less costs Pandera's fixed 75 ms, more takes memory and lets the server wait."""


class StartAgain(Exception):  # noqa: N818 - no error: the file has to be read differently
    """The transaction is to be rolled back and all files of the run to be applied anew."""


@dataclass(frozen=True)
class FileWork:
    """One landed file and what its rows go through.

    `file_id` is its ledger entry, 0 in a dry run; `control` is the run's connection beside `database`, which commits at
    once. `add_up` asks what the orders of the file come to; `order_report` is a file beside it that has a row per
    order, where there is one.
    """

    path: Path
    uri: str
    sha256: str
    import_id: int
    site: str
    file_id: int
    vintage: Vintage
    database: Database
    control: psycopg.Connection
    tally: Tally
    spool: RejectSpool
    stages: Stages
    meter: Meter
    dry_run: bool
    add_up: bool = False
    batch: int = BATCH
    block_size: int = BLOCK
    order_report: ReportFile | None = None


@dataclass(frozen=True)
class FileFacts:
    """What reading a file showed about it, and about the order report beside it.

    `totals` are there only where they were asked for and the file holds orders.
    """

    encoding: str
    compression: str
    totals: OrderTotals | None = None
    order_report: "FileFacts | None" = None


class Kind(Protocol):
    """What is special about one kind of import; one object per run."""

    def prepare(self, connection: psycopg.Connection, dry_run: bool) -> None:
        """Make the transaction ready, before anything is read; a dry run is read-only from here on."""
        ...

    def apply(self, work: FileWork) -> FileFacts:
        """Read, compare, validate and write one file.

        Raises:
            StartAgain: It has to be read differently, which this object knows now.
            FileError: It cannot be applied as a whole.
        """
        ...

    def finish(self, connection: psycopg.Connection) -> None:
        """Write what is written last, after all files and just before the commit."""
        ...
