"""A folder of YAML, anywhere on disk, as Dagster definitions."""

import sys
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType

import dagster as dg

from cdp_pipelines.components.alert_target import AlertTarget, alert_sensor
from cdp_pipelines.components.assets import import_definitions
from cdp_pipelines.components.file_import import FileImport
from cdp_pipelines.components.previews import without_previews
from cdp_pipelines.components.segment import Segment, segment_asset
from cdp_pipelines.components.settled import after_imports
from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.imports.check import examine
from cdp_pipelines.imports.loaded import AnySpec

_MODULE = "cdp_defs"


def folder_definitions(folder: Path) -> dg.Definitions:
    """Return the definitions of a folder: what the command line finds of ours in it, and what Dagster finds.

    Where there is an import or a segment, the shared tables and what follows imports are there, too.

    Raises:
        ConfigurationError: Something in the folder is wrong; all errors are named at once. Dagster itself stops at the
            first one, and for some of them names no file.
    """
    examined = examine(folder)
    if examined.problems:
        raise ConfigurationError("\n".join(map(str, examined.problems)))
    with without_previews():
        found, known = _found_by_dagster(folder)
        others = [import_definitions(loaded) for loaded in examined.imports if _named(loaded.spec) not in known]
        segments = [segment_asset(loaded) for loaded in examined.segments if _named(loaded.spec) not in known]
        targets = [alert_sensor(loaded) for loaded in examined.alert_targets if _named(loaded.spec) not in known]
        others.append(dg.Definitions(assets=segments, sensors=targets))
        if examined.imports or examined.segments:
            others.append(after_imports(examined.imports, examined.segments))
        # The executor counts for assets chosen by hand in the UI; an import's job has the same.
        return dg.Definitions.merge(found, *others, dg.Definitions(executor=dg.in_process_executor))


def _named(spec: AnySpec) -> tuple[str, str]:
    """Tell imports, segments and alert targets apart: each have names of their own."""
    return type(spec).__name__, spec.name


def _found_by_dagster(folder: Path) -> tuple[dg.Definitions, set[tuple[str, str]]]:
    """Return what Dagster itself finds in a folder, and the names of what is ours among it.

    It looks into Python files and files named `defs.yaml`, not below such a file, and breaks where there is none.
    """
    if not any(path.name == "defs.yaml" or path.suffix == ".py" for path in folder.rglob("*")):
        return dg.Definitions(), set()
    tree = dg.ComponentTree(defs_module=_module(folder), project_root=folder.parent)
    components = tree.get_all_components(of_type=FileImport)
    imports = {_named(loaded.spec) for component in components for loaded in component.imports}
    segments = {_named(component.loaded.spec) for component in tree.get_all_components(of_type=Segment)}
    targets = {_named(component.loaded.spec) for component in tree.get_all_components(of_type=AlertTarget)}
    return tree.build_defs(), imports | segments | targets


def _module(folder: Path) -> ModuleType:
    """Return the folder as a package: Dagster finds components by module, and users' folders need not be importable."""
    spec = ModuleSpec(_MODULE, loader=None, is_package=True)
    spec.submodule_search_locations = [str(folder)]
    sys.modules[_MODULE] = module = module_from_spec(spec)
    return module
