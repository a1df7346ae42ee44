"""Runs one command and notes what it cost; started as a script of its own.

A process inherits the peak memory of the one that started it, so the starter must be small: this file imports nothing
but the standard library, and the bench with all its libraries never starts a measured command itself.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes per unit of `ru_maxrss`."""


def measure(command: list[str]) -> dict[str, float]:
    """Return seconds, CPU seconds, peak memory in MB and exit code of a command; its output goes where ours goes."""
    started = time.perf_counter()
    child = subprocess.Popen(command)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    return {
        "seconds": seconds,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss * RSS_UNIT / 1e6,
        "code": child.returncode,
    }


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(measure(sys.argv[2:])))
