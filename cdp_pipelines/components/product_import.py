"""`type: cdp_pipelines.ProductImport`."""

from typing import ClassVar

from cdp_pipelines.components.file_import import FileImport, WrittenImport
from cdp_pipelines.imports.spec import ImportSpec, ProductImportSpec


class WrittenProductImport(WrittenImport):
    """The attributes of a product import as they stand in the file."""

    SPEC: ClassVar[type[ImportSpec]] = ProductImportSpec


class ProductImport(FileImport):
    """Import product feeds: land each feed, validate it, turn it into versions of products."""

    WRITTEN: ClassVar[type[WrittenImport]] = WrittenProductImport
