"""`cdp-pipelines suggest`."""

import argparse

from cdp_pipelines.cli.arguments import Commands
from cdp_pipelines.cli.output import emit, say
from cdp_pipelines.errors import FileError, SourceError


def add_commands(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "suggest",
        help="write the YAML for a file of unknown make",
        description="Look at the beginning of a file and print an import for it: format, encoding, columns, each with "
        "its reason. cdp-pipelines suggest orders.csv > orders.yaml && cdp-pipelines check orders.yaml",
        epilog="No value of the file is printed. Exit codes: 0 printed, 1 the file cannot be read, 2 usage error.",
    )
    where = "path of a file (CSV, xlsx, JSON lines, feed; packed or not), or an address with http(s):// or s3://"
    parser.add_argument("file", metavar="FILE", help=where)
    parser.set_defaults(execute=_suggest)


def _suggest(arguments: argparse.Namespace) -> int:
    from cdp_pipelines.suggestions import suggest

    try:
        text = suggest(arguments.file)
    except (FileError, SourceError) as error:
        say(f"{arguments.file}: {error}" if isinstance(error, FileError) else str(error))
        return 1
    emit(text.removesuffix("\n"))
    return 0
