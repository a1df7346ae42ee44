"""What all specification models share: unknown keys are refused and nothing changes after loading."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator

OWNER = re.compile(r"team:\S.*|\w[\w.%+-]*@[A-Za-z0-9.-]+\.[A-Za-z]{2,7}", re.ASCII)
"""An owner that a YAML may name; not more than Dagster takes, which would refuse to load everything else."""


def _are_owners(owners: tuple[str, ...]) -> tuple[str, ...]:
    for number, owner in enumerate(owners, start=1):
        if not OWNER.fullmatch(owner):
            raise ValueError(f"owner {number} is neither a team like team:crm nor an e-mail address")
    return owners


Owners = Annotated[tuple[Annotated[str, Field(max_length=254)], ...], AfterValidator(_are_owners)]


def read_share(value: Any) -> float:
    """Read `5%`, or a fraction like 0.05."""
    percent = re.fullmatch(r"(\d+(?:\.\d+)?) ?%", value, re.ASCII) if isinstance(value, str) else None
    share = float(percent[1]) / 100 if percent else value
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        raise ValueError("write a share of the items like 5% or 0.05, from 0 to 1")
    return float(share)


def named(example: str) -> AfterValidator:
    """Return the check of a name of letters, digits, _ and -; with a slash in the example, one slash at most."""
    part = "[A-Za-z0-9_-]+"
    grouped = "/" in example
    pattern = re.compile(f"{part}(/{part})?" if grouped else part, re.ASCII)
    slash = ", with one slash at most" if grouped else ""

    def check(name: str) -> str:
        if not pattern.fullmatch(name):
            raise ValueError(f"write a name of letters, digits, _ and -{slash}, like {example}")
        return name

    return AfterValidator(check)


Share = Annotated[float, BeforeValidator(read_share)]
"""A part of all items, from 0 to 1."""


class Spec(BaseModel):
    """A part of an import's YAML; each field's description is its documentation and its error text."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,  # a wrong value may be a password in an address
    )

    @field_validator("*")
    @classmethod
    def _holds_no_template(cls, value: Any) -> Any:
        """Refuse `{{ ... }}`: Dagster keeps it as text in nested parts and turns an unknown name into nothing."""
        texts = value if isinstance(value, tuple) else [value]
        if any(isinstance(text, str) and "{{" in text for text in texts):
            raise ValueError("no templates: {{ ... }} is not filled in here, so write the value itself")
        return value
