"""A folder of YAML, anywhere on disk, as Dagster definitions."""

import sys
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType

import dagster as dg

from cdp_pipelines.components.assets import import_definitions
from cdp_pipelines.components.order_import import OrderImport
from cdp_pipelines.components.previews import without_previews
from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.imports.check import examine

_MODULE = "cdp_defs"


def folder_definitions(folder: Path) -> dg.Definitions:
    """Return the definitions of a folder: the imports that the command line finds there, and what else Dagster finds.

    Raises:
        ConfigurationError: Something in the folder is wrong; all errors are named at once. Dagster itself stops at the
            first one, and for some of them names no file.
    """
    examined = examine(folder)
    if examined.problems:
        raise ConfigurationError("\n".join(map(str, examined.problems)))
    with without_previews():
        found, known = _found_by_dagster(folder)
        others = [import_definitions(loaded) for loaded in examined.imports if loaded.spec.name not in known]
        # The executor counts for assets chosen by hand in the UI; an import's job has the same.
        return dg.Definitions.merge(found, *others, dg.Definitions(executor=dg.in_process_executor))


def _found_by_dagster(folder: Path) -> tuple[dg.Definitions, set[str]]:
    """Return what Dagster itself finds in a folder, and the names of the imports among it.

    It looks into Python files and files named `defs.yaml`, not below such a file, and breaks where there is none.
    """
    if not any(path.name == "defs.yaml" or path.suffix == ".py" for path in folder.rglob("*")):
        return dg.Definitions(), set()
    tree = dg.ComponentTree(defs_module=_module(folder), project_root=folder.parent)
    components = tree.get_all_components(of_type=OrderImport)
    names = {loaded.spec.name for component in components for loaded in component.imports}
    return tree.build_defs(), names


def _module(folder: Path) -> ModuleType:
    """Return the folder as a package: Dagster finds components by module, and users' folders need not be importable."""
    spec = ModuleSpec(_MODULE, loader=None, is_package=True)
    spec.submodule_search_locations = [str(folder)]
    sys.modules[_MODULE] = module = module_from_spec(spec)
    return module
