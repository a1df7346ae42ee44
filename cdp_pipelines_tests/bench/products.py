"""The products that the sample orders are made of."""

from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from cdp_pipelines_tests.bench.draws import Draws

PRODUCTS = 20_000
BRANDS = ["Contoso", "Vila & Filhos", "Åkerö", "Adatum", "Pico", ""]
COLOURS = ["blue", "red", "green", "off-white", "black"]
SIZES = [("S", "EU"), ("M", "EU"), ("42", "EU"), ("8.5", "US"), ("", ""), ("", ""), ("", ""), ("", "")]
KINDS = [
    ("Linen shirt", ("Men", "Shirts")),
    ("Rain jacket", ("Women", "Jackets")),
    ("Running shoe", ("Shoes", "Sports")),
    ('Garden hose 1/2"', ("Home", "Garden")),
    ("Mug", ("Kitchen", "Mugs")),
    ("Tea, loose leaf", ("Food", "Tea")),
    ("Coffee beans", ("Food", "Coffee")),
    ("Wall lamp", ("Home", "Lighting")),
]


class Catalogue(NamedTuple):
    """One entry per product: price in cents and two runs of neighbouring CSV cells, ready to be joined."""

    price: np.ndarray
    naming: pa.Array
    """lineItem_productId to lineItem_categoriesList."""
    variant: pa.Array
    """lineItem_adult to lineItem_sizeSystem."""


def quoted(text: str) -> str:
    """Return a CSV cell, in quotes only where it must be."""
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n') else text


@cache
def catalogue(seed: int) -> Catalogue:
    """Return the shop's products."""
    draws, numbers = Draws(seed), np.arange(PRODUCTS)
    kinds, brands, colours, sizes = (
        draws.below(len(values), name, numbers).tolist()
        for name, values in {"kind": KINDS, "brand": BRANDS, "colour": COLOURS, "size": SIZES}.items()
    )
    naming, variant = [], []
    for number in range(PRODUCTS):
        kind, categories = KINDS[kinds[number]]
        group, colour, (size, system) = f"G{number // 4:05}", COLOURS[colours[number]], SIZES[sizes[number]]
        name = quoted(f"{kind}, {colour}" if number % 3 == 0 else f"{kind} {colour}")
        naming.append(
            f"P{number:05},{group},{name},S{number:05},{BRANDS[brands[number]]},{categories[-1]},{';'.join(categories)}"
        )
        coffee = kind == "Coffee beans"
        variant.append(f"{'true' if number % 50 == 0 else 'false'},{15_552_000_000 if coffee else ''},{size},{system}")
    price = 199 + 10 * draws.below(2_000, "price", numbers)
    return Catalogue(price, pa.array(naming), pa.array(variant))
