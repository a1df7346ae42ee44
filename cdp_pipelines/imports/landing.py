"""The landing step of an import: what its source offers for a partition, copied and noted in a manifest.

Where control totals are to be stated, they land as well, and the bytes are compared with them here; what the rows have
to come to is decided where they are read.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cdp_pipelines.errors import FileError, NoFileError, SourceError
from cdp_pipelines.home import home
from cdp_pipelines.imports.control import Control, control_address, data_files
from cdp_pipelines.imports.control_totals import LARGEST, ControlFile, Totals, base_name, check_sha256, read_control
from cdp_pipelines.imports.loaded import LoadedImport
from cdp_pipelines.imports.partitions import Partition, fill
from cdp_pipelines.landing import Landed, Landing, open_landing
from cdp_pipelines.sources import Found, Source, open_source, shown, source_for
from cdp_pipelines.sources.addresses import absolute
from cdp_pipelines.sources.archive import open_archive
from cdp_pipelines.sources.patterns import address_matcher


@dataclass(frozen=True)
class Delivery:
    """A landed file, and what is stated of it: its control totals and the landed file beside it that holds them."""

    file: Landed
    totals: Totals | None = None
    sidecar: Landed | None = None


def import_landing() -> Landing:
    """Return the landing of this project."""
    return open_landing(home())


def land_import(loaded: LoadedImport, partition: Partition | None, file: str | None = None) -> list[Delivery]:
    """Land the files of an import's partition; idempotent, since equal bytes land once.

    Args:
        loaded: The import.
        partition: Its partition, None for an import without partitions.
        file: A path or address that takes the place of the import's source.

    Raises:
        SourceError: There is no such file, or it cannot be read completely; or nothing states its control totals.
        FileError: Its bytes are not those that are stated.
    """
    return _Arrival(loaded, partition, file).land()


class _Arrival:
    """The files of one partition on their way into the landing."""

    def __init__(self, loaded: LoadedImport, partition: Partition | None, file: str | None) -> None:
        spec, folder = loaded.spec, loaded.folder
        self._spec, self._folder, self._partition = spec, folder, partition
        self._own = open_source(spec.source, folder)
        self._source = self._own if file is None else source_for(file, spec.source, folder)
        self._uri = fill(spec.source.uri, partition) if file is None else file
        self._is_own = file is None
        self._landing = import_landing()

    def land(self) -> list[Delivery]:
        control = self._spec.control
        found = self._source.list(self._uri)
        list_uri = fill(control.uri, self._partition) if control and control.ending is None else ""
        landed = [
            self._take(self._source, one) for one in data_files(control, self._uri, list_uri, self._folder, found)
        ]
        self._landing.write_manifest(self._spec.name, self._partition.key if self._partition else None, landed)
        if control is None:
            return [Delivery(file) for file in landed]
        deliveries = list(self._with_totals(control, landed, list_uri))
        for one in deliveries:
            if one.totals:
                check_sha256(one.totals, one.file.uri, one.file.sha256)
        return deliveries

    def _take(self, source: Source, found: Found) -> Landed:
        return self._landing.land(self._spec.name, source, found)

    def _with_totals(self, control: Control, landed: list[Landed], list_uri: str) -> Iterator[Delivery]:
        if control.ending is None:
            stated, _ = self._control(self._own, list_uri)
            self._require_all(stated, landed)
            yield from (Delivery(file, stated.of(base_name(file.uri))) for file in landed)
            return
        for file in landed:
            stated, sidecar = self._control(self._source, control_address(control, file.uri, ""))
            yield Delivery(file, stated.of(base_name(file.uri)), sidecar)

    def _control(self, source: Source, uri: str) -> tuple[ControlFile, Landed]:
        """Land and read control totals, which are asked for by name: no source is listed for them."""
        try:
            landed = self._take(source, Found(absolute(uri, self._folder), None, None, ""))
        except NoFileError:
            raise SourceError(
                f"There are no control totals at {shown(uri)}; let the export write them, or remove control."
            ) from None
        if landed.bytes > LARGEST:
            raise FileError("CONTROL_UNREADABLE", f"{landed.uri} is too large for control totals: correct control.uri")
        with self._landing.at_hand(landed) as path:
            return read_control(path.read_bytes(), landed.uri), landed

    def _require_all(self, stated: ControlFile, landed: list[Landed]) -> None:
        """Refuse a delivery without a file that its list names and the import reads, unless an archive may have it."""
        if not self._is_own or open_archive(self._spec.source, self._folder):
            return
        would_read = address_matcher(base_name(self._uri))
        here = {base_name(file.uri) for file in landed}
        missing = [name for name in stated.by_name if name not in here and would_read(name)]
        if missing:
            more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
            raise SourceError(
                f"{stated.where} lists {', '.join(missing[:3])}{more}, which did not arrive; wait until all files have."
            )
