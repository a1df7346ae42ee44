"""The `cdp-pipelines` command; one module per group of commands, and nothing heavy until a command runs."""

from cdp_pipelines.cli.command import main

__all__ = ["main"]
