"""`cdp-pipelines check`."""

import argparse
from pathlib import Path

from cdp_pipelines.cli.arguments import Commands
from cdp_pipelines.cli.output import emit, say


def add_commands(commands: Commands) -> None:
    """Add the command."""
    text = "Find everything that is wrong with the YAML of imports, each as file:line: field: what to write instead."
    parser = commands.add_parser("check", help="find mistakes in the YAML of imports", description=text)
    where = "YAML file or folder of them (default: the folder CDP_DEFS, else the package's own)"
    parser.add_argument("path", nargs="?", type=Path, metavar="PATH", help=where)
    parser.add_argument("--connect", action="store_true", help="also open the store and list each source")
    parser.set_defaults(execute=_check)


def _check(arguments: argparse.Namespace) -> int:
    from cdp_pipelines.imports.check import examine, unreachable

    examined = examine(arguments.path)
    problems = examined.problems
    _show(problems)
    if arguments.connect:
        found = unreachable(examined.imports)
        _show(found)
        problems = [*problems, *found]
    if not problems and not examined.imports:
        say("No import found: write one with type: cdp_pipelines.OrderImport into a defs.yaml")
        return 2
    if not problems:
        number = len(examined.imports)
        emit(f"{number} import{'s are' if number > 1 else ' is'} in order")
    return 2 if problems else 0


def _show(problems: list) -> None:
    for problem in problems:
        say(str(problem))
