"""YAML to Dagster: the component types of a `defs.yaml`.

Thin: they call plain functions and hold no rule of their own.
"""

from cdp_pipelines.components.alert_target import AlertTarget
from cdp_pipelines.components.order_import import OrderImport
from cdp_pipelines.components.product_import import ProductImport
from cdp_pipelines.components.segment import Segment

__all__ = ["AlertTarget", "OrderImport", "ProductImport", "Segment"]
