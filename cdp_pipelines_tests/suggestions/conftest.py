from collections.abc import Callable
from pathlib import Path

import pytest

from cdp_pipelines_tests.cli.conftest import Command

__all__ = ["command", "suggested"]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


@pytest.fixture
def suggested(command: Command, tmp_path: Path) -> Callable[..., str]:
    """Writes a file, asks what to make of it, checks that, and returns the YAML."""

    def ask(content: str | bytes, name: str = "orders.csv") -> str:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        assert command("suggest", path) == 0, command.err
        text = command.out
        (tmp_path / "suggested.yaml").write_text(text)
        assert command("check", tmp_path / "suggested.yaml") == 0, command.err + text
        return text

    return ask
