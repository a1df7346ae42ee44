"""`type: cdp_pipelines.OrderImport`: order imports as assets, checks, a job, a schedule and a sensor each."""

from dataclasses import dataclass
from typing import Any, Self

import dagster as dg
from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from cdp_pipelines.components.assets import import_definitions
from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.imports.documents import LoadedImport, load_at
from cdp_pipelines.imports.spec import OrderImportSpec


class WrittenOrderImport(BaseModel):
    """The attributes as they stand in the file: without shared defaults, and with `for_each` still in them."""

    model_config = ConfigDict(extra="allow")

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return the schema of an import, in which nothing is required since defaults may state it."""
        own = handler.resolve_ref_schema(handler(OrderImportSpec.__pydantic_core_schema__))
        entries = {"type": "array", "items": {"type": "object"}}
        return {**own, "properties": {**own["properties"], "for_each": entries}, "required": []}


@dataclass
class OrderImport(dg.Component):
    """Import orders from files: land each file, validate it, turn it into order state and events.

    Attributes:
        imports: One import, or one for each entry of `for_each`.
    """

    imports: list[LoadedImport]

    @classmethod
    def get_model_cls(cls) -> type[BaseModel]:
        """Return the model whose schema editors use; what it allows is checked when the file is loaded."""
        return WrittenOrderImport

    @classmethod
    def load(cls, attributes: BaseModel | None, context: dg.ComponentLoadContext) -> Self:
        """Return the component for the document at `context`, read just as the command line reads it."""
        if attributes is None:
            raise ConfigurationError(f"{context.path}: attributes are missing; write at least name, source and format.")
        position = context.resolution_context.source_position_tree
        line = position.position.start.line if position else 1
        return cls(load_at(context.path / "defs.yaml" if context.path.is_dir() else context.path, line))

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:  # noqa: ARG002 - Dagster's signature
        """Return the assets, checks, job, schedule and sensor of each import."""
        return dg.Definitions.merge(*map(import_definitions, self.imports))
