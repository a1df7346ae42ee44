"""The `transform` part of an import's YAML: a list of steps, each of which does one thing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from cdp_pipelines.spec import Spec
from cdp_pipelines.transforms.expressions import read_expression
from cdp_pipelines.transforms.patterns import read_pattern

Cast = Literal["string", "integer", "float", "bool"]


def _one_value(value: Any) -> Any:
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("is a number of more than 64 bits: put quotes around it")
    if value is not None and not isinstance(value, str | bool | int | float):
        raise ValueError("write one value: a text, a number, true or false")
    return value


Scalar = Annotated[str | bool | int | float | None, BeforeValidator(_one_value)]


@dataclass(frozen=True)
class _Takes:
    """The keys that an action needs beside its own, and those that it may have."""

    needed: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


VALUE_KEYS = ("trim", "lower", "map", "decimal", "timestamp", "cast", "on_cast_error", "hash", "key", "default")
"""The transformations of values, in the order in which one step does them (K-128)."""

ACTIONS: dict[str, _Takes] = {
    "rename": _Takes(("to",), VALUE_KEYS),
    "copy": _Takes(("to",), VALUE_KEYS),
    "new": _Takes(("value",)),
    "delete": _Takes(),
    "split": _Takes(("to", "by")),
    "join": _Takes(("to",), ("by",)),
    "filter": _Takes((), ("per",)),
}
"""What a step can do, and which keys go with it."""


def _or_null(value: Any) -> Any:
    """Read `on_cast_error: null`, which is nothing in YAML, as the word."""
    return "null" if value is None else value


OnCastError = Annotated[Literal["reject", "null"], BeforeValidator(_or_null)]
"""What an unreadable value does: it rejects its row, or becomes nothing (D7)."""


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _entries(value: Any) -> Any:
    """Read the short form of a map: `{"1": one, "2": two}`."""
    return [{"from": key, "to": to} for key, to in value.items()] if isinstance(value, Mapping) else value


class MapEntry(Spec):
    """One entry of a value map."""

    from_: Scalar = Field(alias="from")
    """The value to replace, of just this type; in a CSV file every value is text, so 1 is the text 1 there."""
    to: Scalar
    """What takes its place; null makes the cell empty."""


class Transform(Spec):
    """One step: exactly one of rename, copy, new, delete, split, join and filter, with the keys that go with it.

    In one step trim comes first, then lower, map, decimal, timestamp or cast, hash, and default last.
    """

    rename: str | None = None
    """Column that gets the name in `to`; the old one is gone."""
    copy_: str | None = Field(default=None, alias="copy")
    """Column that goes under the name in `to`, too; the old one stays."""
    new: str | None = None
    """Name of a column that has the same `value` on every line."""
    delete: str | None = None
    """Column that is left out."""
    split: str | None = None
    """Column whose parts between the texts `by` become the columns `to`, the last one with the rest; it stays."""
    join: tuple[str, ...] | None = None
    """Columns whose filled cells, with `by` between them, become the column `to`; they stay."""
    filter: str | None = None
    """Expression that the rows to keep fulfil, like `status == "paid" and total > 0`; others are skipped."""
    to: Annotated[tuple[str, ...] | None, BeforeValidator(_listed)] = None
    """Name of the column that is made; a list of them for `split`."""
    value: Scalar = None
    """Value of a `new` column."""
    by: str | None = None
    """Text between the parts of `split` and `join`."""
    per: Literal["row", "order"] = "row"
    """Whether `filter` asks each row, or each order by its first row, which is then kept or skipped as a whole."""
    trim: bool = False
    """Whether blanks around the text are taken away."""
    lower: bool = False
    """Whether the text is put in lower case."""
    map: Annotated[tuple[MapEntry, ...] | None, BeforeValidator(_entries)] = None
    """Values to replace, like {"1": one, "2": two}, or a list of {from: 1, to: one}; others stay as they are."""
    decimal: Literal[",", "."] | None = None
    """Decimal sign of numbers that people wrote, like 1.234,50 EUR; they become 1234.50, without anything else."""
    timestamp: str | None = None
    """Pattern in Java's letters by which the text is read as a time, like yyyy/MM/dd hh:mm; it becomes ISO 8601."""
    cast: Cast | None = None
    """Type that the value is turned into."""
    on_cast_error: Annotated[Literal["reject", "null"] | None, BeforeValidator(_or_null)] = None
    """What an unreadable value does in this step; left out, what `on_cast_error` of the import says."""
    hash: Literal["sha256", "hmac_sha256"] | None = None
    """Replaces the text by its hash, 64 hexadecimal digits; write trim and lower, too, for e-mail addresses."""
    key: str | None = None
    """Environment variable that holds the key of hmac_sha256."""
    default: Scalar = None
    """Value of empty cells."""

    @property
    def action(self) -> str:
        """What the step does, a key of `ACTIONS`."""
        return next(name for name in ACTIONS if getattr(self, _ATTRIBUTES.get(name, name)) is not None)

    @property
    def sources(self) -> tuple[str, ...]:
        """Columns that it reads and that are named one by one; those of a filter are in its expression."""
        one = self.rename or self.copy_ or self.delete or self.split
        return (one,) if one else self.join or ()

    @property
    def targets(self) -> tuple[str, ...]:
        """Columns that it makes."""
        return (self.new,) if self.new else self.to or ()

    @property
    def changes_values(self) -> bool:
        """Whether values come out changed."""
        return any((value := getattr(self, name)) is not None and value is not False for name in VALUE_KEYS)

    @field_validator("*")
    @classmethod
    def _goes_with_the_action(cls, value: Any, info: ValidationInfo) -> Any:
        name = _KEYS.get(str(info.field_name), str(info.field_name))
        action = next((one for one in ACTIONS if info.data.get(_ATTRIBUTES.get(one, one)) is not None), None)
        if action is None or action == name:
            return value
        if name in ACTIONS:
            raise ValueError(f"one step does one thing, and this one does {action}: make {name} a step of its own")
        takes = ACTIONS[action]
        if name not in takes.needed + takes.optional:
            raise ValueError(_not_with(action, name))
        return value

    @field_validator("rename", "copy_", "new", "delete", "split")
    @classmethod
    def _names_a_column(cls, name: str | None) -> str:
        if not name:
            raise ValueError("write the name of a column")
        return name

    @field_validator("join", "to")
    @classmethod
    def _names_columns(cls, names: tuple[str, ...] | None, info: ValidationInfo) -> tuple[str, ...]:
        if not names or not all(names) or len(set(names)) < len(names):
            raise ValueError("write the name of a column, or a list of different ones")
        if info.field_name == "to" and len(names) > 1 and not info.data.get("split"):
            raise ValueError("only split makes several columns: write one name")
        return names

    @field_validator("by")
    @classmethod
    def _separates(cls, by: str | None, info: ValidationInfo) -> str | None:
        if not by and info.data.get("split"):
            raise ValueError("write the text between the parts, at least one character")
        return by

    @field_validator("filter")
    @classmethod
    def _is_an_expression(cls, text: str | None) -> str:
        read_expression(text or "")
        return text or ""

    @field_validator("timestamp")
    @classmethod
    def _is_a_pattern(cls, pattern: str | None) -> str:
        read_pattern(pattern or "")
        return pattern or ""

    @field_validator("key")
    @classmethod
    def _names_a_variable(cls, key: str | None) -> str:
        if not key or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key, re.ASCII):
            raise ValueError("write the name of an environment variable, like CRM_HASH_KEY, never the key itself")
        return key

    @model_validator(mode="after")
    def _is_complete(self) -> "Transform":
        given = {_KEYS.get(name, name) for name in self.model_fields_set}
        if not given & set(ACTIONS):
            raise ValueError(f"says nothing to do: write one of {', '.join(ACTIONS)}")
        missing = [name for name in ACTIONS[self.action].needed if name not in given]
        if missing:
            raise ValueError(f"{self.action} needs the key {' and the key '.join(missing)} beside it")
        if self.timestamp and (self.cast or self.decimal):
            other = "cast" if self.cast else "decimal"
            raise ValueError(f"timestamp makes a text of its own: remove {other}, or make it a step of its own")
        if (self.hash == "hmac_sha256") != (self.key is not None):
            raise ValueError("hash: hmac_sha256 and key go together: write both, or hash: sha256 alone")
        if self.on_cast_error and not (self.cast or self.timestamp or self.decimal):
            raise ValueError("on_cast_error needs cast, decimal or timestamp beside it")
        return self


_ATTRIBUTES = {"copy": "copy_"}
_KEYS = {attribute: key for key, attribute in _ATTRIBUTES.items()}


def _not_with(action: str, name: str) -> str:
    if name in VALUE_KEYS:
        return (
            f"values are changed by rename and copy only: remove {name}, or rename the column to its own name with it"
        )
    takes = ACTIONS[action].needed + ACTIONS[action].optional
    return f"{action} takes no {name}" + (f", only {', '.join(takes)}" if takes else ": remove it")
