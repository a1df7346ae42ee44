"""Takes on an identity under which Postgres agrees to run, then becomes the given program.

Runs by its path in an interpreter of its own, since a user namespace is entered by a process with one thread only:
`python -I -S become.py HOW UID GID FOLDER WHEN PROGRAM ARGUMENT...`
HOW is `same`, `namespace` (root is shown to the program as UID; files stay root's) or `setuid` (with the capability
to pass private parent folders where that is allowed). WHEN is `wait` or `detach` (the program outlives its parent).
Imports nothing of the package. Exit code 97: the identity is not to be had, or FOLDER is out of its reach.
"""

import ctypes
import os
import sys
from contextlib import suppress

REFUSED = 97
_CLONE_NEWUSER = 0x10000000
_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP = 28, 1 << 2
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 47, 2
_CAPABILITY_VERSION, _CAP_DAC_OVERRIDE = 0x20080522, 1


def _system(function: str, *arguments: object) -> None:
    if getattr(ctypes.CDLL(None, use_errno=True), function)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{function}: {os.strerror(code)}")


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:  # noqa: PTH123 - a bare interpreter starts 20 ms faster without pathlib
        file.write(text)


def enter_namespace(uid: int, gid: int) -> None:
    """Show this process to itself as `uid` while the rest of the system still sees its true owner."""
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    _system("unshare", _CLONE_NEWUSER)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {outer_uid} 1")
    _write("/proc/self/gid_map", f"{gid} {outer_gid} 1")


def set_user(uid: int, gid: int) -> None:
    """Become `uid` for good, able to pass folders that are closed to it where the system lets us keep that."""
    with suppress(OSError, AttributeError):
        # without this bit the kernel drops the capability again whenever Postgres asks access()
        _system("prctl", _PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    with suppress(OSError, AttributeError):
        _keep_only(_CAP_DAC_OVERRIDE)


def _keep_only(capability: int) -> None:
    mask = 1 << capability
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    _system("capset", header, (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0))
    _system("prctl", _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0)


def main(how: str, uid: str, gid: str, folder: str, when: str, *program: str) -> None:
    """Change identity, check that it reaches what it needs, and run the program in place of this process."""
    if how == "namespace":
        enter_namespace(int(uid), int(gid))
    elif how == "setuid":
        set_user(int(uid), int(gid))
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK) or not os.access(program[0], os.X_OK):
        raise PermissionError(f"user {uid} cannot reach {folder}")
    if when == "detach" and os.fork():
        os._exit(0)
    os.execv(program[0], program)  # noqa: S606 - becoming the program is what this script is for


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (OSError, AttributeError) as problem:
        sys.stderr.write(f"{problem}\n")
        sys.exit(REFUSED)
