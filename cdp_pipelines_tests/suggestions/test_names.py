"""Each column of orders and of products has names in all six languages."""

import pytest

from cdp_pipelines.schemas.columns import COLUMNS
from cdp_pipelines.schemas.products import PRODUCT_COLUMNS
from cdp_pipelines.suggestions.candidates import MEDIUM
from cdp_pipelines.suggestions.headers import read_name
from cdp_pipelines.suggestions.rules import order_rules, product_rules, weight_of

ORDERS = {
    "paymentMethod": "Payment method|Zahlungsart|Mode de paiement|Forma de pago|Forma de pagamento|支付方式",
    "shippingMethod": "Shipping method|Versandart|Mode de livraison|Método de envío|Forma de envio|配送方式",
    "shippingCountry": "Shipping country|Lieferland|Pays de livraison|País de envío|País de entrega|配送国家",
    "source": "Sales channel|Vertriebskanal|Canal de vente|Canal de venta|Canal de venda|订单来源",
    "promotions": "Coupon code|Gutscheincode|Code promo|Cupón|Cupom|优惠券",
    "lastUpdated": "Last updated|Geändert am|Date de modification|Fecha de actualización|Atualizado em|更新时间",
    "lineItem_itemGroupId": "Item group id|Artikelgruppen-ID|Groupe produit id|ID grupo de producto|"
    "ID grupo do produto|商品组编号",
    "lineItem_brand": "Brand|Marke|Marque|Marca|Fabricante|品牌",
    "lineItem_category": "Category|Warengruppe|Catégorie|Categoría|Categoria|类目",
    "lineItem_categoriesList": "Categories|Kategorien|Catégories|Categorías|Categorias|商品类别",
    "lineItem_currency": "Line currency|Positionswährung|Devise ligne|Moneda línea|Moeda da linha|行币种",
    "lineItem_promotions": "Line coupon|Position Gutschein|Coupon ligne|Cupón línea|Cupom da linha|明细优惠券",
    "lineItem_adult": "Adult|Erwachsene|Adulte|Adulto|Artigo adulto|成人",
    "lineItem_subscriptionDuration": "Subscription duration|Abolaufzeit|Durée abonnement|Duración suscripción|"
    "Duração assinatura|订阅时长",
    "lineItem_size": "Size|Größe|Taille|Talla|Tamanho|尺码",
    "lineItem_sizeSystem": "Size system|Größensystem|Système de taille|Sistema de tallas|Sistema de tamanho|尺码体系",
    "lineItem_status": "Line status|Positionsstatus|Statut ligne|Estado línea|Estado da linha|订单状态",
    "lineItem_refund": "Line refund|Position Erstattung|Remboursement ligne|Reembolso línea|Reembolso da linha|行退款",
}
PRODUCTS = {
    "id": "Product ID|Artikelnummer|Code produit|Código de producto|Código do produto|商品编号",
    "itemGroupId": "Item group ID|Gruppen-ID|Groupe id|ID del grupo|ID do grupo|商品组编号",
    "name": "Title|Produktname|Nom du produit|Título|Nome do produto|商品名称",
    "description": "Description|Beschreibung|Descriptif|Descripción|Descrição|描述",
    "price": "Price|Preis|Prix|Precio|Preço|价格",
    "salePrice": "Sale price|Aktionspreis|Prix promotionnel|Precio rebajado|Preço promocional|特价",
    "availability": "Availability|Verfügbarkeit|Disponibilité|Disponibilidad|Disponibilidade|库存状态",
    "link": "Product URL|Produktlink|Lien|Enlace|Ligação|商品链接",
    "image": "Image|Bild|Image produit|Imagen|Imagem|商品图片",
    "gender": "Gender|Geschlecht|Genre|Género|Sexo|性别",
}


@pytest.mark.parametrize(
    ("rules", "target", "names"),
    [*((order_rules, *one) for one in ORDERS.items()), *((product_rules, *one) for one in PRODUCTS.items())],
)
def test_a_column_has_names_in_six_languages(rules, target, names):
    assert names.count("|") == 5
    weights = {
        name: max(weight_of(rules()[target], reading, "unknown") for reading in read_name(name).readings)
        for name in names.split("|")
    }
    assert {name: weight for name, weight in weights.items() if weight < MEDIUM} == {}


def test_each_column_has_rules():
    assert {column.name for column in COLUMNS} == order_rules().keys()
    # more than one picture stands in a list, which no other name was seen for
    assert {column.name for column in PRODUCT_COLUMNS} - product_rules().keys() == {"categoriesList", "images"}
