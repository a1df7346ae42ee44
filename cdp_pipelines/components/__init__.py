"""YAML to Dagster: the component types of a `defs.yaml`.

Thin: they call plain functions and hold no rule of their own.
"""

from cdp_pipelines.components.alert_target import AlertTarget
from cdp_pipelines.components.event_import import EventImport
from cdp_pipelines.components.order_import import OrderImport
from cdp_pipelines.components.product_import import ProductImport
from cdp_pipelines.components.promotion_import import PromotionImport
from cdp_pipelines.components.segment import Segment
from cdp_pipelines.components.voucher_import import VoucherImport

__all__ = ["AlertTarget", "EventImport", "OrderImport", "ProductImport", "PromotionImport", "Segment", "VoucherImport"]
