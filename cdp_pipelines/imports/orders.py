"""Orders as a kind of import: state, events and, at the end, the users that they name."""

import numpy as np
import psycopg

from cdp_pipelines.imports.applying import Work, apply_file, superseded_groups
from cdp_pipelines.imports.enriching import enriching
from cdp_pipelines.imports.findings import Quarantine
from cdp_pipelines.imports.kind import FileFacts, FileWork, StartAgain
from cdp_pipelines.imports.spec import OrderImportSpec
from cdp_pipelines.orders.repeats import RepeatedOrder
from cdp_pipelines.orders.writing import Origin
from cdp_pipelines.store import heads
from cdp_pipelines.users.identities import add_users


class Orders:
    """An import of orders; remembers the files whose orders are not consecutive, to read them once more."""

    def __init__(self, spec: OrderImportSpec) -> None:
        self._spec = spec
        self._earlier: dict[str, np.ndarray] = {}

    def prepare(self, connection: psycopg.Connection, dry_run: bool) -> None:
        """Choose plans that probe, and make room for what is written."""
        heads.prefer_probes(connection)
        if not dry_run:
            heads.prepare(connection)

    def apply(self, work: FileWork) -> FileFacts:
        """Apply one file.

        Raises:
            StartAgain: Its orders are not consecutive (D2).
            FileError: It cannot be applied as a whole.
        """
        orders = self._work(work)
        try:
            return apply_file(orders, self._earlier.get(work.sha256), look_first=bool(self._earlier))
        except RepeatedOrder:
            self._earlier[work.sha256] = superseded_groups(orders)
            raise StartAgain from None

    def _work(self, file: FileWork) -> Work:
        spec = self._spec
        return Work(
            spec=spec,
            path=file.path,
            uri=file.uri,
            origin=Origin(file.import_id, file.site, file.file_id, spec.emit_events, file.vintage),
            database=file.database,
            tally=file.tally,
            quarantine=Quarantine(file.uri, spec.format.delimiter, file.spool, file.tally),
            stages=file.stages,
            meter=file.meter,
            enriching=enriching(spec, file),
            dry_run=file.dry_run,
            add_up=file.add_up,
            # A pair keeps places of all its rows in memory, so fewer are taken up at once.
            batch=max(file.batch // 2, 1) if file.order_report else file.batch,
            block_size=file.block_size,
            order_report=file.order_report,
        )

    def finish(self, connection: psycopg.Connection) -> None:
        """Add the users of the run's orders, briefly and last, since all sites share them."""
        add_users(connection)
