"""`type: cdp_pipelines.OrderImport`."""

from typing import ClassVar

from cdp_pipelines.components.file_import import FileImport
from cdp_pipelines.imports.spec import ImportSpec, OrderImportSpec


class OrderImport(FileImport):
    """Import orders from files: land each file, validate it, turn it into order state and events."""

    SPEC: ClassVar[type[ImportSpec]] = OrderImportSpec
