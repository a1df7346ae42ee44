"""The sample shop's product feed: Google product data as RSS 2.0."""

from xml.etree import ElementTree

from cdp_pipelines.demo.rows import amount
from cdp_pipelines.demo.shop import PRODUCTS, TAX_PERCENT, Product

NAME = "products.xml"
_NAMESPACE = "http://base.google.com/ns/1.0"


def feed() -> bytes:
    """Return the feed, the same bytes each time."""
    ElementTree.register_namespace("g", _NAMESPACE)
    root = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(root, "channel")
    ElementTree.SubElement(channel, "title").text = "A sample shop"
    for product in PRODUCTS:
        item = ElementTree.SubElement(channel, "item")
        for name, value in _fields(product).items():
            ElementTree.SubElement(item, f"{{{_NAMESPACE}}}{name}").text = value
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _fields(product: Product) -> dict[str, str]:
    return {
        "id": product.id,
        "item_group_id": product.categories[0].lower(),
        "title": product.name,
        "brand": product.brand,
        "product_type": " > ".join(product.categories),
        "price": f"{amount(product.price * (100 + TAX_PERCENT) // 100)} EUR",
        "adult": "yes" if product.adult else "no",
        "availability": "in_stock",
        "link": f"https://shop.example.com/{product.id}",
        "image_link": f"https://shop.example.com/{product.id}.jpg",
    }
