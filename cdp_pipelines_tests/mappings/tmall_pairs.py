"""Pairs of Tmall's reports to make stories and properties of, with the quirks of real exports; all data is made up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Cells = dict[str, str]

ORDERS_2017 = [
    *("订单编号", "买家会员名", "买家支付宝账号", "买家应付货款", "买家应付邮费", "买家支付积分", "总金额", "返点积分"),
    *("买家实际支付金额", "买家实际支付积分", "订单状态", "买家留言", "收货人姓名", "收货地址", "运送方式", "联系电话"),
    *("联系手机", "订单创建时间", "订单付款时间", "宝贝标题", "宝贝种类", "物流单号", "物流公司", "订单备注"),
    *("宝贝总数量", "店铺Id", "店铺名称", "订单关闭原因", "卖家服务费", "买家服务费", "发票抬头", "是否手机订单"),
    *("分阶段订单信息", "特权订金订单id", "是否上传合同照片", "是否上传小票", "是否代付", "定金排名", "修改后的sku"),
    *("修改后的收货地址", "异常信息", "天猫卡券抵扣", "集分宝抵扣", "是否是O2O交易", "退款金额", "预约门店"),
]
ORDERS = {
    2009: ORDERS_2017[:24],
    2016: ORDERS_2017[:41],
    2017: ORDERS_2017,
    2019: [*ORDERS_2017, *(f"新零售{n}" for n in range(5)), "确认收货时间", "打款商家金额", "红包"],
    2020: [
        *(*ORDERS_2017[:3], "支付单号", "支付详情", *ORDERS_2017[3:]),
        *("是否信用购", "体验期结束时间", "前N有礼", "配送类型", "主订单编号"),
    ],
}
"""Headers of order reports by year."""
_DETAIL = ["标题", "价格", "购买数量", "外部系统编号", "商品属性", "套餐信息", "备注", "订单状态", "商家编码"]
_SINCE_2020 = ["支付单号", "买家应付货款", "买家实际支付金额", "退款状态", "退款金额", "订单创建时间", "订单付款时间"]
DETAILS = {10: ["订单编号", *_DETAIL], 18: ["子订单编号", "主订单编号", *_DETAIL, *_SINCE_2020]}
"""Headers of product reports by their number of columns."""
_ENDS_IN_A_SPACE = {"收货地址", "联系电话", "订单付款时间", "宝贝标题", "宝贝种类", "物流单号"}
_IDS = {"订单编号", "主订单编号", "子订单编号", "特权订金订单id"}

SUCCESSFUL = "交易成功"
PAID = "买家已付款，等待卖家发货"
SHIPPED = "卖家已发货，等待买家确认"
UNPAID = "等待买家付款"


def order(order_id: str, **cells: str) -> Cells:
    """An order's row: 20.00 due and 5.00 postage, unless stated."""
    return {
        "订单编号": order_id, "买家会员名": "buyer", "买家应付货款": "20.00", "买家应付邮费": "5.00", "总金额": "25.00",
        "买家实际支付金额": "25.00", "订单状态": SUCCESSFUL, "收货人姓名": "测试", "收货地址": "示例路1号,\n二楼",
        "运送方式": "快递", "联系手机": "'13800138000", "订单创建时间": "2017-01-05 10:20:30",
        "订单付款时间": "2017-01-05 10:21:00", "店铺Id": "0", "店铺名称": "示例店", "卖家服务费": "0元",
    } | cells  # fmt: skip


def detail(order_id: str, **cells: str) -> Cells:
    """A line item's row: one mug of 20.00, unless stated."""
    return {
        "订单编号": order_id, "主订单编号": order_id, "标题": "杯子", "价格": "20.00", "购买数量": "1",
        "外部系统编号": "mug", "商品属性": "颜色:蓝", "订单状态": SUCCESSFUL, "商家编码": "mug-blue",
    } | cells  # fmt: skip


def report(
    rows: Iterable[Mapping[str, str]], columns: Sequence[str], trailing: bool = False, plain_ids: bool = False
) -> str:
    """A report as Tmall writes it: six names end in a space, ids stand in `="..."`, all else in quotes."""
    header = ",".join(f'"{name} "' if name in _ENDS_IN_A_SPACE else f'"{name}"' for name in columns)
    lines = [",".join(_cell(name, row.get(name, ""), plain_ids) for name in columns) for row in rows]
    return "".join(f"{line}\r\n" for line in (header, *(line + "," * trailing for line in lines)))


def _cell(name: str, value: str, plain_ids: bool) -> str:
    if name in _IDS and not plain_ids:
        return f'="{value}"'
    doubled = value.replace('"', '""')
    return f'"{doubled}"'


@dataclass(frozen=True)
class Pair:
    """Two reports of one export."""

    orders: Sequence[Cells]
    details: Sequence[Cells]
    year: int = 2017
    width: int = 10
    encoding: str = "gbk"
    time: str = "201701051020"

    def write(self, folder: Path) -> list[Path]:
        """Write both; product reports have a comma behind each row."""
        orders = report(self.orders, ORDERS[self.year])
        details = report(self.details, DETAILS[self.width], trailing=True)
        paths = [folder / f"ExportOrderList{self.time}.csv", folder / f"ExportOrderDetailList{self.time}.csv"]
        for path, text in zip(paths, (orders, details), strict=True):
            path.write_bytes(text.encode(self.encoding))
        return paths
