"""Which named format reads which `format` of an import of orders; the modules of formats are loaded for them alone."""

from cdp_pipelines.formats.spec import FormatSpec, ShopifyCsv, SyneriseCsv, SyneriseJson, TmallCsv
from cdp_pipelines.mappings.named import NamedFormat


def named_format(spec: FormatSpec) -> NamedFormat | None:
    """Return what maps an import's files, None where they have our own columns already."""
    if isinstance(spec, ShopifyCsv):
        from cdp_pipelines.mappings.shopify import shopify

        return shopify(spec)
    if isinstance(spec, TmallCsv):
        from cdp_pipelines.mappings.tmall import tmall

        return tmall(spec)
    if isinstance(spec, SyneriseCsv | SyneriseJson):
        from cdp_pipelines.mappings.synerise import TRANSACTIONS

        return TRANSACTIONS
    return None
