"""The landing step of an import: what its source offers for a partition, copied and noted in a manifest."""

from cdp_pipelines.home import home
from cdp_pipelines.imports.loaded import LoadedImport
from cdp_pipelines.imports.partitions import Partition, fill
from cdp_pipelines.landing import Landed, Landing
from cdp_pipelines.sources import open_source, source_for


def import_landing() -> Landing:
    """Return the landing of this project."""
    return Landing(home() / "landing")


def land_import(loaded: LoadedImport, partition: Partition | None, file: str | None = None) -> list[Landed]:
    """Land the files of an import's partition; idempotent, since equal bytes land once.

    Args:
        loaded: The import.
        partition: Its partition, None for an import without partitions.
        file: A path or address that takes the place of the import's source.

    Raises:
        SourceError: There is no such file, or it cannot be read completely.
    """
    spec = loaded.spec
    if file is None:
        source, uri = open_source(spec.source, loaded.folder), fill(spec.source.uri, partition)
    else:
        source, uri = source_for(file, spec.source, loaded.folder), file
    landing = import_landing()
    landed = [landing.land(spec.name, source, found) for found in source.list(uri)]
    landing.write_manifest(spec.name, partition.key if partition else None, landed)
    return landed
