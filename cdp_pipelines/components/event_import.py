"""`type: cdp_pipelines.EventImport`."""

from typing import ClassVar

from cdp_pipelines.components.file_import import FileImport, WrittenImport
from cdp_pipelines.imports.record_specs import EventImportSpec
from cdp_pipelines.imports.spec import ImportSpec


class WrittenEventImport(WrittenImport):
    """The attributes of an event import as they stand in the file."""

    SPEC: ClassVar[type[ImportSpec]] = EventImportSpec


class EventImport(FileImport):
    """Import custom events: land each file, validate it, and append the events that are new."""

    WRITTEN: ClassVar[type[WrittenImport]] = WrittenEventImport
