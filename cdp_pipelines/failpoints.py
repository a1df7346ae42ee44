"""Named points at which a test can kill or stop a run, to see that nothing is lost or doubled (faults section 3).

`CDP_FAILPOINT=mid_copy:2` kills the process with SIGKILL when it reaches `mid_copy` for the second time;
`CDP_FAILPOINT=mid_copy:2:stop` stops it with SIGSTOP instead, for the test to do harm meanwhile. Without the
variable a point costs one look at the environment.
"""

import os
import signal
from collections import Counter
from typing import Literal

Point = Literal[
    "after_download", "after_ledger", "mid_copy", "after_stage", "before_commit", "after_commit", "before_materialize"
]

_reached: Counter[str] = Counter()


def reach(point: Point) -> None:
    """Pass a point, or end or stop here if the environment asks for it."""
    wanted = os.environ.get("CDP_FAILPOINT")
    if not wanted:
        return
    name, _, rest = wanted.partition(":")
    count, _, action = rest.partition(":")
    _reached[point] += 1
    if name == point and _reached[point] == int(count or 1):
        os.kill(os.getpid(), signal.SIGSTOP if action == "stop" else signal.SIGKILL)
