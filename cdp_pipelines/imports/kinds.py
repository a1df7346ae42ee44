"""Which module applies which kind of import."""

from cdp_pipelines.imports.kind import Kind
from cdp_pipelines.imports.record_specs import EventImportSpec, PromotionImportSpec, VoucherImportSpec
from cdp_pipelines.imports.spec import ImportSpec, OrderImportSpec, ProductImportSpec


def kind_of(spec: ImportSpec) -> Kind:
    """Return what applies the files of an import, for one run."""
    if isinstance(spec, OrderImportSpec):
        from cdp_pipelines.imports.orders import Orders

        return Orders(spec)
    if isinstance(spec, ProductImportSpec):
        from cdp_pipelines.imports.products import Products

        return Products(spec)
    if isinstance(spec, PromotionImportSpec | VoucherImportSpec):
        from cdp_pipelines.imports.keyed_records import KeyedRecords

        return KeyedRecords(spec)
    if isinstance(spec, EventImportSpec):
        from cdp_pipelines.imports.custom_events import CustomEvents

        return CustomEvents(spec)
    raise TypeError(f"nothing applies a {type(spec).__name__}")
