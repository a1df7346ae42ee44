"""Files of known make: a table of the columns by which each is recognised. To add one, add a row.

A row counts as soon as the import of its type takes its format; until then the file is told by name and mapped like any
other file.
"""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """A make of file.

    Attributes:
        title: What it is, as it is told.
        type: The import that reads it.
        kind: Its `format.kind`.
        needed: Columns that all of its files have, blanks around them left out.
        any_of: Columns of which it has one at least; none if there are no such.
        hint: What the reader of the YAML has to know.
    """

    title: str
    type: str
    kind: str
    needed: tuple[str, ...]
    any_of: tuple[str, ...] = ()
    hint: str = ""

    def fits(self, columns: Collection[str]) -> bool:
        """Whether a file of these columns is of this make."""
        names = {name.strip() for name in columns}
        return names.issuperset(self.needed) and (not self.any_of or not names.isdisjoint(self.any_of))


ORDERS = "cdp_pipelines.OrderImport"
PRODUCTS = "cdp_pipelines.ProductImport"

KNOWN = (
    Known(
        "a Shopify export of orders",
        ORDERS,
        "shopify_csv",
        ("Name", "Email", "Financial Status", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price"),
    ),
    Known(
        "a Tmall report of orders (ExportOrderList)",
        ORDERS,
        "tmall_csv",
        ("订单编号", "买家会员名", "买家应付货款", "买家实际支付金额", "订单状态", "订单创建时间"),
        hint="its line items are in the report ExportOrderDetailList of the same time: both are needed",
    ),
    Known(
        "a Tmall report of order details (ExportOrderDetailList)",
        ORDERS,
        "tmall_csv",
        ("标题", "价格", "购买数量", "外部系统编号", "商家编码", "订单状态"),
        ("订单编号", "主订单编号"),
        hint="its orders are in the report ExportOrderList of the same time: both are needed",
    ),
    Known(
        "Synerise transactions",
        ORDERS,
        "synerise_csv",
        ("orderId", "products.sku", "products.quantity", "products.finalUnitPrice.amount", "recordedAt"),
        ("client.email", "client.id", "client.customid", "client.customId", "client.uuid"),
    ),
    Known(
        "Synerise promotions",
        "cdp_pipelines.PromotionImport",
        "csv",
        ("code", "redeemType", "headerName", "name", "type"),
    ),
)
"""In the order in which they are tried."""


def known_make(columns: Collection[str]) -> Known | None:
    """Return the make of a file of these columns, if it is a known one."""
    return next((known for known in KNOWN if known.fits(columns)), None)
