"""Imports in processes of their own, to be killed, stopped and woken: forks of this one, with everything loaded."""

import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from cdp_pipelines.cli import main

PATIENCE = 120.0


@dataclass
class Child:
    """A process and what it says."""

    pid: int
    output: int
    code: int | None = None
    heard: bytes = b""

    @property
    def said(self) -> str:
        """Standard output and error so far, with single spaces for its line breaks."""
        with suppress(BlockingIOError):
            while piece := os.read(self.output, 1 << 16):
                self.heard += piece
        return " ".join(self.heard.decode().split())

    def stopped(self) -> "Child":
        """Wait until it has stopped itself at its failpoint."""
        _, status = os.waitpid(self.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), self._ended(status)
        return self

    def goes_on(self, *signals: signal.Signals) -> "Child":
        """Send signals and wake it."""
        for one in (*signals, signal.SIGCONT):
            os.kill(self.pid, one)
        return self

    def ends(self) -> int:
        """Wait for its end; the exit code, or minus the signal that killed it."""
        if self.code is None:
            self._ended(os.waitpid(self.pid, 0)[1])
        assert self.code is not None
        return self.code

    def _ended(self, status: int) -> str:
        self.code = os.waitstatus_to_exitcode(status)
        return f"ended with {self.code}: {self.said}"


class Processes:
    """Starts commands in forks; none outlives its test."""

    def __init__(self) -> None:
        self._children: list[Child] = []

    def run(self, *arguments: str, largest_file: int | None = None, **environment: str) -> Child:
        """Start `cdp-pipelines` with arguments; `largest_file` (bytes) is where the disk is full, as far as it sees."""
        return self.start(lambda: main(arguments), largest_file, **environment)

    def start(self, work: Callable[[], int], largest_file: int | None = None, **environment: str) -> Child:
        """Start work that returns an exit code, in this environment and these variables."""
        heard, told = os.pipe()  # no file: what a child says must fit even where files must not grow
        os.set_blocking(heard, False)
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            _become(work, told, environment, largest_file)
        os.close(told)
        self._children.append(Child(pid, heard))
        return self._children[-1]

    def end(self) -> None:
        """Kill what is left."""
        for child in self._children:
            if child.code is None:
                os.kill(child.pid, signal.SIGKILL)
                child.ends()
            os.close(child.output)


def _become(work: Callable[[], int], told: int, environment: dict[str, str], largest_file: int | None) -> None:
    code = 70
    try:
        os.environ.update(environment)
        if largest_file is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, resource.RLIM_INFINITY))
        os.dup2(told, 1)
        os.dup2(told, 2)
        sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
        code = work()
    except BaseException:  # noqa: BLE001 - nothing may leave the fork but by its exit code
        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)


def eventually(true: Callable[[], object]) -> None:
    """Wait until something holds."""
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)
