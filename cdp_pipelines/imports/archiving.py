"""What becomes of files at their source once they are imported, where an import asks for an archive."""

from collections.abc import Iterator, Sequence

from cdp_pipelines.errors import CdpError
from cdp_pipelines.imports.landing import Delivery
from cdp_pipelines.imports.loaded import LoadedImport
from cdp_pipelines.imports.report import Issue
from cdp_pipelines.sources.archive import Archive, open_archive


def archive_files(loaded: LoadedImport, deliveries: Sequence[Delivery]) -> list[Issue]:
    """Move files and the control totals beside them into the archive; return an issue for each that stays.

    Files that were applied before are among them: a run that was killed before it came here left them.
    """
    archive = open_archive(loaded.spec.source, loaded.folder)
    return [issue for one in deliveries for issue in _moved(archive, one)] if archive else []


def _moved(archive: Archive, delivery: Delivery) -> Iterator[Issue]:
    uri = delivery.file.uri
    try:
        archive.take(uri, delivery.file.version)
        if delivery.sidecar:
            archive.take(delivery.sidecar.uri, delivery.sidecar.version)
    except CdpError as error:
        yield Issue(severity="warning", code="NOT_ARCHIVED", message=str(error), file=uri)
