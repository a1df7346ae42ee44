# ruff: noqa: E501 - the names of a file are read as one line
"""What is suggested imports the file: complete files of six languages, with nothing rejected."""

import json
from pathlib import Path

import pytest

from cdp_pipelines_tests.cli.conftest import Command
from cdp_pipelines_tests.suggestions.corpus import Case
from cdp_pipelines_tests.suggestions.making import Make, rows
from cdp_pipelines_tests.suggestions.measuring import write

MEANINGS = (
    *("orderId", "userId", "createdAt", "currency", "total", "subtotal", "tax", "shipping", "discount", "refund"),
    *("lineItem_id", "lineItem_productId", "lineItem_sku", "lineItem_name", "lineItem_quantity", "lineItem_status"),
    *(
        "lineItem_total",
        "lineItem_subtotal",
        "lineItem_tax",
        "lineItem_shipping",
        "lineItem_discount",
        "lineItem_refund",
    ),
)
NAMES = {
    "en": "Order no|Customer email|Order date|Currency|Total|Subtotal|Tax|Shipping cost|Discount|Refund|Line no|"
    "Product ID|SKU|Product name|Qty|Line status|Line total|Line subtotal|Line tax|Line shipping cost|Line discount|Line refund",
    "de": "Bestellnr.|Kunden-E-Mail|Bestelldatum|Währung|Gesamtbetrag|Zwischensumme|MwSt|Versandkosten|Rabatt|"
    "Erstattung|Positionsnr.|Artikelnr.|SKU|Artikelname|Menge|Positionsstatus|Position Summe|Position Netto|Position MwSt|"
    "Position Versandkosten|Position Rabatt|Position Erstattung",
    "fr": "N° commande|E-mail client|Date de commande|Devise|Total TTC|Sous-total|TVA|Frais de port|Remise|"
    "Remboursement|N° ligne|Code produit|SKU|Nom du produit|Quantité|Statut ligne|Total ligne|Ligne HT|TVA ligne|Frais de port ligne|"
    "Remise ligne|Remboursement ligne",
    "es": "Nº pedido|Correo electrónico|Fecha del pedido|Moneda|Importe total|Subtotal|IVA|Gastos de envío|Descuento|"
    "Reembolso|Nº línea|Código producto|SKU|Nombre del producto|Cantidad|Estado línea|Total línea|Subtotal línea|"
    "IVA línea|Gastos de envío línea|Descuento línea|Reembolso línea",
    "pt": "Nº do pedido|E-mail do cliente|Data do pedido|Moeda|Valor total|Subtotal|IVA|Custo de envio|Desconto|"
    "Reembolso|Nº linha|Código do produto|SKU|Nome do produto|Quantidade|Estado da linha|Total da linha|Subtotal da linha|"
    "IVA da linha|Custo de envio da linha|Desconto da linha|Reembolso da linha",
    "zh": "订单号|客户邮箱|下单时间|币种|订单总额|小计|税费|运费金额|折扣|退款金额|行号|商品编号|货号|商品名称|"
    "数量|行状态|行总额|行小计|行税费|行运费金额|行折扣|行退款金额",
}
WRITTEN = [
    ("en", Make("en", "$1,234.50", "us", currency="USD"), {"delimiter": "\t"}),
    ("en", Make("en", "1234.50", "iso-zone", first_only=True), {}),
    ("en", Make("en", "1234.50", "iso-zone"), {"form": "jsonl"}),
    ("de", Make("de", "1.234,50", "de"), {"delimiter": ";", "encoding": "cp1252"}),
    ("de", Make("de", "1.234,50 €", "de-day", first_only=True), {"delimiter": ";"}),
    ("de", Make("de", "1234.50", "iso-blank"), {"form": "xlsx"}),
    ("fr", Make("fr", "1 234,50", "slash"), {"delimiter": ";", "encoding": "utf-16"}),
    ("es", Make("es", "1234,50", "slash-day"), {"delimiter": ";", "encoding": "cp1252", "above": "Informe\n\n"}),
    ("pt", Make("pt", "R$ 1.234,50", "slash", currency="BRL"), {"delimiter": "|"}),
    ("zh", Make("zh", "1234.50元", "zh", currency="CNY"), {"encoding": "gb18030"}),
]


@pytest.mark.parametrize(
    ("language", "make", "keys"), WRITTEN, ids=lambda one: str(one) if isinstance(one, str) else ""
)
def test_a_complete_file_imports_as_suggested(
    language: str, make: Make, keys: dict[str, str], command: Command, store: object, tmp_path: Path
) -> None:
    columns = dict(zip(NAMES[language].split("|"), MEANINGS, strict=True))
    case = Case("orders", make, columns, **keys)
    assert command("suggest", write(case, tmp_path)) == 0, command.err
    (tmp_path / "orders.yaml").write_text(command.out)
    assert command("check", tmp_path / "orders.yaml") == 0, command.err
    code = command("run", tmp_path / "orders.yaml", "--dry-run", "--json")
    report = json.loads(command.out)
    assert (code, report["items"]["rejected"]) == (0, 0), report["issues"]
    assert report["items"]["added"] == make.orders
    assert report["rows"]["added"] == len(rows(columns, make))
    assert list(report["money"]) == [make.currency]


def test_products_import_as_suggested(command: Command, store: object, tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    line = '{{"sku":"A{0}","title":"Mug","price":"1{0},50 EUR","brand":"X","category":"Tea","url":"https://example.com/{0}"}}\n'
    path.write_text("".join(line.format(place) for place in range(5)))
    assert command("suggest", path) == 0
    (tmp_path / "feed.yaml").write_text(command.out)
    assert command("run", tmp_path / "feed.yaml", "--dry-run", "--json") == 0
    assert json.loads(command.out)["items"]["added"] == 5
