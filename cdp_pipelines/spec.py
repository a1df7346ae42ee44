"""What all specification models share: unknown keys are refused and nothing changes after loading."""

from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator


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
