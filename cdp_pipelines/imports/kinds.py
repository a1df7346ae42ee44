"""Which module applies which kind of import."""

from cdp_pipelines.imports.kind import Kind
from cdp_pipelines.imports.spec import ImportSpec, OrderImportSpec, ProductImportSpec


def kind_of(spec: ImportSpec) -> Kind:
    """Return what applies the files of an import, for one run."""
    if isinstance(spec, OrderImportSpec):
        from cdp_pipelines.imports.orders import Orders

        return Orders(spec)
    if isinstance(spec, ProductImportSpec):
        from cdp_pipelines.imports.products import Products

        return Products(spec)
    raise TypeError(f"nothing applies a {type(spec).__name__}")
