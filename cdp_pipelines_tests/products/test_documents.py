"""Google's fields to products, and documents that are equal when products are."""

import pytest

from cdp_pipelines.products.documents import document, fingerprint, from_google, from_json


@pytest.mark.rows("K-107")
def test_every_field_of_google_has_its_place():
    texts = {
        "id": "m1", "item_group_id": "m", "title": "Mug", "brand": "Cups", "product_type": "Home > Kitchen > Mugs",
        "google_product_category": "2169", "price": "10.00 EUR", "sale_price": "9.50 EUR", "adult": "no", "size": "L",
        "size_system": "DE", "gender": "unisex", "availability": "in stock", "link": "https://example.com/m1",
        "image_link": "https://example.com/m1.png", "additional_image_link": "https://example.com/2.png",
    }  # fmt: skip
    assert from_google({name: [text] for name, text in texts.items()}) == {
        "id": "m1", "itemGroupId": "m", "name": "Mug", "brand": "Cups", "category": "Home > Kitchen > Mugs",
        "categoriesList": ["Home", "Kitchen", "Mugs"], "googleProductCategory": "2169", "price": 10, "salePrice": 9.5,
        "currency": "EUR", "adult": False, "size": "L", "sizeSystem": "DE", "gender": "unisex",
        "availability": "in_stock", "link": "https://example.com/m1", "image": "https://example.com/m1.png",
        "images": ["https://example.com/2.png"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10.00 EUR", {"price": 10, "currency": "EUR"}),
        ("10.5eur", {"price": 10.5, "currency": "EUR"}),
        ("EUR 10", {"price": 10, "currency": "EUR"}),
        ("7.25", {"price": 7.25}),
        ("$1,234", {"price": "$1,234"}),
        ("-1 EUR", {"price": "-1 EUR"}),
    ],
)
def test_prices(text, found):
    assert from_google({"price": [text]}) == found


@pytest.mark.parametrize(
    ("price", "sale", "found"),
    [
        ("10 EUR", "8.5", {"price": 10, "salePrice": 8.5, "currency": "EUR"}),
        ("10", "8 EUR", {"price": 10, "salePrice": 8, "currency": "EUR"}),
        ("10 EUR", "8 USD", {"price": 10, "salePrice": "8 USD", "currency": "EUR"}),
        (None, "8 USD", {"salePrice": 8, "currency": "USD"}),
    ],
)
def test_a_product_has_one_currency(price, sale, found):
    assert from_google({"sale_price": [sale]} | ({"price": [price]} if price else {})) == found


def test_only_the_first_product_type_counts():
    assert from_google({"product_type": ["A > B", "C"]}) == {"category": "A > B", "categoriesList": ["A", "B"]}


@pytest.mark.rows("K-005")
def test_ids_of_json_lines_stay_as_they_are():
    assert [from_json({"id": one}).get("id") for one in ("00123", 123, True, 1.5, None, "", " ", " a")] == [
        "00123", "123", True, 1.5, None, None, None, " a"
    ]  # fmt: skip


def test_the_order_of_fields_is_no_content():
    one, other = {"id": "1", "a": 1, "b": {"y": 1, "x": 2}}, {"b": {"x": 2, "y": 1}, "a": 1, "id": "2"}
    assert document(one) == document(other)
    assert fingerprint(document(one)) != fingerprint(document(one | {"a": 2}))
