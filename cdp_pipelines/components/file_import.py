"""What the component types of all kinds of import share: assets, checks, a job, a schedule and a sensor per import."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import dagster as dg
from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from cdp_pipelines.components.assets import import_definitions
from cdp_pipelines.components.names import written_at
from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.imports.documents import load_at
from cdp_pipelines.imports.loaded import LoadedImport
from cdp_pipelines.imports.spec import ImportSpec


class WrittenImport(BaseModel):
    """The attributes as they stand in the file: without shared defaults, and with `for_each` still in them.

    Subclasses name the specification of their kind.
    """

    model_config = ConfigDict(extra="allow")

    SPEC: ClassVar[type[ImportSpec]]

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return the schema of an import, in which nothing is required since defaults may state it."""
        own = handler.resolve_ref_schema(handler(cls.SPEC.__pydantic_core_schema__))
        entries = {"type": "array", "items": {"type": "object"}}
        return {**own, "properties": {**own["properties"], "for_each": entries}, "required": []}


@dataclass
class FileImport(dg.Component):
    """Imports of files; its subclasses name what is written for their kind.

    Attributes:
        imports: One import, or one for each entry of `for_each`.
    """

    WRITTEN: ClassVar[type[WrittenImport]]

    imports: list[LoadedImport]

    @classmethod
    def get_model_cls(cls) -> type[BaseModel]:
        """Return the model whose schema editors use; what it allows is checked when the file is loaded."""
        return cls.WRITTEN

    @classmethod
    def load(cls, attributes: BaseModel | None, context: dg.ComponentLoadContext) -> Self:
        """Return the component for the document at `context`, read just as the command line reads it."""
        if attributes is None:
            raise ConfigurationError(f"{context.path}: attributes are missing; write at least name, source and format.")
        return cls(load_at(*written_at(context)))

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:  # noqa: ARG002 - Dagster's signature
        """Return the assets, checks, job, schedule and sensor of each import."""
        return dg.Definitions.merge(*map(import_definitions, self.imports))
