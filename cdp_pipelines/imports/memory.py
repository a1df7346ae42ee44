"""Gives memory back as soon as a block of a file is done with.

Arrow's default allocator and glibc keep freed memory for later. With blocks of some megabytes in three threads that
made 550 MB resident for 140 MB in use (1 M lines); handed back at once it is 370 MB, for 2 s more system time of
which one overlaps with the server's work.
"""

import ctypes
import sys

import pyarrow as pa

_M_MMAP_THRESHOLD = -3
_MAPPED_FROM = 1 << 20
"""Bytes from which an allocation is mapped on its own, and so unmapped when freed."""


def keep_little() -> None:
    """Let this process hold no more memory than it uses; does nothing more where the C library is not glibc."""
    pa.set_memory_pool(pa.system_memory_pool())
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_M_MMAP_THRESHOLD, _MAPPED_FROM)
