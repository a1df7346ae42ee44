"""`type: cdp_pipelines.ProductImport`."""

from typing import ClassVar

from cdp_pipelines.components.file_import import FileImport
from cdp_pipelines.imports.spec import ImportSpec, ProductImportSpec


class ProductImport(FileImport):
    """Import product feeds: land each feed, validate it, turn it into versions of products."""

    SPEC: ClassVar[type[ImportSpec]] = ProductImportSpec
