"""A made-up shop: its products, its customers and the life of each of its orders.

Everything follows from a seed and from the order's number; no clock is read. Money is in cents, addresses are on
example.com.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

TAX_PERCENT = 20
SHIPPING = {"UPS": 490, "Post": 390, "Pick-up": 0}
HALF_A_YEAR_MS = 15_552_000_000
LIFE_DAYS = 15


class Product(NamedTuple):
    """One product of the shop; `price` is net, in cents per unit."""

    id: str
    name: str
    brand: str
    categories: tuple[str, ...]
    price: int
    sizes: tuple[str, ...] = ()
    by_the_metre: bool = False
    adult: bool = False
    subscription: bool = False


PRODUCTS = (
    Product("mug", "Mug", "Lumen", ("Home", "Kitchen"), 1250),
    Product("kettle", 'Kettle, 1.7 l, "silent"', "Lumen", ("Home", "Kitchen"), 3900),
    Product("blanket", "Wool blanket\n140 x 200 cm", "Norda", ("Home", "Textiles"), 7900),
    Product("linen", "Linen; by the metre", "Norda", ("Home", "Textiles", "Fabrics"), 1850, by_the_metre=True),
    Product(
        "shirt", "Short sleeve shirt", "Costa", ("Men", "Shirts", "Short Sleeve Shirts"), 3450, ("S", "M", "L", "XL")
    ),
    Product("dress", "Summer dress", "Costa", ("Women", "Dresses"), 5900, ("36", "38", "40", "42")),
    Product("boots", "Hiking boots", "Pico", ("Outdoor", "Shoes"), 12900, ("39", "41", "43", "45")),
    Product("tent", "Tent for two", "Pico", ("Outdoor", "Camping"), 18900),
    Product("tea", "Tea, every month", "Folha", ("Food", "Drinks"), 1500, subscription=True),
    Product("coffee", "Café em grão 1 kg", "Folha", ("Food", "Drinks"), 2190),
    Product("wine", "Vinho verde", "Folha", ("Food", "Drinks", "Wine"), 990, adult=True),
    Product("soap", "Soap bar", "Olea", ("Care",), 450),
)
COLOURS = ("blue", "green", "sand", "black")
COUNTRIES = (("Germany", "EUR"), ("Portugal", "EUR"), ("France", "EUR"), ("United Kingdom", "GBP"), ("Poland", "PLN"))
PROMOTIONS = ((), (), (), (), ("WINTERSALE",), ("WINTERSALE", "WELCOME10"))
MESSAGES = ("", "", "", "", "", "Happy birthday!", "For you,\nwith thanks")


@dataclass(frozen=True)
class Line:
    """One line item; amounts in cents, quantity in hundredths."""

    product: Product
    colour: str
    size: str
    quantity: int
    subtotal: int
    tax: int
    shipping: int
    discount: int

    @property
    def total(self) -> int:
        """What the line costs, tax and shipping included."""
        return self.subtotal + self.tax + self.shipping


@dataclass(frozen=True)
class Change:
    """The order's lines have this status from this moment on; a partial refund concerns the first line only."""

    at: datetime
    status: str
    partial: bool = False


@dataclass(frozen=True)
class Order:
    """One order with everything that happens to it in its two weeks."""

    number: int
    user_type: str
    user: str
    country: str
    currency: str
    payment: str
    shipping_method: str
    source: str
    promotions: tuple[str, ...]
    message: str
    lines: tuple[Line, ...]
    changes: tuple[Change, ...]

    @property
    def id(self) -> str:
        """The order's id; leading zeros belong to it."""
        return f"{self.number:08d}"

    def change_on(self, start: datetime) -> Change | None:
        """Return the last change within the day that begins at `start`, if there is one."""
        inside = [change for change in self.changes if start <= change.at < start + timedelta(days=1)]
        return inside[-1] if inside else None


def order(number: int, day: datetime, customers: int, seed: int) -> Order:
    """Return order `number`, placed on the day that begins at `day`, by one of `customers`."""
    random = Random(f"{seed}/{number}")  # noqa: S311 - sample data, not a secret
    country, currency = _pick(random, COUNTRIES)
    method = _pick(random, tuple(SHIPPING))
    promotions = _pick(random, PROMOTIONS)
    user_type, user = _user(int(random.random() ** 2 * customers))
    return Order(
        number=number,
        user_type=user_type,
        user=user,
        country=country,
        currency=currency,
        payment=_pick(random, ("Visa", "PayPal", "Invoice")),
        shipping_method=method,
        source=_pick(random, ("web", "web", "web", "phone call", "POS")),
        promotions=promotions,
        message=_pick(random, MESSAGES),
        lines=_lines(random, SHIPPING[method], bool(promotions)),
        changes=_changes(random, day),
    )


def _pick(random: Random, choices: tuple):
    return choices[int(random.random() * len(choices))]


def _user(customer: int) -> tuple[str, str]:
    """Three customers in ten are known by the app, which sends hashed addresses only."""
    address = f"customer{customer}@example.com"
    if customer % 10 < 3:
        return "email_sha256", hashlib.sha256(address.encode()).hexdigest()
    return "email", address.title() if customer % 10 == 9 else address


def _lines(random: Random, shipping: int, reduced: bool) -> tuple[Line, ...]:
    count = 1 + int(random.random() ** 2 * 5)
    return tuple(_line(random, shipping if position == 0 else 0, reduced) for position in range(count))


def _line(random: Random, shipping: int, reduced: bool) -> Line:
    product = _pick(random, PRODUCTS)
    quantity = (
        25 * (1 + int(random.random() * 16)) if product.by_the_metre else 100 * (1 + int(random.random() ** 3 * 4))
    )
    full = product.price * quantity // 100
    discount = full // 10 if reduced else 0
    return Line(
        product=product,
        colour=_pick(random, COLOURS),
        size=_pick(random, product.sizes) if product.sizes else "",
        quantity=quantity,
        subtotal=full - discount,
        tax=(full - discount) * TAX_PERCENT // 100,
        shipping=shipping,
        discount=discount,
    )


def _changes(random: Random, day: datetime) -> tuple[Change, ...]:
    """Placed, mostly paid at once, fulfilled in days; one in sixteen is refunded later, some never get paid."""
    changes = [Change(_moment(random, day, 0), "placed")]
    if random.random() < 0.04:
        return (*changes, Change(_moment(random, day, 1 + int(random.random() * 2)), "cancelled"))
    paid = 0 if random.random() < 0.7 else 1
    changes.append(Change(max(_moment(random, day, paid), changes[0].at + timedelta(minutes=4)), "paid"))
    sent = paid + 1 + int(random.random() * 4)
    changes.append(Change(_moment(random, day, sent), "fulfilled"))
    if random.random() < 0.06:
        back = sent + 3 + int(random.random() * 6)
        changes.append(Change(_moment(random, day, back), "refunded", partial=random.random() < 0.5))
    return tuple(changes)


def _moment(random: Random, day: datetime, later: int) -> datetime:
    """Return a second between six in the morning and ten at night (UTC), `later` days after `day`."""
    return day.astimezone(UTC) + timedelta(days=later, seconds=6 * 3600 + int(random.random() * 16 * 3600))
