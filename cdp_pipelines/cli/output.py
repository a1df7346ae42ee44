"""What commands print: results on stdout, sentences for people on stderr."""

import json
import os
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Any


def emit(text: str) -> None:
    """Print a result on stdout; a reader who has seen enough (`| head`) is no error."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # What is left in the buffer would fail again when Python closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def emit_json(value: Any) -> None:
    """Print one JSON value on stdout."""
    emit(json.dumps(value, indent=2, default=_written))


def _written(value: Any) -> str:
    """Write times as reports do: ISO 8601 in UTC."""
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)


def emit_rich(parts: Iterable[Any]) -> None:
    """Print rich's tables and texts; in colour on a terminal, else as plain text of 160 columns."""
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else 160)
    with console.capture() as captured:
        for part in parts:
            console.print(part, markup=False, highlight=False)
    emit("\n".join(line.rstrip() for line in captured.get().splitlines()))


def say(sentence: str) -> None:
    """Print a sentence on stderr."""
    print(sentence, file=sys.stderr)  # noqa: T201 - this is the command's voice
