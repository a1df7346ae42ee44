"""Entries of feeds to products with the names of the event's line fields, and products to documents."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from cdp_pipelines.schemas.products import PRODUCT_COLUMNS

_PRICE = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]{3})|([A-Za-z]{3})\s*(\d+(?:\.\d+)?)", re.ASCII)
_PLAIN = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_BOOLEANS = {"yes": True, "true": True, "no": False, "false": False}

Texts = dict[str, list[str]]

_COPIED = {
    "id": "id",
    "item_group_id": "itemGroupId",
    "title": "name",
    "description": "description",
    "brand": "brand",
    "google_product_category": "googleProductCategory",
    "size": "size",
    "size_system": "sizeSystem",
    "gender": "gender",
    "link": "link",
    "image_link": "image",
}
"""Fields of Google's that keep their text (formats: Product feed)."""


def from_google(texts: Texts) -> dict[str, Any]:
    """Return a product from a Google entry's texts; what cannot be converted stays text, for the schema to judge."""
    product: dict[str, Any] = {name: texts[field][0] for field, name in _COPIED.items() if field in texts}
    for field, add in _CONVERTED.items():
        if field in texts:
            product |= add(texts[field])
    return product | _prices(texts)


def _category(texts: list[str]) -> dict[str, Any]:
    return {"category": texts[0], "categoriesList": [part.strip() for part in texts[0].split(" > ")]}


def _prices(texts: Texts, currency_given: str | None = None) -> dict[str, Any]:
    """Return both prices and their currency, of which a product has one: a price in another stays text."""
    found: dict[str, Any] = {} if currency_given is None else {"currency": currency_given}
    for field, name in (("price", "price"), ("sale_price", "salePrice")):
        if field in texts:
            amount, currency = _amount(texts[field][0])
            is_other = currency != found.get("currency", currency) and currency is not None
            found[name] = texts[field][0] if is_other else amount
            found |= {} if is_other or currency is None else {"currency": currency}
    return found


def _availability(text: str) -> str:
    return re.sub(r"[\s_]+", "_", text.lower())


def _amount(text: str) -> tuple[int | float | str, str | None]:
    """Return amount and currency of a price; what is none stays text."""
    if match := _PRICE.fullmatch(text):
        return _number(match[1] or match[4]), (match[2] or match[3]).upper()
    return (_number(text) if _PLAIN.fullmatch(text) else text), None


def _number(digits: str) -> int | float:
    """Return an amount in its shortest form: 10.00 and 10 are one price."""
    value = float(digits)
    return int(value) if value.is_integer() else value


_CONVERTED: dict[str, Callable[[list[str]], dict[str, Any]]] = {
    "product_type": _category,
    "adult": lambda texts: {"adult": _BOOLEANS.get(texts[0].lower(), texts[0])},
    "availability": lambda texts: {"availability": _availability(texts[0])},
    "additional_image_link": lambda texts: {"images": texts},
}


_LISTS, _TRUTHS = (
    frozenset(column.name for column in PRODUCT_COLUMNS if column.type == kind) for kind in ("list", "boolean")
)

SYNERISE = {
    "itemId": "id",
    "title": "name",
    "producer": "brand",
    "productType": "category",
    "price.value": "price",
    "price.currency": "currency",
    "salePrice.value": "salePrice",
    "imageLink": "image",
    "additionalImageLinks": "images",
    "url": "link",
}
"""Attributes of Synerise's catalogues that products have by another name; all others keep theirs."""


def from_cells(values: dict[str, Any]) -> dict[str, Any]:
    """Return a product from the cells of a row, whose columns are named like our fields; lists are separated by `;`.

    What cannot be converted stays text, for the schema to judge, and what is no text any more stays as it is.
    """
    product = values | {name: _converted(name, cell) for name, cell in values.items() if isinstance(cell, str)}
    written = {theirs: [product[ours]] for ours, theirs in _PRICES.items() if isinstance(product.get(ours), str)}
    return from_json(product | _prices(written, product.get("currency")))


_PRICES = {"price": "price", "salePrice": "sale_price"}


def _converted(name: str, cell: str) -> Any:
    if name in _LISTS:
        return [part.strip() for part in cell.split(";") if part.strip()]
    if name in _TRUTHS:
        return _BOOLEANS.get(cell.lower(), cell)
    return _availability(cell) if name == "availability" else cell


def from_synerise(values: dict[str, Any]) -> dict[str, Any]:
    """Return a product from a row of a Synerise catalogue; where it has both names of a field, ours counts."""
    named = {
        SYNERISE[name] if name in SYNERISE and SYNERISE[name] not in values else name: cell
        for name, cell in values.items()
    }
    product = from_cells(named)
    category = product.get("category")
    return (_category([category]) if isinstance(category, str) else {}) | product


def from_json(values: dict[str, Any]) -> dict[str, Any]:
    """Return a product from a line's object: null says nothing, and an id that is a whole number is its digits.

    A blank id is none.
    """
    product = {name: value for name, value in values.items() if value is not None}
    product_id = product.get("id")
    if isinstance(product_id, int) and not isinstance(product_id, bool):
        product["id"] = str(product_id)
    if isinstance(product_id, str) and not product_id.strip():
        del product["id"]
    return product


def document(product: dict[str, Any]) -> str:
    """Return a product's fields as JSON, in one order, without its id."""
    fields = {name: value for name, value in product.items() if name != "id"}
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint(text: str) -> str:
    """Return the UUID of a document's content."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
