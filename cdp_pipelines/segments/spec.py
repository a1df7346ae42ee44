"""A segment as its YAML states it: every key, its default, its text and the rules between keys."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from cdp_pipelines.schemas.currencies import ISO_4217
from cdp_pipelines.segments.fields import ATTRIBUTES, FIELDS, OPERATORS, is_attribute, misfit, operators
from cdp_pipelines.spec import Owners, Spec, named

JOB = "after_imports"
"""Name of the job that refreshes all segments; each import has a job of its own name beside it."""

DEEPEST = 20
"""How many rules may stand inside of each other; a database gives up at some depth, readers do long before."""

_ALIASED = {"is": "is_", "in": "in_"}


class Rule(Spec):
    """One condition, or several joined by `all`, `any` or `not`."""

    all_: "tuple[Rule, ...] | None" = Field(default=None, alias="all")
    """Rules that must all hold."""
    any_: "tuple[Rule, ...] | None" = Field(default=None, alias="any")
    """Rules of which one must hold."""
    not_: "Rule | None" = Field(default=None, alias="not")
    """A rule that must not hold."""
    field: str | None = Field(default=None, max_length=200)
    """What is asked about: attributes.NAME, orders.count, orders.last_at, rfm.monetary and the like."""
    is_: Any = Field(default=None, alias="is")
    """The value that the field has."""
    is_not: Any = None
    """The value that the field does not have."""
    in_: Any = Field(default=None, alias="in")
    """A list of values of which the field has one."""
    at_least: Any = None
    """The smallest number, time or text that the field may be."""
    at_most: Any = None
    """The largest number, time or text that the field may be."""
    above: Any = None
    """A number, time or text that the field must exceed."""
    below: Any = None
    """A number, time or text that the field must stay below."""
    contains: Any = None
    """A text that stands in the field; if that is a list, one of its entries."""
    starts_with: Any = None
    """A text that the field begins with."""
    exists: Any = None
    """Whether the field is there at all: true or false."""

    @field_validator("all_", "any_")
    @classmethod
    def _hold_something(cls, rules: "tuple[Rule, ...] | None") -> "tuple[Rule, ...] | None":
        if not rules:
            raise ValueError("is empty: write a list of rules below it, each with a dash before it")
        return rules

    @field_validator("field")
    @classmethod
    def _is_known(cls, field: str | None) -> str | None:
        if field is None or (field not in FIELDS and not is_attribute(field)):
            raise ValueError(f"is no field; {_meant(str(field))}")
        if "\0" in field:
            raise ValueError("holds a character that no text may hold: remove it")
        return field

    @field_validator(*(_ALIASED.get(name, name) for name in OPERATORS))
    @classmethod
    def _fits_the_field(cls, value: Any, info: ValidationInfo) -> Any:
        field, operator = info.data.get("field"), str(info.field_name).rstrip("_")
        if not field:
            return value
        if operator not in operators(field):
            raise ValueError(f"{field} cannot be asked this; it can be asked {', '.join(operators(field))}")
        if sentence := misfit(field, operator, value):
            raise ValueError(sentence)
        return tuple(value) if operator == "in" else value

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Rule":
        said = self.model_fields_set - {_ALIASED.get(name, name) for name in OPERATORS}
        if len(said) != 1 or None in (getattr(self, name) for name in said):
            raise ValueError("write exactly one of all, any, not and field; join several with all or any")
        if said == {"field"} and not self.asked:
            raise ValueError(f"says nothing about {self.field}: add {', '.join(operators(str(self.field)))}")
        if said != {"field"} and self.asked:
            raise ValueError(f"{next(iter(self.asked))} needs a field beside it")
        return self

    @property
    def asked(self) -> dict[str, Any]:
        """The operators that stand beside the field, with their values; all must hold."""
        named = {name: _ALIASED.get(name, name) for name in OPERATORS}
        return {name: getattr(self, key) for name, key in named.items() if key in self.model_fields_set}

    @property
    def inside(self) -> "tuple[Rule, ...]":
        """The rules directly inside of this one."""
        return (*(self.all_ or ()), *(self.any_ or ()), *((self.not_,) if self.not_ else ()))

    def fields(self) -> Iterator[str]:
        """Yield every field that is asked about, here and inside."""
        if self.field:
            yield self.field
        for rule in self.inside:
            yield from rule.fields()

    def depth(self) -> int:
        """Return how many rules stand inside of each other."""
        return 1 + max((rule.depth() for rule in self.inside), default=0)


def _meant(field: str) -> str:
    from cdp_pipelines.formats.header import did_you_mean

    meant = did_you_mean(field, FIELDS, cutoff=0.6)
    return f"did you mean {meant}?" if meant else f"the fields are {', '.join(FIELDS)} and {ATTRIBUTES}NAME"


def _quintiles(value: Any) -> Any:
    """Read `5` as `[5]`."""
    found = value if isinstance(value, list | tuple) else [value]
    if not found or any(isinstance(one, bool) or one not in (1, 2, 3, 4, 5) for one in found):
        raise ValueError("write quintiles from 1 to 5, where 5 is the best, like 5 or [4, 5]")
    return tuple(sorted({int(one) for one in found}))


Quintiles = Annotated[tuple[int, ...], BeforeValidator(_quintiles)]


class RfmSpec(Spec):
    """Which quintiles of recency, frequency and monetary value belong; 5 is the best."""

    recency: Quintiles | None = None
    """Quintiles of the last order's time, like [4, 5]; left out, all."""
    frequency: Quintiles | None = None
    """Quintiles of the number of orders, like [4, 5]; left out, all."""
    monetary: Quintiles | None = None
    """Quintiles of the orders' net sum, like 5; left out, all."""

    @property
    def chosen(self) -> dict[str, tuple[int, ...]]:
        """The quintiles that belong, by field."""
        found = {f"rfm.{name}": getattr(self, name) for name in ("recency", "frequency", "monetary")}
        return {field: quintiles for field, quintiles in found.items() if quintiles}


class SegmentSpec(Spec):
    """One segment of profiles (`type: cdp_pipelines.Segment`)."""

    name: Annotated[str, Field(max_length=100), named("de/champions")]
    """Name of the segment, `champions` or `de/champions`: letters, digits, _ and -, with one slash at most."""
    description: str = ""
    """Who is meant, shown in Dagster."""
    owners: Owners = ()
    """Who answers for the segment: `team:crm` or an e-mail address each."""
    currency: str | None = None
    """The currency that amounts are in, like EUR; orders in others do not count, unless `rates` are given."""
    rates: dict[str, Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]] | None = Field(
        default=None, validate_default=True
    )
    """What one unit of other currencies is worth in `currency`, like {GBP: 1.17}; their orders then count, too."""
    rfm: RfmSpec | None = None
    """The segment by recency, frequency and monetary quintiles."""
    rule: Rule | None = None
    """The segment by a rule over attributes, orders and quintiles."""

    @field_validator("currency")
    @classmethod
    def _is_a_currency(cls, currency: str | None) -> str | None:
        if currency is not None and currency not in ISO_4217:
            raise ValueError("is no ISO 4217 currency: write one like EUR")
        return currency

    @field_validator("rates")
    @classmethod
    def _convert_into_the_currency(cls, rates: dict | None, info: ValidationInfo) -> dict | None:
        currency = info.data.get("currency")
        if rates is None or "currency" not in info.data:
            return rates
        if currency is None:
            raise ValueError("need a currency to convert into: add one like currency: EUR")
        if unknown := [code for code in rates if code not in ISO_4217 or code == currency]:
            raise ValueError(f"{unknown[0][:20]} is not another ISO 4217 currency than {currency}: correct it")
        return rates

    @field_validator("rule")
    @classmethod
    def _is_not_too_deep(cls, rule: Rule | None) -> Rule | None:
        if rule and rule.depth() > DEEPEST:
            raise ValueError(f"has more than {DEEPEST} rules inside of each other: make it flatter")
        return rule

    @model_validator(mode="after")
    def _has_one_definition(self) -> "SegmentSpec":
        if (self.rfm is None) == (self.rule is None):
            raise ValueError("write either rfm, like rfm: {recency: [4, 5]}, or rule")
        if self.rfm and not self.rfm.chosen:
            raise ValueError("rfm chooses nobody in particular: add recency, frequency or monetary, like [4, 5]")
        return self

    def fields(self) -> set[str]:
        """Return every field that the segment asks about."""
        return set(self.rfm.chosen) if self.rfm else set(self.rule.fields() if self.rule else ())
