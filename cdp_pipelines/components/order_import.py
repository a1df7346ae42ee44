"""`type: cdp_pipelines.OrderImport`."""

from typing import ClassVar

from cdp_pipelines.components.file_import import FileImport, WrittenImport
from cdp_pipelines.imports.spec import ImportSpec, OrderImportSpec


class WrittenOrderImport(WrittenImport):
    """The attributes of an order import as they stand in the file."""

    SPEC: ClassVar[type[ImportSpec]] = OrderImportSpec


class OrderImport(FileImport):
    """Import orders from files: land each file, validate it, turn it into order state and events."""

    WRITTEN: ClassVar[type[WrittenImport]] = WrittenOrderImport
