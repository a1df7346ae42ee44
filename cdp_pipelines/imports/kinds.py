"""Which module applies which kind of import."""

from cdp_pipelines.imports.kind import Kind
from cdp_pipelines.imports.spec import ImportSpec, OrderImportSpec


def kind_of(spec: ImportSpec) -> Kind:
    """Return what applies the files of an import, for one run."""
    if isinstance(spec, OrderImportSpec):
        from cdp_pipelines.imports.orders import Orders

        return Orders(spec)
    raise TypeError(f"nothing applies a {type(spec).__name__}")
