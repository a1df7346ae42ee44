"""An address -> the YAML that imports what is there: the flow of everything can be read here."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from cdp_pipelines.errors import FileError
from cdp_pipelines.imports.loaded import TYPES
from cdp_pipelines.segments.spec import JOB
from cdp_pipelines.suggestions.candidates import Matches, match_orders, match_products
from cdp_pipelines.suggestions.known import ORDERS, PRODUCTS, known_make
from cdp_pipelines.suggestions.looking import Look, look_at
from cdp_pipelines.suggestions.orders import REQUIRED, plan_orders
from cdp_pipelines.suggestions.plans import Plan
from cdp_pipelines.suggestions.products import plan_products
from cdp_pipelines.suggestions.shapes import Column
from cdp_pipelines.suggestions.taking import Taken, taken
from cdp_pipelines.suggestions.writing import Suggestion, yaml_of

_ENDINGS = re.compile(r"(\.(csv|tsv|txt|xlsx|jsonl|ndjson|json|xml|gz|zip|rss|atom))+$", re.IGNORECASE)
_DATE = re.compile(r"[-_.]?(?<!\d)\d{4}[-_.]?\d\d([-_.]?\d\d)?([-_.T]?\d{2,6})?$", re.ASCII)


def suggest(address: str) -> str:
    """Return the YAML of an import for the file at a path or address; it holds no value of the file.

    Args:
        address: A path, also with a pattern, or an address with file://, http(s):// or s3://.

    Raises:
        ConfigurationError: The address cannot stand in an import.
        SourceError: The file cannot be got.
        FileError: It is nothing that an import reads.
    """
    with taken(address) as found:
        look = look_at(found)
        suggestion = _suggestion(found, look)
    if _DATE.search(_stem(found.source["uri"])):
        suggestion.head.append(_DATED)
    return yaml_of(suggestion)


def _suggestion(found: Taken, look: Look) -> Suggestion:
    if look.form == "xml":
        return _feed(found, look)
    columns = look.table.columns
    orders, products = match_orders(columns), match_products(_fields(look))
    make = known_make([column.name for column in columns])
    kind = make.kind_in(look.form) if make else None
    if make and kind and (keys := _accepted(make.type, kind, look.format, found, make.others)):
        head = [_looked_at(look), f"high: the file is {make.title}, by the names of its columns. {make.hint}"]
        return Suggestion(head, make.type, _frame(found, make.type) | dict(make.others), keys, look.notes)
    if make and make.type not in (ORDERS, PRODUCTS):
        raise FileError("NOT_A_FEED", f"the file is {make.title}, and no import of this version reads it")
    if _are_products(orders, products):
        return _products(found, look, products)
    suggestion = _orders(found, look, orders)
    if not orders.believed & {"orderId", "createdAt", "total", "lineItem_quantity"}:
        suggestion.head.append(
            "low: the file does not look like orders: none of its columns is an id, time or total of one"
        )
    if make:
        suggestion.head.append(
            f"high: the file is {make.title}; {make.hint or 'its columns are mapped one by one here'}"
        )
    return suggestion


def _orders(found: Taken, look: Look, matches: Matches) -> Suggestion:
    plan = plan_orders(look.table.columns, matches)
    if len(look.table.columns) == 1 and not matches.by_target:
        message = (
            "no table is to be seen in the file, only one column whose name says nothing: export it as CSV with names"
        )
        raise FileError("MALFORMED_HEADER", message)
    exact = look.form == "csv" and not plan.steps and set(REQUIRED) <= {column.name for column in look.table.columns}
    kind = "kevel_csv" if exact else look.form
    keys = _accepted(ORDERS, kind, look.format, found) or {"kind": kind}
    return Suggestion([_looked_at(look), _LEGEND], ORDERS, _frame(found, ORDERS), keys, look.notes, plan)


def _fields(look: Look) -> list[Column]:
    """Return the columns that a product may be made of: what is nested in JSON lines is none."""
    return [column for column in look.table.columns if look.form != "jsonl" or "." not in column.name]


def _products(found: Taken, look: Look, matches: Matches) -> Suggestion:
    plan = plan_products(_fields(look), matches, look.texts)
    keys = _accepted(PRODUCTS, look.form, look.format, found)
    if keys is None:
        message = (
            f"the file looks like a list of products, and product feeds are not read from {look.form}: export it as a "
            "Google feed (XML) or as JSON lines"
        )
        raise FileError("NOT_A_FEED", message)
    return Suggestion([_looked_at(look), _LEGEND, _MODE], PRODUCTS, _frame(found, PRODUCTS), keys, look.notes, plan)


def _feed(found: Taken, look: Look) -> Suggestion:
    filled = {column.name: f"{column.filled:.0%}" for column in look.table.columns}
    shares = ", ".join(f"{name} {filled.get(name, '0%')}" for name in ("id", "title", "price", "product_type"))
    head = [_looked_at(look), f"high: a feed of Google product data; filled: {shares}", _MODE]
    keys = _accepted(PRODUCTS, "google_feed", {}, found) or {"kind": "google_feed"}
    plan = Plan(notes=[] if filled.get("id") else ["no entry has an id, so none of them can be imported"])
    return Suggestion(head, PRODUCTS, _frame(found, PRODUCTS), keys, [], plan)


_LEGEND = (
    "Each step has its reason above it. high and medium: believed; low: left as a comment. In brackets what most "
    "values look like: a for letters, 9 for digits."
)
_MODE = "mode: full is the default: what is not in the newest file is gone; write mode: delta if files are partial."

_DATED = (
    "The name of the file ends in a date: for a file every day write {partition} in its place, {partition:%Y%m%d} "
    "if it is written so, and add partitions: {every: day, start: ...}."
)


def _looked_at(look: Look) -> str:
    extent = "all" if look.whole else "the first"
    tried = "Try it with: cdp-pipelines run FILE.yaml --dry-run"
    return f"Suggested by cdp-pipelines from {extent} {look.table.rows:,} rows. {tried}"


def _are_products(orders: Matches, products: Matches) -> bool:
    """Whether a table lists products and no orders."""
    if orders.believed & {"orderId", "userId", "total", "lineItem_quantity", "lineItem_id"}:
        return False
    return "id" in products.believed and bool(products.believed & {"name", "price", "link", "availability"})


def _accepted(
    kind_of_import: str, kind: str, keys: dict[str, Any], found: Taken, others: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any] | None:
    """Return the `format` that a type of import takes: with all keys, or with as many as it knows; None if none."""
    model = TYPES.get(kind_of_import)
    packed = {} if found.compression == "none" or found.workbook else {"compression": found.compression}
    for more in ({**keys, **packed}, keys, {key: keys[key] for key in ("encoding",) if key in keys}):
        try:
            if model is not None:
                model.model_validate({"name": "x", "source": found.source, "format": {"kind": kind, **more}, **others})
                return {"kind": kind, **more}
        except ValidationError:
            continue
    return None


def _frame(found: Taken, kind_of_import: str) -> dict[str, Any]:
    return {"name": _name(found.source["uri"], kind_of_import), "source": found.source}


def _stem(uri: str) -> str:
    return _ENDINGS.sub("", PurePosixPath(urlsplit(uri).path if "://" in uri else uri).name)


def _name(uri: str, kind_of_import: str) -> str:
    """Return a name for the import: that of the file without endings, dates and what names cannot hold."""
    stem = _DATE.sub("", _stem(uri))
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", stem).strip("_-").lower()[:60]
    if not name or name in ("segments", JOB) or name.replace("-", "_") == JOB:
        return "products" if kind_of_import == PRODUCTS else "orders"
    return name
