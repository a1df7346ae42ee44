"""Onboard offline customer data: files in, validated events and order state out."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cdp_pipelines.components.alert_target import AlertTarget
    from cdp_pipelines.components.event_import import EventImport
    from cdp_pipelines.components.order_import import OrderImport
    from cdp_pipelines.components.product_import import ProductImport
    from cdp_pipelines.components.promotion_import import PromotionImport
    from cdp_pipelines.components.segment import Segment
    from cdp_pipelines.components.voucher_import import VoucherImport

__all__ = ["AlertTarget", "EventImport", "OrderImport", "ProductImport", "PromotionImport", "Segment", "VoucherImport"]


def __getattr__(name: str) -> object:
    """Import a component when its name is first used: nothing else in the package pays for importing Dagster."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from cdp_pipelines import components

    return getattr(components, name)
