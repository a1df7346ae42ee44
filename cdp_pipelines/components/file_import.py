"""What the component types of all kinds of import have in common: three assets, two checks and a job from one YAML."""

from dataclasses import dataclass
from typing import ClassVar, Self

import dagster as dg
from pydantic import BaseModel

from cdp_pipelines.components.assets import import_definitions
from cdp_pipelines.components.names import written_at
from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.imports.documents import LoadedImport
from cdp_pipelines.imports.spec import ImportSpec


@dataclass
class FileImport(dg.Component):
    """An import of files; its subclasses name the specification of their kind."""

    SPEC: ClassVar[type[ImportSpec]]

    loaded: LoadedImport

    @classmethod
    def get_model_cls(cls) -> type[BaseModel]:
        """Return the specification of the kind, which is the schema of `attributes`."""
        return cls.SPEC

    @classmethod
    def load(cls, attributes: BaseModel | None, context: dg.ComponentLoadContext) -> Self:
        """Return the component for the document at `context`."""
        if not isinstance(attributes, cls.SPEC):
            raise ConfigurationError(f"{context.path}: attributes are missing; write at least name, source and format.")
        path, line = written_at(context)
        return cls(LoadedImport(spec=attributes, path=path, line=line, folder=path.parent))

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:  # noqa: ARG002 - Dagster's signature
        """Return the import's assets, their checks and its job."""
        return import_definitions(self.loaded)
