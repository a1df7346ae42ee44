"""Products as a kind of import: a feed's entries judged each on its own, and the history that the feed changes."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from zoneinfo import ZoneInfo

import psycopg

from cdp_pipelines.formats.entries import Entry
from cdp_pipelines.formats.google_feed import GoogleFeedReader
from cdp_pipelines.formats.json_lines import JsonLinesReader
from cdp_pipelines.formats.row_entries import RowEntriesReader
from cdp_pipelines.formats.spec import GoogleFeed, JsonLines
from cdp_pipelines.imports.feed_findings import FeedFindings
from cdp_pipelines.imports.header import check_product_header
from cdp_pipelines.imports.kind import FileFacts, FileWork
from cdp_pipelines.imports.spec import ProductImportSpec
from cdp_pipelines.imports.tally import SAMPLES
from cdp_pipelines.products.documents import from_cells, from_google, from_json, from_synerise
from cdp_pipelines.products.entries import Fault, Judged, judge
from cdp_pipelines.products.history import Feed
from cdp_pipelines.products.partial import complete
from cdp_pipelines.products.settle import write_late
from cdp_pipelines.schemas.products import product_schema
from cdp_pipelines.store import holdings, products
from cdp_pipelines.store.products import FeedRow
from cdp_pipelines.transforms.objects import transform_objects

BATCH = 10_000
"""Entries judged at once; their values are Python objects, so more takes memory and gains nothing."""

_NO_ENTRIES = "the feed holds no entry, so it says nothing: check the export if products were expected"

Reader = GoogleFeedReader | JsonLinesReader | RowEntriesReader

_CONVERSIONS = {"google_feed": from_google, "jsonl": from_json, "synerise_csv": from_synerise}
"""How a product is made of an entry, by the kind of format; of rows by `from_cells`."""


class Products:
    """An import of product feeds."""

    def __init__(self, spec: ProductImportSpec) -> None:
        self._spec = spec
        self._convert = _CONVERSIONS.get(spec.format.kind, from_cells)
        self._schema = product_schema(partial=spec.mode == "partial")

    def prepare(self, connection: psycopg.Connection, dry_run: bool) -> None:  # noqa: ARG002 - a dry run collects, too
        """Make room for the feed's entries."""
        products.prepare(connection)

    def apply(self, work: FileWork) -> FileFacts:
        """Apply one feed.

        Raises:
            FileError: It cannot be applied as a whole.
        """
        findings = FeedFindings(work.uri, work.tally, work.spool)
        with self._reader(work) as reader:
            if isinstance(reader, RowEntriesReader):
                check_product_header(reader.header, self._spec, work.tally)
            work.database.ask(products.clear).result()
            for judged in self._judged(work, reader):
                findings.judged(judged)
                with work.stages.timed("collect", len(judged.products)):
                    work.database.ask(products.collect, judged.products, judged.silent).result()
            for notice in reader.warnings:
                work.tally.issue(notice.code, notice.column, notice.message, notice.lines, notice.rows, 0)
            if not findings.entries:
                work.tally.issue("NO_ROWS", None, _NO_ENTRIES, [], 0, 0)
            work.database.ask(self._settle, work, findings).result()
            return FileFacts(reader.encoding, reader.compression)

    def finish(self, connection: psycopg.Connection) -> None:
        """Write nothing more: products are written feed by feed."""

    def _reader(self, work: FileWork) -> Reader:
        form = self._spec.format
        if isinstance(form, GoogleFeed | JsonLines):
            reader = GoogleFeedReader if isinstance(form, GoogleFeed) else JsonLinesReader
            return reader(work.path, form.compression, work.uri, form.limits)
        return RowEntriesReader(work.path, form, work.uri, work.block_size)

    def _judged(self, work: FileWork, reader: Reader) -> Iterator[Judged]:
        entries, number = reader.entries(), 0
        while True:
            with work.stages.timed("read"):
                batch = list(islice(entries, min(BATCH, work.batch)))
            if not batch:
                return
            left, spoilt = self._transformed(batch, work) if self._spec.transform else (batch, None)
            if left:
                with work.stages.timed("validate", len(left)):
                    yield judge(left, number, self._convert, self._schema, spoilt)
            number += len(batch)
            work.meter.seen(number, reader.bytes_read)

    def _transformed(self, batch: list[Entry], work: FileWork) -> tuple[list[Entry], dict[int, list[Fault]]]:
        """Return the entries behind the steps of `transform` that its filters leave, and their faults by place."""
        spec = self._spec
        with work.stages.timed("transform", len(batch)):
            objects = [entry.values for entry in batch]
            done = transform_objects(objects, spec.transform, ZoneInfo(spec.timezone), spec.on_cast_error)
        # What cannot be read cannot be filtered, either.
        kept = [place for place, entry in enumerate(batch) if done.kept[place] or entry.fault]
        work.tally.files[-1].rows.read += len(batch) - len(kept)
        work.tally.skip("filtered", len(batch) - len(kept), len(batch) - len(kept))
        faults: dict[int, list[Fault]] = {
            new: [(code, field) for field, code in done.faults.get(old, ())] for new, old in enumerate(kept)
        }
        return [replace(batch[place], values=done.objects[place]) for place in kept], faults

    def _settle(self, connection: psycopg.Connection, work: FileWork, findings: FeedFindings) -> None:
        """Compare the feed with what held at its time, count, and write what changes."""
        feed = self._feed(work, findings)
        known = products.feeds(connection, feed)
        later = [feed_id for feed_id, *_, is_later in known if is_later]
        with work.stages.timed("compare", findings.entries):
            products.supersede(connection)
            if self._spec.mode == "partial":
                complete(connection, work.site, later)
            products.compare(connection, work.site, later)
            findings.settled(products.outcomes(connection), products.sample(connection, SAMPLES))
            gone = products.gone(connection, feed, later) if feed.complete else []
        if self._spec.mode == "full":
            findings.gone(len(gone))
        if not work.dry_run:
            with work.stages.timed("write"):
                self._write(connection, feed, later, gone)

    def _write(self, connection: psycopg.Connection, feed: FeedRow, later: list[int], gone: list[str]) -> None:
        feed_id, full = products.enter_feed(connection, feed), self._spec.mode == "full"
        products.mark(connection, feed_id, feed.complete)
        if later:
            in_order = [Feed(one, whose, complete) for one, whose, complete, _ in products.feeds(connection, feed)]
            turned = holdings.turned(connection, feed, later) if full else holdings.Turned()
            write_late(connection, feed, in_order, feed_id, gone, turned)
            return
        products.write_newest(connection, feed, feed_id, gone)
        if full:
            holdings.write_newest(connection, feed, feed_id)

    def _feed(self, work: FileWork, findings: FeedFindings) -> FeedRow:
        """Return what tells the feed from others."""
        vintage = work.vintage
        return FeedRow(
            site=work.site,
            as_of=vintage.as_of,
            modified_at=vintage.modified_at,
            config_no=vintage.config_no,
            import_id=work.import_id,
            sha256=work.sha256,
            complete=self._spec.mode == "full" and findings.complete,
            file_id=work.file_id,
        )
