"""Sample orders as lines of a Kevel order CSV, made from their numbers alone."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp_pipelines_tests.bench.draws import Draws
from cdp_pipelines_tests.bench.products import PRODUCTS, catalogue, quoted

ORDER_CELLS = (
    "orderId userIdType userId currency total subtotal tax shipping discount refund paymentMethod shippingMethod "
    "shippingCountry source promotions createdAt lastUpdated custom_giftWrap custom_store custom_note"
)
LINE_CELLS = (
    "id productId itemGroupId name sku brand category categoriesList currency total subtotal tax shipping discount "
    "refund quantity promotions adult subscriptionDuration size sizeSystem status"
)
ORDER_COLUMNS = ORDER_CELLS.split()
COLUMNS = ORDER_COLUMNS + [f"lineItem_{name}" for name in LINE_CELLS.split()]

SIZE_WEIGHTS = [16, 20, 19, 16, 12, 8, 5, 4]
"""How often an order has 1 to 8 lines; 3.52 on average."""
STATUSES = ["placed", "paid", "fulfilled", "refunded", "cancelled"]
STATUS_WEIGHTS = [10, 20, 65, 3, 2]
PLACED, PAID, FULFILLED, REFUNDED, CANCELLED = range(5)
NEXT_STATUS = np.array([PAID, FULFILLED, REFUNDED, FULFILLED, PLACED])
"""What a changed order turns into, by its status of the day before."""
BUYERS_PER_ORDER = 0.695
"""Draws from a pool that grows with the order's number: 0.41 distinct buyers per order, old ones buying more often."""
FIRST_SECOND = int(np.datetime64("2025-01-01T00:00:00", "s").astype(np.int64))
SECONDS_BETWEEN = 31

COUNTRIES = [("Portugal", 23), ("Germany", 19), ("Spain", 21), ("France", 20), ("United Kingdom", 20), ("Poland", 23)]
PAYMENTS = ["Card", "PayPal", "Invoice", "Bank transfer", "Multibanco"]
SHIPPINGS = [("Standard", 490), ("Express", 990), ("Pick-up, store", 0)]
SOURCES = ["web", "POS", "phone call", "app"]
PROMOTIONS = ["", "", "", "SPRING", "SPRING;VIP", "WELCOME10;FREESHIP;VIP"]
LINE_PROMOTIONS = ["", "", "", "", "", "3FOR2", "3FOR2;SALE"]
ZONES = ["Z", "+0100", "+01:00", "-05:00"]
GIFT_WRAPS = ["", "yes", "no"]
NOTES = ["", "leave at the door", "ring twice, please", 'call "Ana" first', "second floor\nleft door"]
NOTE_WEIGHTS = [180, 8, 7, 4, 1]
BLANK = 0.9
"""Share of the orders whose later lines leave the order columns empty."""
HUNDREDTHS = pa.array([f".{cents:02}" for cents in range(100)])


def joined(*cells: pa.Array | str) -> pa.Array:
    """Return neighbouring cells as one text per row."""
    return pc.binary_join_element_wise(*cells, ",")


def texts(values: np.ndarray) -> pa.Array:
    """Return integers as text."""
    return pa.array(values).cast(pa.string())


def among(values: list[str], positions: np.ndarray) -> pa.Array:
    """Return the CSV cells of the values at these positions."""
    return pa.array([quoted(value) for value in values]).take(pa.array(positions))


def money(cents: np.ndarray) -> pa.Array:
    """Return cents as text with two decimals."""
    return pc.binary_join_element_wise(texts(cents // 100), HUNDREDTHS.take(pa.array(cents % 100)), "")


def moments(seconds: np.ndarray, zones: pa.Array) -> pa.Array:
    """Return seconds since 1970 as ISO 8601, in the zone that is written behind them."""
    clock = pc.replace_substring(pa.array(seconds, pa.timestamp("s")).cast(pa.string()), " ", "T")
    return pc.binary_join_element_wise(clock, zones, "")


def buyers(numbers: np.ndarray) -> tuple[pa.Array, pa.Array]:
    """Return id types and ids: seven in ten buyers by e-mail, two by its hash, one by a number of the shop's own."""
    kinds, ids = [], []
    for number in numbers.tolist():
        address = f"customer.{number}@example.com"
        hashed, internal = number % 10 in (3, 6), number % 10 == 9
        kinds.append("email_sha256" if hashed else "crm_id" if internal else "email")
        ids.append(sha256(address.encode()).hexdigest() if hashed else f"C{number:07}" if internal else address)
    return pa.array(kinds), pa.array(ids)


@dataclass(frozen=True)
class Batch:
    """Some orders and their lines, before they are text.

    Args:
        draws: The seed's draws.
        numbers: The orders' numbers.
        changed: Which of them changed since the file of the day before.
    """

    draws: Draws
    numbers: np.ndarray
    changed: np.ndarray

    @cached_property
    def sizes(self) -> np.ndarray:
        """Lines per order."""
        return order_sizes(self.draws, self.numbers)

    @cached_property
    def owner(self) -> np.ndarray:
        """Each line's order, as a position in this batch."""
        return np.repeat(np.arange(len(self.numbers)), self.sizes)

    @cached_property
    def place(self) -> np.ndarray:
        """Each line's place in its order, 0 for the first."""
        starts = np.cumsum(self.sizes) - self.sizes
        return np.arange(len(self.owner)) - starts[self.owner]

    @cached_property
    def line_numbers(self) -> np.ndarray:
        """A number for each line that no other line of any order has."""
        return self.numbers[self.owner] * 8 + self.place

    @cached_property
    def product(self) -> np.ndarray:
        """Each line's product."""
        return self.draws.below(PRODUCTS, "product", self.line_numbers)

    @cached_property
    def quantity(self) -> np.ndarray:
        """Pieces per line."""
        return 1 + self.draws.weighted([80, 14, 6], "quantity", self.line_numbers)

    @cached_property
    def status(self) -> np.ndarray:
        """Each order's status, as a position in `STATUSES`."""
        before = self.draws.weighted(STATUS_WEIGHTS, "status", self.numbers)
        return np.where(self.changed, NEXT_STATUS[before], before)

    @cached_property
    def line_status(self) -> np.ndarray:
        """Each line's status: of a refunded order only the first line came back, the others stay fulfilled."""
        status = self.status[self.owner]
        return np.where((status == REFUNDED) & (self.place > 0), FULFILLED, status)

    @cached_property
    def cents(self) -> dict[str, np.ndarray]:
        """Money columns of the lines; total = subtotal + tax + shipping holds to the cent."""
        country = self.draws.below(len(COUNTRIES), "country", self.numbers)
        rate = np.array([percent for _, percent in COUNTRIES])[country[self.owner]]
        fee = np.array([cents for _, cents in SHIPPINGS])[self.shipping_method][self.owner]
        price = catalogue(self.draws.seed).price[self.product] * self.quantity
        discount = np.where(self.draws.chance(0.2, "discount", self.line_numbers), price // 10, 0)
        subtotal = price - discount
        tax = (subtotal * rate + 50) // 100
        shipping = np.where(self.place == 0, fee, 0)
        total = subtotal + tax + shipping
        refund = np.where(self.line_status == REFUNDED, total, 0)
        values = (total, subtotal, tax, shipping, discount, refund)
        return dict(zip(("total", "subtotal", "tax", "shipping", "discount", "refund"), values, strict=True))

    @cached_property
    def shipping_method(self) -> np.ndarray:
        """Each order's shipping method."""
        return self.draws.below(len(SHIPPINGS), "shipping", self.numbers)

    def pick(self, subject: str, values: list[str]) -> pa.Array:
        """Return one of the values for each order."""
        return among(values, self.draws.below(len(values), subject, self.numbers))

    def order_cells(self, ids: pa.Array) -> pa.Array:
        """Return the order columns, one text per order."""
        starts = np.cumsum(self.sizes) - self.sizes
        pool = np.maximum(1, (BUYERS_PER_ORDER * (self.numbers + 1)).astype(np.int64))
        created = FIRST_SECOND + self.numbers * SECONDS_BETWEEN % (365 * 86_400)
        updated = created + self.draws.below(86_400, "updated", self.numbers) + self.changed * 172_800
        zones = self.pick("zone", ZONES)
        return joined(
            ids,
            *buyers(1 + self.draws.below(pool, "buyer", self.numbers)),
            pa.array(["EUR"] * len(self.numbers)),
            *(money(np.add.reduceat(cents, starts)) for cents in self.cents.values()),
            self.pick("payment", PAYMENTS),
            among([name for name, _ in SHIPPINGS], self.shipping_method),
            self.pick("country", [name for name, _ in COUNTRIES]),
            self.pick("source", SOURCES),
            self.pick("promotions", PROMOTIONS),
            moments(created, zones),
            moments(updated, zones),
            self.pick("gift wrap", GIFT_WRAPS),
            self.pick("store", [f"Store {number}" for number in range(1, 40)]),
            among(NOTES, self.draws.weighted(NOTE_WEIGHTS, "note", self.numbers)),
        )

    def line_cells(self) -> pa.Array:
        """Return the line columns, one text per line."""
        products, count = catalogue(self.draws.seed), len(self.owner)
        chosen = pa.array(self.product)
        return joined(
            texts(self.place + 1),
            products.naming.take(chosen),
            pa.array(["EUR"] * count),
            *(money(cents) for cents in self.cents.values()),
            texts(self.quantity),
            among(LINE_PROMOTIONS, self.draws.below(len(LINE_PROMOTIONS), "line promotions", self.line_numbers)),
            products.variant.take(chosen),
            among(STATUSES, self.line_status),
        )

    def lines(self) -> pa.Array:
        """Return the file's lines, line ends included."""
        ids = pc.binary_join_element_wise("W", texts(100_000_000 + self.numbers), "")
        blanks = pc.binary_join_element_wise(ids, "," * (len(ORDER_COLUMNS) - 1), "")
        heads = pa.concat_arrays([self.order_cells(ids), blanks])
        blank = (self.place > 0) & self.draws.chance(BLANK, "blank", self.numbers)[self.owner]
        chosen = heads.take(pa.array(self.owner + blank * len(self.numbers)))
        return pc.binary_join_element_wise(joined(chosen, self.line_cells()), "\n", "")


def order_sizes(draws: Draws, numbers: np.ndarray) -> np.ndarray:
    """Return how many lines each of the orders has."""
    return 1 + draws.weighted(SIZE_WEIGHTS, "lines", numbers)


def written(lines: pa.Array) -> memoryview:
    """Return the bytes of the texts, one after the other, without copying them."""
    offsets = np.frombuffer(lines.buffers()[1], np.int32)[lines.offset : lines.offset + len(lines) + 1]
    return memoryview(lines.buffers()[2])[offsets[0] : offsets[-1]]
