"""Files of known make: a table of the columns by which each is recognised. To add one, add a row.

A row counts as soon as the import of its type takes its format; until then the file is told by name and mapped like any
other file.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from cdp_pipelines.schemas.columns import COLUMNS


@dataclass(frozen=True)
class Known:
    """A make of file.

    Attributes:
        title: What it is, as it is told.
        type: The import that reads it.
        kind: Its `format.kind` as CSV.
        needed: Columns that all of its files have, blanks around them left out.
        one_of: Groups of columns of which it has one at least.
        hint: What the reader of the YAML has to know.
        others: Further keys that its import needs.
        other_forms: Whether it comes as Excel and JSON lines, too, which are then read by their own `format.kind`.
    """

    title: str
    type: str
    kind: str
    needed: tuple[str, ...]
    one_of: tuple[tuple[str, ...], ...] = ()
    hint: str = ""
    others: Mapping[str, str] = field(default_factory=dict)
    other_forms: bool = False

    def fits(self, columns: Collection[str]) -> bool:
        """Whether a file of these columns is of this make."""
        names = {name.strip() for name in columns}
        return names.issuperset(self.needed) and not any(names.isdisjoint(group) for group in self.one_of)

    def kind_in(self, form: str) -> str | None:
        """Return the `format.kind` of a file in this form: csv, xlsx or jsonl; None if it does not come in it."""
        if form == "csv":
            return self.kind
        return form if self.other_forms else None


ORDERS = "cdp_pipelines.OrderImport"
PRODUCTS = "cdp_pipelines.ProductImport"

KNOWN = (
    Known(
        "Kevel Audience's order CSV",
        ORDERS,
        "kevel_csv",
        tuple(column.name for column in COLUMNS if column.required),
        other_forms=True,
    ),
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
        (("订单编号", "主订单编号"),),
        hint="its orders are in the report ExportOrderList of the same time: both are needed",
    ),
    Known(
        "Synerise transactions",
        ORDERS,
        "synerise_csv",
        ("orderId", "products.sku", "products.quantity", "products.finalUnitPrice.amount", "recordedAt"),
        (("client.email", "client.id", "client.customid", "client.customId", "client.uuid"),),
    ),
    Known(
        "Synerise items",
        PRODUCTS,
        "synerise_csv",
        ("itemId",),
        (("title", "name", "price", "price.value", "availability", "link", "category"),),
    ),
    Known(
        "Synerise promotions",
        "cdp_pipelines.PromotionImport",
        "synerise_csv",
        ("code", "redeemType", "headerName", "name", "type"),
        other_forms=True,
    ),
    Known(
        "Synerise vouchers",
        "cdp_pipelines.VoucherImport",
        "synerise_csv",
        ("code",),
        (("clientId", "clientUuid", "assignedAt", "startAt", "expireIn", "redeemAt"),),
        hint="Write the name of their pool.",
        others={"pool": "vouchers"},
        other_forms=True,
    ),
    Known(
        "custom events",
        "cdp_pipelines.EventImport",
        "synerise_csv",
        ("action",),
        (("email", "clientId", "uuid", "customId"), ("recordedAt", "timestamp")),
        other_forms=True,
    ),
)
"""In the order in which they are tried."""


def known_make(columns: Collection[str]) -> Known | None:
    """Return the make of a file of these columns, if it is a known one."""
    return next((known for known in KNOWN if known.fits(columns)), None)
