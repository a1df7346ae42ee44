"""`cdp-pipelines check`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cdp_pipelines.cli.arguments import Commands
from cdp_pipelines.cli.output import emit, say

if TYPE_CHECKING:
    from cdp_pipelines.imports.check import Examined


def add_commands(commands: Commands) -> None:
    """Add the command."""
    text = "Find all mistakes in the YAML, each as file:line: field: what to write instead."
    parser = commands.add_parser("check", help="find mistakes in the YAML", description=text)
    where = "YAML file or folder of them (default: the folder CDP_DEFS, else the package's own)"
    parser.add_argument("path", nargs="?", type=Path, metavar="PATH", help=where)
    parser.add_argument("--connect", action="store_true", help="also open the store and list each source")
    parser.set_defaults(execute=_check)


def _check(arguments: argparse.Namespace) -> int:
    from cdp_pipelines.imports.check import examine, unreachable, unset_variables

    examined = examine(arguments.path)
    problems = [*examined.problems, *unset_variables(examined)]
    _show(problems)
    if arguments.connect:
        found = unreachable(examined.imports)
        _show(found)
        problems = [*problems, *found]
    counts = {name: len(found) for name, found in _found(examined).items() if found}
    if not problems and not counts:
        say("No import found: write one with type: cdp_pipelines.OrderImport into a defs.yaml")
        return 2
    if not problems:
        emit(_in_order(counts))
    return 2 if problems else 0


def _found(examined: "Examined") -> dict[str, list]:
    return {"import": examined.imports, "segment": examined.segments, "alert target": examined.alert_targets}


def _in_order(counts: dict[str, int]) -> str:
    """Return `1 import is in order` or `2 imports, 3 segments and 1 alert target are in order`."""
    *most, last = [f"{number} {name}{'s' if number > 1 else ''}" for name, number in counts.items()]
    listed = f"{', '.join(most)} and {last}" if most else last
    return f"{listed} {'are' if sum(counts.values()) > 1 else 'is'} in order"


def _show(problems: list) -> None:
    for problem in problems:
        say(str(problem))
