"""Which meanings of a name stand for which column: a table per kind of import, and the weight of each entry.

An entry reads `NEEDED MEANINGS weight @level (ALLOWED ONES)`; the last two may be left out. A name with a meaning that
is neither needed nor allowed is not the column: `Email consent` has CONSENT in it, `MwSt-Satz` has RATE.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from cdp_pipelines.schemas.columns import LINE
from cdp_pipelines.suggestions.headers import Reading

_ENTRY = re.compile(r"([A-Z ]+?) (\d?\.?\d+)(?: @(order|line))?(?: \(([A-Z ]+)\))?")


@dataclass(frozen=True)
class Rule:
    """One combination of meanings that stands for a column.

    Attributes:
        needed: All of these.
        allowed: And any of these.
        weight: How surely, up to 1.
        level: The level that the values have to show, as `grouping` finds it; any if it is empty.
    """

    needed: frozenset[str]
    allowed: frozenset[str]
    weight: float
    level: str = ""


_MONEY = {
    "total": "TOTAL 1 (AMOUNT GROSS PRICE PAYMENT), GROSS .9 (AMOUNT), AMOUNT .72 @order, ORDER AMOUNT .9, "
    "INVOICE AMOUNT .85 (TOTAL), INVOICE TOTAL .9 (AMOUNT)",
    "subtotal": "NET 1 (AMOUNT TOTAL PRICE)",
    "tax": "TAX 1 (AMOUNT TOTAL COST)",
    "shipping": "SHIPPING COST 1 (AMOUNT TOTAL), SHIPPING AMOUNT 1 (TOTAL), SHIPPING PRICE 1 (TOTAL), "
    "SHIPPING .87 (TOTAL)",
    "discount": "DISCOUNT 1 (AMOUNT TOTAL PRICE)",
    "refund": "REFUND 1 (AMOUNT TOTAL)",
}
"""Amounts, which orders and lines have alike."""

ORDERS: dict[str, str] = {
    "orderId": "ORDER NO 1, ORDER REF .95, ORDER .8, ORDER NAME .75, ORDER INVOICE .8 (NO), INVOICE NO .75, "
    "NO .5, NAME .5",
    "userIdType": "CUSTOMER NO METHOD .95",
    "userId": "EMAIL 1 (CUSTOMER ORDER ADDRESS), EMAIL HASH .95 (CUSTOMER), EMAIL BILLING .85 (ADDRESS), "
    "CUSTOMER NO .9, CUSTOMER .72, CUSTOMER HASH .8, HASH .6, CUSTOMER PHONE .6, PHONE .5",
    "currency": "CURRENCY 1 (ORDER NO TOTAL PAYMENT NAME INVOICE)",
    "paymentMethod": "PAYMENT METHOD 1 (ORDER NAME), PAYMENT .8",
    "shippingMethod": "SHIPPING METHOD 1 (ORDER NAME), SHIPPING NAME .8, SHIPPING .75",
    "shippingCountry": "SHIPPING COUNTRY 1 (ADDRESS NO NAME CUSTOMER), COUNTRY .8 (NO NAME), CUSTOMER COUNTRY .6",
    "source": "CHANNEL 1 (ORDER NAME)",
    "promotions": "VOUCHER 1 (NO ORDER NAME), VOUCHER DISCOUNT .9 (NO), DISCOUNT NO .9 (ORDER)",
    "createdAt": "ORDER DATE 1 (CREATED), CREATED 1 (DATE), ORDER CREATED 1 (DATE), DATE .88, INVOICE DATE .6",
    "lastUpdated": "UPDATED 1 (DATE ORDER)",
    "lineItem_id": "LINE NO 1 (ORDER), LINE .85 (ORDER), ORDER PRODUCT NO .85, LINE PRODUCT .6",
    "lineItem_productId": "PRODUCT NO 1 (LINE)",
    "lineItem_itemGroupId": "PRODUCT GROUP NO 1 (LINE), GROUP NO .85, GROUP SKU .9 (PRODUCT)",
    "lineItem_name": "PRODUCT NAME 1 (LINE), LINE NAME 1, PRODUCT .85, PRODUCT DESCRIPTION .8 (LINE), NAME .6",
    "lineItem_sku": "SKU 1 (PRODUCT LINE NO VARIANT), VARIANT NO .85 (PRODUCT), PRODUCT REF .9 (LINE), REF .72",
    "lineItem_brand": "BRAND 1 (PRODUCT NAME LINE)",
    "lineItem_category": "CATEGORY 1 (PRODUCT NAME LINE), PRODUCT GROUP .7, PRODUCT METHOD .72",
    "lineItem_categoriesList": "CATEGORY 1 (PRODUCT LINE)",
    "lineItem_currency": "CURRENCY LINE 1 (NO PRODUCT), CURRENCY PRODUCT 1 (NO PRICE)",
    "lineItem_quantity": "QUANTITY 1 (PRODUCT LINE ORDER CREATED)",
    "lineItem_promotions": "LINE VOUCHER 1 (NO), PRODUCT VOUCHER .8 (NO)",
    "lineItem_adult": "ADULT 1 (PRODUCT LINE)",
    "lineItem_subscriptionDuration": "DURATION 1 (LINE PRODUCT)",
    "lineItem_size": "SIZE 1 (PRODUCT LINE)",
    "lineItem_sizeSystem": "SIZE SYSTEM 1 (PRODUCT LINE), SIZE COUNTRY .8 (PRODUCT LINE)",
    "lineItem_status": "STATUS 1 (ORDER LINE PRODUCT), PAYMENT STATUS .75 (ORDER), SHIPPING STATUS .6 (ORDER)",
}
"""Columns of orders but for their amounts."""

PRODUCTS: dict[str, str] = {
    "id": "PRODUCT NO 1, NO .85, SKU .72 (PRODUCT)",
    "itemGroupId": "PRODUCT GROUP NO 1, GROUP NO 1, GROUP SKU .9 (PRODUCT)",
    "name": "PRODUCT NAME 1, NAME .95, PRODUCT .72",
    "description": "DESCRIPTION 1 (PRODUCT)",
    "brand": "BRAND 1 (PRODUCT NAME)",
    "category": "CATEGORY 1 (PRODUCT NAME), PRODUCT METHOD .85",
    "googleProductCategory": "GOOGLE CATEGORY 1 (PRODUCT)",
    "price": "PRICE 1 (PRODUCT AMOUNT GROSS)",
    "salePrice": "SALE PRICE 1 (PRODUCT), SALE .72",
    "currency": "CURRENCY 1 (PRODUCT NO PRICE)",
    "adult": "ADULT 1 (PRODUCT)",
    "size": "SIZE 1 (PRODUCT)",
    "sizeSystem": "SIZE SYSTEM 1 (PRODUCT)",
    "gender": "GENDER 1 (PRODUCT)",
    "availability": "STOCK 1 (PRODUCT)",
    "link": "LINK 1 (PRODUCT)",
    "image": "IMAGE 1 (PRODUCT LINK)",
}
"""Fields of products."""


@lru_cache(1)
def order_rules() -> dict[str, tuple[Rule, ...]]:
    """Return the rules of all columns of orders."""
    found = {target: tuple(_entries(text)) for target, text in ORDERS.items()}
    for name, text in _MONEY.items():
        plain = tuple(_entries(text))
        found[name] = tuple(_with(rule, (), ("ORDER",)) for rule in plain)
        lines = [_with(rule, (one,), ("LINE", "PRODUCT", "ORDER")) for rule in plain for one in ("LINE", "PRODUCT")]
        found[LINE + name] = (*lines, *(replace(one, level="line") for one in plain))
    return found


@lru_cache(1)
def product_rules() -> dict[str, tuple[Rule, ...]]:
    """Return the rules of all fields of products."""
    return {target: tuple(_entries(text)) for target, text in PRODUCTS.items()}


def _entries(text: str) -> Iterator[Rule]:
    for match in _ENTRY.finditer(text):
        needed, weight, level, allowed = match.groups()
        yield Rule(frozenset(needed.split()), frozenset((allowed or "").split()), float(weight), level or "")


def _with(rule: Rule, needed: tuple[str, ...], allowed: tuple[str, ...]) -> Rule:
    # `Line amount` says more than `amount` alone.
    weight = max(rule.weight, 0.9) if needed else rule.weight
    level = "" if needed else rule.level
    return Rule(rule.needed | set(needed), (rule.allowed | set(allowed)) - set(needed), weight, level)


def weight_of(rules: tuple[Rule, ...], reading: Reading, level: str) -> float:
    """Return how surely a reading of a name stands for a column; each word that is unknown takes two fifths of it."""
    fitting = (
        rule.weight
        for rule in rules
        if rule.needed <= reading.meanings <= rule.needed | rule.allowed and rule.level in ("", level)
    )
    return max(fitting, default=0.0) * 0.6**reading.unknown
