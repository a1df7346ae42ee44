"""What all specification models share: unknown keys are refused and nothing changes after loading."""

from pydantic import BaseModel, ConfigDict


class Spec(BaseModel):
    """A part of an import's YAML; each field's description is its documentation and its error text."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
