"""The command from its arguments to its exit code.

Exit codes: 0 complete or nothing to do, 1 failed, 2 configuration or usage error, 3 partial; 130 and 143 when stopped.
"""

import argparse
import os
import signal
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from cdp_pipelines.cli import check, database, demo, history, run, suggest
from cdp_pipelines.cli.arguments import Parser
from cdp_pipelines.cli.output import emit, say
from cdp_pipelines.errors import CdpError

_STOPPED = "Stopped. What was complete stays applied, and nothing of an import that was under way."


class Terminated(BaseException):
    """The process was asked to end; no `except Exception` on the way may keep it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        chosen = _parser().parse_args(arguments)
        return chosen.execute(chosen)
    except CdpError as error:
        say(str(error))
        return 2
    except KeyboardInterrupt:
        say(_STOPPED)
        return 128 + signal.SIGINT
    except Terminated:
        say(_STOPPED)
        return 128 + signal.SIGTERM
    except Exception as error:  # noqa: BLE001 - the last stop: a traceback may hold personal data
        say(_unexpected(error))
        return 1


def _terminate(_number: int, _frame: FrameType | None) -> NoReturn:
    # A second SIGTERM ends the process at once.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise Terminated


def _unexpected(error: Exception) -> str:
    """Say where an error of ours arose; its own text may hold a cell of a file and stays out."""
    if os.environ.get("CDP_DEBUG") == "1":
        return "".join(traceback.format_exception(error)).rstrip()
    frames = traceback.extract_tb(error.__traceback__)
    package = Path(__file__).parent.parent
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(package)]
    place = f"{Path(ours[-1].filename).relative_to(package)}:{ours[-1].lineno}"
    return (
        f"Unexpected {type(error).__name__} at {place}: "
        "set CDP_DEBUG=1 and run it again to see the traceback, and report it."
    )


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="cdp-pipelines",
        description="Onboard offline customer data: files of orders become validated events and order state.",
        epilog="Exit codes: 0 complete or nothing to do, 1 failed, 2 configuration or usage error, 3 partial.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and leave")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    for group in (demo, suggest, check, run, history, database):
        group.add_commands(commands)
    return parser


class _Version(argparse.Action):
    """Prints the version; looked up only then, since reading the package's metadata takes time."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version

        emit(f"cdp-pipelines {version('cdp-pipelines')}")
        parser.exit()
