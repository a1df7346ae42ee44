"""Runs a program to which the kernel refuses some system calls, as container engines do by default.

`python -I -S confine.py unshare,setuid PROGRAM ARGUMENT...`: the named calls fail with EPERM, for all descendants too.
"""

import ctypes
import os
import struct
import sys

_NUMBERS = {
    "x86_64": {"unshare": 272, "setuid": 105},
    "aarch64": {"unshare": 97, "setuid": 146},
}
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER = 38, 22, 2


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def refuse(calls: list[str]) -> None:
    numbers = [_NUMBERS[os.uname().machine][call] for call in calls]
    steps = [(_LOAD, 0, 0, 0)]
    steps += [(_EQUAL, len(numbers) - at, 0, number) for at, number in enumerate(numbers)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    libc = ctypes.CDLL(None, use_errno=True)
    program = _Program(len(steps), code)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
        _PR_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0
    ):
        raise OSError(ctypes.get_errno(), "seccomp")


if __name__ == "__main__":
    refuse(sys.argv[1].split(","))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - becoming the program is what this script is for
