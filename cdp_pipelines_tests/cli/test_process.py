"""The command as a process of its own: signals, pipes and terminals."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-c", "import sys; from cdp_pipelines.cli import main; sys.exit(main())"]


def start(*arguments, **options):
    return subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def until_stopped(process):
    """Wait until the process has stopped itself at its failpoint."""
    for _ in range(600):
        _, status = os.waitpid(process.pid, os.WNOHANG | os.WUNTRACED)
        if status and os.WIFSTOPPED(status):
            return
        time.sleep(0.05)
    pytest.fail("the failpoint was not reached")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_the_run_with_nothing_applied(folder, store, command, number, code):
    process = start("run", "orders.yaml", env={**os.environ, "CDP_FAILPOINT": "before_commit:1:stop"})
    until_stopped(process)
    process.send_signal(number)
    process.send_signal(signal.SIGCONT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert err == "Stopped. What was complete stays applied, and nothing of an import that was under way.\n"
    assert out == ""
    with store.connect(autocommit=True) as connection:
        assert connection.execute("select count(*) from cdp.orders").fetchone() == (0,)
    assert command("run", "orders.yaml", "--json") == 0
    assert command.json["rows"]["added"] == 2


def test_a_reader_that_leaves_early_is_no_error(folder, store):
    process = start("run", "orders.yaml", "--json")
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(timeout=30) == 0


def test_progress_is_shown_on_a_terminal_only(folder, store):
    ours, theirs = pty.openpty()
    command = [*COMMAND, "run", "orders.yaml", "--json"]
    terminal = {**os.environ, "TERM": "xterm"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=terminal)
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # Linux's way of saying that the other end is closed
            break
        if not piece:
            break
        shown += piece
    out, _ = process.communicate(timeout=30)
    os.close(ours)
    assert b"orders" in shown
    assert out.startswith(b"{")
    assert b"\x1b" not in out


def test_the_package_can_be_started_where_its_script_is_not_on_the_path():
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "cdp_pipelines.cli", "runs", "--help"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("usage: cdp-pipelines runs")
