"""How many mappings are right, over headers of six languages; the figures stand in docs/quality.md."""

import random
import re
from pathlib import Path

import pytest

from cdp_pipelines.imports.check import check
from cdp_pipelines.suggestions import suggest
from cdp_pipelines_tests.suggestions.corpus import CASES, HELD_OUT, Case
from cdp_pipelines_tests.suggestions.making import rows
from cdp_pipelines_tests.suggestions.measuring import attributes, measure, write

PAGE = Path(__file__).parents[2] / "docs" / "quality.md"
OTHER_WORDS = {
    "orderId": "Order code|Order Nr|Purchase number|Bestell-Nr.|Auftragsnr|Bestellkennung|Numéro de la commande|Cde n°|"
    "Núm. de pedido|Código del pedido|Nº da encomenda|Código do pedido|订单ID|订单编码",
    "userId": "E-Mail Address|Buyer mail|Kunde E-Mail|Mail-Adresse|Adresse mail|Courriel du client|Correo del cliente|"
    "Email del comprador|Email do cliente|Correio eletrônico|买家邮箱|会员邮箱",
    "createdAt": "Order time|Placed at|Auftrag erstellt am|Datum|Date d'achat|Commande créée le|Fecha de compra|"
    "Pedido creado|Data da compra|Data do pedido|下单日期|订单创建时间",
    "total": "Total amount|Order sum|Gesamtsumme|Endbetrag|Montant total TTC|Total commande|Importe total|"
    "Total da encomenda|Montante total|订单总金额|合计",
    "shipping": "Delivery charges|Shipping fee|Lieferkosten|Versandgebühren|Frais de livraison|Coût d'expédition|"
    "Coste de envío|Gastos de entrega|Custo do frete|Custos de envio|配送费|快递费用",
    "currency": "Currency code|Devise|Währung|Divisa|Moneda|Moeda|币种|货币代码",
    "lineItem_productId": "Product no.|Article ID|Artikel-ID|Produktnummer|Code article|N° produit|Código de artículo|"
    "ID del producto|Código do artigo|Nº produto|商品ID|产品编码",
    "lineItem_name": "Item name|Article title|Produktname|Artikel|Nom d'article|Produit|Nombre del artículo|Producto|"
    "Nome do produto|Artigo|商品名称|产品标题",
    "lineItem_quantity": "Qty|Units|Stück|Anzahl|Quantité|Qté|Cantidad|Cant.|Quantidade|Qtde|件数|商品数量",
}
"""Names for the same columns in words that stand in no case of the corpus together."""


def test_written_mappings_are_right_and_most_are_written(tmp_path: Path) -> None:
    found = measure(((case, case.columns) for case in CASES), tmp_path)
    assert found.precision >= 0.98, found
    assert found.recall >= 0.95, found


def test_files_that_nobody_has_seen(tmp_path: Path) -> None:
    found = measure(((case, case.columns) for case in HELD_OUT), tmp_path)
    assert found.precision >= 0.97, found
    assert found.recall >= 0.75, found


def test_other_words_in_another_order(tmp_path: Path) -> None:
    chance = random.Random(11)  # noqa: S311 - made-up files
    drawn = [(case, _varied(case, chance)) for case in CASES for _ in range(2)]
    found = measure(drawn, tmp_path)
    assert found.precision >= 0.98, found
    assert found.recall >= 0.85, found


def _varied(case: Case, chance: random.Random) -> dict[str, str]:
    """Columns of a case in another order, some under another name of any language."""
    columns: dict[str, str] = {}
    for name, meaning in chance.sample(list(case.columns.items()), len(case.columns)):
        names = OTHER_WORDS.get(meaning, "").split("|")
        other = chance.choice(names) if names != [""] and not case.encoding.startswith(("cp", "latin", "gb")) else name
        columns[other if other not in columns and other not in case.columns else name] = meaning
    return columns


@pytest.mark.parametrize("case", [*CASES, *HELD_OUT], ids=lambda case: case.name)
def test_what_is_suggested_is_in_order_and_shows_no_value(case: Case, tmp_path: Path) -> None:
    path = write(case, tmp_path)
    text = suggest(str(path))
    assert text == suggest(str(path))
    target = tmp_path / "suggested.yaml"
    target.write_text(text)
    assert [str(problem) for problem in check(target)] == []
    secret = [place for place, meaning in enumerate(case.columns.values()) if _is_secret(meaning)]
    below = {row[place] for row in rows(case.columns, case.make) for place in secret if len(row[place]) > 3}
    comments_and_steps = text.replace(str(tmp_path), "")
    assert [value for value in below if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", comments_and_steps)] == []


def _is_secret(meaning: str) -> bool:
    return meaning.startswith(
        ("orderId", "userId", "~person", "~phone", "~zip", "lineItem_name", "lineItem_sku", "total")
    )


@pytest.mark.parametrize("case", [case for case in CASES if case.form == "csv"], ids=lambda case: case.name)
def test_the_format_is_found(case: Case, tmp_path: Path) -> None:
    found = attributes(suggest(str(write(case, tmp_path))))["format"]
    assert found.get("delimiter", ",") == ("tab" if case.delimiter == "\t" else case.delimiter)
    assert found.get("header_line", 1) == (4 if case.above else 1)
    alike = {"latin-1": ("cp1252",), "gbk": ("gb18030",), "utf-8-sig": ("utf-8",)}.get(case.encoding, (case.encoding,))
    assert found.get("encoding", "utf-8") in alike or _is_ascii(case)


def _is_ascii(case: Case) -> bool:
    cells = [cell for row in rows(case.columns, case.make) for cell in row]
    return all(text.isascii() for text in [*case.columns, *cells])


def test_the_page_states_the_figures() -> None:
    text = PAGE.read_text()
    assert f"{len(CASES)} files" in text
    assert f"{len(HELD_OUT)} files" in text
