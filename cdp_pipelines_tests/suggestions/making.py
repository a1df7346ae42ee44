"""Order files of any make: from the names of columns and what they stand for to bytes, always the same."""

import csv
import io
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cdp_pipelines.schemas.columns import LINE
from cdp_pipelines_tests.formats.workbooks import workbook

CLOCKS = {
    "de": "%d.%m.%Y %H:%M",
    "de-day": "%d.%m.%Y",
    "iso": "%Y-%m-%dT%H:%M:%S",
    "iso-zone": "%Y-%m-%dT%H:%M:%S+01:00",
    "iso-blank": "%Y-%m-%d %H:%M:%S",
    "iso-day": "%Y-%m-%d",
    "slash": "%d/%m/%Y %H:%M",
    "slash-day": "%d/%m/%Y",
    "us": "%m/%d/%Y %I:%M %p",
    "us-day": "%m/%d/%Y",
    "zh": "%Y/%m/%d %H:%M:%S",
    "zh-words": "%Y年%m月%d日",
}
STATUS = {
    "en": ("paid", "shipped", "pending"),
    "de": ("bezahlt", "versendet", "offen"),
    "fr": ("payée", "livrée", "en attente"),
    "es": ("pagado", "enviado", "pendiente"),
    "pt": ("pago", "entregue", "pendente"),
    "zh": ("已付款", "已发货", "待付款"),
}
WORDS = {
    "en": ("Large mug", "Green tea", "Café filter", "Pair of naïve socks"),
    "de": ("Größe M Mütze", "Grüner Tee", "Kaffeekanne weiß", "Bärenfell Überzug"),
    "fr": ("Théière émaillée", "Thé vert", "Chaussettes à pois", "Crème brûlée"),
    "es": ("Taza pequeña", "Té verde", "Camión de niño", "Cafetera de émbolo"),
    "pt": ("Chávena de chá", "Café moído", "Camisola de lã", "Pão de ló"),
    "zh": ("绿茶礼盒", "陶瓷杯子", "纯棉袜子", "咖啡滤纸"),
}
YES = {
    "en": ("yes", "no"),
    "de": ("ja", "nein"),
    "fr": ("oui", "non"),
    "es": ("sí", "no"),
    "pt": ("sim", "não"),
    "zh": ("是", "否"),
}
MONEY = ("total", "subtotal", "tax", "shipping", "discount", "refund")


@dataclass(frozen=True)
class Make:
    """How a file is written: language of its words, notation of amounts and of times, and a currency.

    `first_only` leaves details of an order empty below its first row; `lines` is the most lines that an order has.
    """

    language: str = "en"
    amount: str = "1234.50"
    clock: str = "iso"
    currency: str = "EUR"
    first_only: bool = False
    lines: int = 3
    orders: int = 60


def rows(columns: Mapping[str, str], make: Make, seed: int = 7) -> list[list[str]]:
    """Return the rows below the header: of targets, and of other kinds that begin with `~`."""
    chance, found = random.Random(seed), []  # noqa: S311 - made-up orders
    for number in range(make.orders):
        details = _Order(chance, make, number)
        for place in range(chance.randint(1, make.lines)):
            found += [[details.cell(meaning, place) for meaning in columns.values()]]
    return found


class _Order:
    """One order: its own cells are drawn once, those of its lines each time."""

    def __init__(self, chance: random.Random, make: Make, number: int) -> None:
        self._chance, self._make, self._number = chance, make, number
        self._drawn: dict[str, str] = {}
        self._moment = datetime(2025, 1, 3, 8, 5) + timedelta(days=5 * number, minutes=chance.randint(0, 600))  # noqa: DTZ001

    def cell(self, meaning: str, place: int) -> str:
        own = not meaning.startswith((LINE, "~line"))
        if own and place and self._make.first_only and meaning != "orderId":
            return ""
        if own and meaning in self._drawn:
            return self._drawn[meaning]
        self._place = place
        text = self._draw(meaning.removeprefix("~").removeprefix("line "))
        self._drawn[meaning] = text
        return text

    def _draw(self, meaning: str) -> str:
        name = meaning.removeprefix(LINE).removeprefix("userId_")
        if name in MONEY or name == "price":
            low = 0 if name in ("discount", "refund", "shipping") else 3
            return self._money(
                self._chance.choice([low, self._chance.uniform(low, 2400), self._chance.uniform(low, 60)])
            )
        return _DRAWN[name](self)

    def _money(self, amount: float) -> str:
        text = f"{amount:,.2f}"
        swapped = text.translate({ord(","): ".", ord("."): ","})
        return {
            "1234.50": f"{amount:.2f}",
            "1,234.50": text,
            "$1,234.50": f"${text}",
            "1234,50": f"{amount:.2f}".replace(".", ","),
            "1.234,50": swapped,
            "1.234,50 €": f"{swapped} €",
            "1 234,50": swapped.replace(".", "\u00a0"),
            "R$ 1.234,50": f"R$ {swapped}",
            "¥1234.50": f"{amount:.2f}",
            "1234.50元": f"{amount:.2f}元",
        }[self._make.amount]

    def _moment_text(self, days: int = 0) -> str:
        return (self._moment + timedelta(days=days)).strftime(CLOCKS[self._make.clock])

    def _one(self, options: Sequence[str]) -> str:
        return self._chance.choice(list(options))

    def _code(self, letter: str, digits: int = 5) -> str:
        return f"{letter}{self._chance.randint(10 ** (digits - 1), 10**digits - 1)}"


_DRAWN: dict[str, Callable[[_Order], str]] = {
    "orderId": lambda one: str(100_200 + one._number),
    "userId": lambda one: f"person{one._number}.Test@example.com",
    "customer": lambda one: str(50_000 + one._number * 7 % 31),
    "sha256": lambda one: f"{one._chance.getrandbits(256):064x}",
    "md5": lambda one: f"{one._chance.getrandbits(128):032x}",
    "userIdType": lambda _: "email",
    "currency": lambda one: one._make.currency,
    "paymentMethod": lambda one: one._one(["PayPal", "Visa", "Invoice"]),
    "shippingMethod": lambda one: one._one(["DHL", "UPS Express", "Standard"]),
    "shippingCountry": lambda one: one._one(["DE", "AT", "FR", "PT"]),
    "source": lambda one: one._one(["web", "app", "pos"]),
    "promotions": lambda one: one._one(["SPRING10", "", "WELCOME"]),
    "createdAt": lambda one: one._moment_text(),
    "lastUpdated": lambda one: one._moment_text(3),
    "date": lambda one: one._moment_text(one._chance.randint(1, 9)),
    "birth": lambda one: f"19{one._chance.randint(50, 99)}-0{one._chance.randint(1, 9)}-1{one._chance.randint(0, 9)}",
    "id": lambda one: str(one._place + 1),
    "productId": lambda one: one._code("P"),
    "itemGroupId": lambda one: one._code("G", 3),
    "name": lambda one: one._one(WORDS[one._make.language]),
    "sku": lambda one: f"{one._code('S', 4)}-{one._one(['red', 'blue', 'xl'])}",
    "brand": lambda one: one._one(["Contoso", "Northwind", "Adatum"]),
    "category": lambda one: one._one(["Tea", "Home > Kitchen", "Socks"]),
    "categoriesList": lambda one: one._one(["Home;Kitchen", "Food;Tea;Green"]),
    "quantity": lambda one: str(one._chance.randint(1, 4)),
    "adult": lambda one: one._one(["true", "false"]),
    "size": lambda one: one._one(["S", "M", "42"]),
    "sizeSystem": lambda one: one._one(["EU", "US"]),
    "subscriptionDuration": lambda one: one._one(["2592000000", "15552000000"]),
    "status": lambda one: one._one(STATUS[one._make.language]),
    "consent": lambda one: one._one(YES[one._make.language]),
    "note": lambda one: one._one(["", "please ring twice", "gift", "leave at the door"]),
    "person": lambda one: one._one(["Ana Silva", "Jo Doe", "Kim Lee"]),
    "phone": lambda one: f"+49 170 {one._chance.randint(1000000, 9999999)}",
    "zip": lambda one: str(one._chance.randint(10000, 99999)),
    "city": lambda one: one._one(["Porto", "Lyon", "Bonn"]),
    "rate": lambda one: one._one(["19", "7"]),
    "count": lambda one: str(one._chance.randint(1, 9)),
    "url": lambda one: f"https://shop.example.com/{one._code('p')}",
    "ean": lambda one: one._code("", 13),
    "weight": lambda one: f"{one._chance.uniform(0.1, 9):.3f}",
    "ip": lambda one: f"10.0.{one._chance.randint(0, 255)}.{one._chance.randint(0, 255)}",
    "support": lambda _: "support@example.com",
}


def as_csv(
    header: Sequence[str],
    cells: Sequence[Sequence[str]],
    delimiter: str = ",",
    encoding: str = "utf-8",
    above: str = "",
) -> bytes:
    """Return rows as CSV."""
    target = io.StringIO(newline="")
    target.write(above)
    writer = csv.writer(target, delimiter=delimiter, lineterminator="\r\n" if delimiter == ";" else "\n")
    writer.writerow(header)
    writer.writerows(cells)
    return target.getvalue().encode(encoding)


def as_json_lines(header: Sequence[str], cells: Sequence[Sequence[str]]) -> bytes:
    """Return rows as JSON lines."""
    objects = (dict(zip(header, row, strict=True)) for row in cells)
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects).encode()


def as_workbook(header: Sequence[str], cells: Sequence[Sequence[str]]) -> bytes:
    """Return rows as a workbook of texts."""
    return workbook({"Sheet": [list(header), *map(list, cells)]})
