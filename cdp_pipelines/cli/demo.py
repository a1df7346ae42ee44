"""`cdp-pipelines demo`."""

import argparse

from cdp_pipelines.cli.arguments import Commands


def add_commands(commands: Commands) -> None:
    """Add the command."""
    text = "Write sample files of 60 nights, import them through Dagster and show what became of them."
    parser = commands.add_parser("demo", help="import 60 nights of sample orders", description=text)
    parser.set_defaults(execute=_demo)


def _demo(_arguments: argparse.Namespace) -> int:
    from cdp_pipelines.demo import main

    return main()
