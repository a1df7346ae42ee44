"""Reading arguments: mistakes become the same one-sentence errors as everything else."""

import argparse
from typing import NoReturn

from cdp_pipelines.errors import ConfigurationError

Commands = argparse._SubParsersAction
"""What `add_subparsers` returns, for which argparse has no public name."""


class Parser(argparse.ArgumentParser):
    """An argument parser that raises instead of printing its usage and leaving."""

    def error(self, message: str) -> NoReturn:
        """Refuse the arguments.

        Raises:
            ConfigurationError: Always.
        """
        raise ConfigurationError(f"{message}; see {self.prog} --help")


def whole_number(text: str) -> int:
    """Read a number from 1 on."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("write a whole number from 1 on")
    return int(text)
