"""What an import's parts are called in Dagster: asset keys, ops, the job, the group, tags; and where it is written."""

import re
from pathlib import Path

import dagster as dg

from cdp_pipelines.imports.spec import ImportSpec

IMPORT_TAG = "cdp/import"
"""Run tag by which `dagster.yaml` lets one run per import work at a time."""

PRODUCTS = dg.AssetKey(["products"])
"""The shared table that feeds write and that completes orders."""


def asset_key(spec: ImportSpec, step: str) -> dg.AssetKey:
    """Return `de/orders/landed` for the import `de/orders`."""
    return dg.AssetKey([*spec.name.split("/"), step])


def word(name: str) -> str:
    """Return `de__orders` for `de/orders`: jobs, ops and groups have names of letters, digits and underscores."""
    return re.sub(r"\W", "_", name.replace("/", "__"), flags=re.ASCII)


def group(spec: ImportSpec) -> str:
    """Return the part before the slash, else the site."""
    first, slash, _ = spec.name.partition("/")
    return word(first if slash else spec.site)


def written_at(context: dg.ComponentLoadContext) -> tuple[Path, int]:
    """Return the YAML file of a component and the line on which its document begins."""
    position = context.resolution_context.source_position_tree
    path = context.path / "defs.yaml" if context.path.is_dir() else context.path
    return path, position.position.start.line if position else 1
