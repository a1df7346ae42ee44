"""What a valid product is: the only statement of the rules, in Pandera.

Values keep the types that JSON gives them, so the frame's columns are objects; of a product only `id` is required.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pandera.pandas as pandera
from pandera.pandas import Check
from pandera.pandas import Column as Rule

from cdp_pipelines.schemas.columns import LINE_COLUMNS, LONGEST, Column
from cdp_pipelines.schemas.currencies import ISO_4217
from cdp_pipelines.schemas.numbers import LARGEST

AVAILABILITIES = ("in_stock", "out_of_stock", "preorder", "backorder")

PRODUCT_COLUMNS = (
    Column("id", True, "string", "Product identifier, the key of line items' productId"),
    Column("itemGroupId", False, "string", "Group of a product's variants"),
    Column("name", False, "string", "Product name"),
    Column("description", False, "string", "Description"),
    Column("brand", False, "string", "Brand"),
    Column("category", False, "string", "Category, kept as given"),
    Column("categoriesList", False, "list", "Categories from general to specific"),
    Column("googleProductCategory", False, "string", "Id or path of Google's taxonomy"),
    Column("price", False, "number", "Price"),
    Column("salePrice", False, "number", "Reduced price"),
    Column("currency", False, "currency", "ISO 4217 code of the prices"),
    Column("adult", False, "boolean", "Whether the product is for adults only"),
    Column("size", False, "string", "Product size"),
    Column("sizeSystem", False, "string", "Country of the size system"),
    Column("gender", False, "string", "Gender that the product is meant for"),
    Column("availability", False, "string", "in_stock, out_of_stock, preorder or backorder"),
    Column("link", False, "string", "Address of the product's page"),
    Column("image", False, "string", "Address of the main picture"),
    Column("images", False, "list", "Addresses of further pictures"),
)

COMPLETING = tuple(
    sorted(
        (
            line
            for line in LINE_COLUMNS
            if not line.required
            and any((line.field, line.type) == (product.name, product.type) for product in PRODUCT_COLUMNS)
            and line.type != "boolean"  # `adult` is false where a line does not say (K-065), so it is never left out
        ),
        key=lambda line: (len(line.field), line.field),
    )
)
"""Columns of line items that a product knows, in the order in which documents have their fields (K-019, K-020)."""


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < LARGEST


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(part, str) for part in value)


_TYPES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "string": (_text, "NOT_A_TEXT"),
    "list": (_texts, "NOT_A_LIST"),
    "number": (_number, "INVALID_PRICE"),
    "boolean": (lambda value: isinstance(value, bool), "INVALID_BOOLEAN"),
    "currency": (lambda value: isinstance(value, str) and value in ISO_4217, "UNKNOWN_CURRENCY"),
}


def _each(holds: Callable[[Any], bool], code: str) -> Check:
    """Return a check of every value that is there."""
    return Check(lambda values: values.map(holds).astype(bool), error=code)


def product_schema(partial: bool = False) -> pandera.DataFrameSchema:
    """Return the rules of products, or of parts of them, whose currency may be known from before."""
    columns = {
        column.name: Rule(object, _each(*_TYPES[column.type]), nullable=not column.required)
        for column in PRODUCT_COLUMNS
    }
    columns["id"].checks.append(
        _each(lambda value: not isinstance(value, str) or len(value) <= LONGEST, "VALUE_TOO_LONG")
    )
    columns["availability"].checks.append(
        _each(lambda value: not isinstance(value, str) or value in AVAILABILITIES, "UNKNOWN_AVAILABILITY")
    )
    derived = {name: _derived(code) for name, code in _DERIVED.items() if not (partial and code == "MISSING_CURRENCY")}
    return pandera.DataFrameSchema(columns | derived)


def _derived(code: str) -> Rule:
    return Rule(bool, Check.eq(False, error=code))


_DERIVED = {"currency:missing": "MISSING_CURRENCY", "salePrice:above": "SALE_ABOVE_PRICE"}
"""Columns that relate two fields; what stands before the colon is to blame."""


def product_frame(products: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return products as the frame that the schema judges; what a product does not state is None."""
    frame = pd.DataFrame({c.name: pd.Series([p.get(c.name) for p in products], dtype=object) for c in PRODUCT_COLUMNS})
    priced = [_number(p.get("price")) or _number(p.get("salePrice")) for p in products]
    frame["currency:missing"] = [p and one is None for p, one in zip(priced, frame["currency"], strict=True)]
    frame["salePrice:above"] = [
        _number(price) and _number(sale) and sale > price
        for price, sale in zip(frame["price"], frame["salePrice"], strict=True)
    ]
    return frame
