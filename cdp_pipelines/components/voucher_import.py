"""`type: cdp_pipelines.VoucherImport`."""

from typing import ClassVar

from cdp_pipelines.components.file_import import FileImport, WrittenImport
from cdp_pipelines.imports.record_specs import VoucherImportSpec
from cdp_pipelines.imports.spec import ImportSpec


class WrittenVoucherImport(WrittenImport):
    """The attributes of a voucher import as they stand in the file."""

    SPEC: ClassVar[type[ImportSpec]] = VoucherImportSpec


class VoucherImport(FileImport):
    """Import voucher codes into a pool: land each file, validate it, and keep what the newest says of each code."""

    WRITTEN: ClassVar[type[WrittenImport]] = WrittenVoucherImport
