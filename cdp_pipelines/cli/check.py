"""`cdp-pipelines check`."""

import argparse
from pathlib import Path

from cdp_pipelines.cli.arguments import Commands
from cdp_pipelines.cli.output import emit, say


def add_commands(commands: Commands) -> None:
    """Add the command."""
    text = "Find what is wrong with the YAML of imports and segments, each as file:line: field: what to write instead."
    parser = commands.add_parser("check", help="find mistakes in the YAML of imports and segments", description=text)
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
    if not problems and not examined.imports and not examined.segments:
        say("No import found: write one with type: cdp_pipelines.OrderImport into a defs.yaml")
        return 2
    if not problems:
        emit(_in_order(len(examined.imports), len(examined.segments)))
    return 2 if problems else 0


def _in_order(imports: int, segments: int) -> str:
    """Return `1 import is in order` or `2 imports and 3 segments are in order`."""
    counts = {"import": imports, "segment": segments}
    named = [f"{number} {name}{'s' if number > 1 else ''}" for name, number in counts.items() if number]
    return f"{' and '.join(named)} {'are' if imports + segments > 1 else 'is'} in order"


def _show(problems: list) -> None:
    for problem in problems:
        say(str(problem))
