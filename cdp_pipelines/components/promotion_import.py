"""`type: cdp_pipelines.PromotionImport`."""

from typing import ClassVar

from cdp_pipelines.components.file_import import FileImport, WrittenImport
from cdp_pipelines.imports.record_specs import PromotionImportSpec
from cdp_pipelines.imports.spec import ImportSpec


class WrittenPromotionImport(WrittenImport):
    """The attributes of a promotion import as they stand in the file."""

    SPEC: ClassVar[type[ImportSpec]] = PromotionImportSpec


class PromotionImport(FileImport):
    """Import promotions: land each file, validate it, and keep what the newest says of each promotion."""

    WRITTEN: ClassVar[type[WrittenImport]] = WrittenPromotionImport
