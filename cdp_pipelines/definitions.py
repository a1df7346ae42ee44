"""Dagster's entry point: everything that the YAML in `CDP_DEFS` (default: this package's `defs/`) describes."""

import dagster as dg

from cdp_pipelines.components.folder import folder_definitions
from cdp_pipelines.imports.documents import defs_folder


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions of all imports."""
    return folder_definitions(defs_folder())
