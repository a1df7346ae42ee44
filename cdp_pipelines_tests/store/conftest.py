"""Homes with an embedded server of their own, for tests that kill it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cdp_pipelines.store.embedded import EmbeddedPostgres


@pytest.fixture
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A home without a server; one that a test starts there is stopped."""
    folder = tmp_path / "own home"  # the space is on purpose
    monkeypatch.setenv("CDP_HOME", str(folder))
    monkeypatch.delenv("CDP_DATABASE_URL", raising=False)
    yield folder
    for home in (folder, *tmp_path.glob("*/")):
        EmbeddedPostgres(home).stop()


@pytest.fixture
def python() -> Callable[..., "subprocess.Popen[str]"]:
    """Starts Python code in a process of its own, with pipes; the code is the last argument."""
    started = []

    def start(*before: str, code: str, **options: object) -> "subprocess.Popen[str]":
        command = [*before, sys.executable, "-c", code]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ), **options
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
