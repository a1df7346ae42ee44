"""Whether the values of a column could be those of a target: here values decide against names.

Each test gives a factor from 0, it cannot be, to 1. An empty column says nothing, so it is never sure.
"""

from collections.abc import Callable

from cdp_pipelines.schemas.columns import COLUMNS, LINE
from cdp_pipelines.schemas.products import PRODUCT_COLUMNS
from cdp_pipelines.schemas.user_ids import ID_TYPES
from cdp_pipelines.suggestions.dates import ENOUGH
from cdp_pipelines.suggestions.headers import Reading
from cdp_pipelines.suggestions.shapes import Column

Fit = Callable[[Column, Reading], float]

EMPTY = 0.6
"""What is left of a score where no value speaks for it."""
HASHED = ("email", "email_sha256", "email_md5")
_TYPES = {f"product {column.name}": column.type for column in PRODUCT_COLUMNS} | {one.name: one.type for one in COLUMNS}


def fit(target: str, column: Column, reading: Reading) -> float:
    """Return how well the values of a column suit a target, from 0 to 1."""
    if not column.values:
        return 0.0 if target == "orderId" else EMPTY
    own = _OWN.get(target)
    return own(column, reading) if own else _BY_TYPE[_TYPES[target]](column, reading)


def _identifies(column: Column, _reading: Reading) -> float:
    if column.times and not column.times.epoch:
        return 0.0
    if any(share > 0.5 for name, share in column.id_kinds.items() if name in HASHED) or column.addresses > 0.5:
        return 0.0
    if column.integers < ENOUGH and column.booleans >= ENOUGH:
        return 0.0
    if column.integers < ENOUGH and column.numeric >= ENOUGH:
        return 0.0
    return column.identifiers if column.identifiers >= 0.9 else 0.0


def _orders(column: Column, reading: Reading) -> float:
    few = len(column.values) < 0.02 * len(column.cells)
    return 0.0 if column.filled < 0.9 or few else _identifies(column, reading)


def _users(column: Column, reading: Reading) -> float:
    shaped = max(column.id_kinds[name] for name in HASHED)
    if "EMAIL" in reading.meanings or "HASH" in reading.meanings:
        return shaped if shaped >= 0.5 else 0.0
    if "PHONE" in reading.meanings:
        return column.id_kinds["phone"]
    if shaped >= 0.9:
        return shaped
    if column.booleans >= ENOUGH or column.identifiers < 0.9 or (column.times and not column.times.epoch):
        return 0.0
    return 1.0 if "NO" in reading.meanings else 0.8


def _names(column: Column, _reading: Reading) -> float:
    if column.times or column.numeric > 0.5 or column.id_kinds["email"] > 0.1 or column.addresses > 0.1:
        return 0.0
    return 1.0


def _words(column: Column, reading: Reading) -> float:
    """Suit names of methods and channels: a few words that come back."""
    if column.booleans >= ENOUGH:
        return 0.0
    return _names(column, reading)


def _codes(column: Column, _reading: Reading) -> float:
    """Suit vouchers: neither amounts nor answers to a question."""
    amounts = column.numeric > 0.5 and column.integers < 0.9
    return 0.0 if amounts or column.times or column.booleans >= ENOUGH or column.id_kinds["email"] > 0.1 else 1.0


def _amounts(column: Column, _reading: Reading) -> float:
    return column.numeric if column.numeric >= ENOUGH and not (column.times and column.times.epoch) else 0.0


def _counts(column: Column, reading: Reading) -> float:
    return _amounts(column, reading) if column.currency is None else 0.0


def _moments(column: Column, _reading: Reading) -> float:
    times = column.times
    return 0.0 if times is None else 1.0


def _sizes(column: Column, _reading: Reading) -> float:
    return 0.0 if column.times or column.addresses > 0.1 or column.id_kinds["email"] > 0.1 else 1.0


def _categories(column: Column, reading: Reading) -> float:
    return _names(column, reading) if _is_list(column) else 0.0


def _category(column: Column, reading: Reading) -> float:
    return 0.5 * _names(column, reading) if _is_list(column) else _names(column, reading)


def _is_list(column: Column) -> bool:
    return column.share(lambda value: ";" in value) > 0.3


def _statuses(column: Column, _reading: Reading) -> float:
    if column.numeric > 0.5 or column.times or len(column.values) > 40:
        return 0.0
    return 1.0 if column.statuses == 1 else 0.6 * column.statuses + 0.2


def _pictures(column: Column, _reading: Reading) -> float:
    return column.addresses


_BY_TYPE: dict[str, Fit] = {
    "string": _names,
    "list": _codes,
    "number": _amounts,
    "discount": _amounts,
    "timestamp": _moments,
    "boolean": lambda column, _reading: 1.0 if column.booleans == 1 else 0.0,
    "integer": lambda column, _reading: 0.9 if column.integers >= ENOUGH else 0.0,
    "currency": lambda column, _reading: column.currencies if column.currencies >= ENOUGH else 0.0,
    "status": _statuses,
}
_OWN: dict[str, Fit] = {
    "orderId": _orders,
    "userIdType": lambda column, _reading: column.share(ID_TYPES.__contains__),
    "userId": _users,
    "paymentMethod": _words,
    "shippingMethod": _words,
    "source": _words,
    f"{LINE}id": _identifies,
    f"{LINE}productId": _identifies,
    f"{LINE}itemGroupId": _identifies,
    f"{LINE}sku": _identifies,
    f"{LINE}category": _category,
    f"{LINE}categoriesList": _categories,
    f"{LINE}quantity": _counts,
    f"{LINE}size": _sizes,
    "product id": _identifies,
    "product itemGroupId": _identifies,
    "product googleProductCategory": lambda _column, _reading: 1.0,
    "product size": _sizes,
    "product link": _pictures,
    "product image": _pictures,
}
