"""Under whose name the embedded server runs: Postgres refuses root, and no system user may be created for it."""

import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cdp_pipelines.errors import ConfigurationError, StoreError
from cdp_pipelines.store.embedded import become

_SCRIPT = become.__file__


@dataclass(frozen=True)
class Identity:
    """How a server process changes its identity, and who it then is.

    Attributes:
        how: `same` (stay who we are), `namespace` or `setuid`, see `become`.
        uid: The user that the program sees itself as.
        gid: Its group.
        owner: The user that must own the server's files, as seen from outside.
    """

    how: Literal["same", "namespace", "setuid"]
    uid: int
    gid: int
    owner: int

    def command(self, folder: Path, when: Literal["wait", "detach"], *program: str | Path) -> list[str]:
        """Return the command line that runs `program` under this identity with `folder` in its reach."""
        start = [sys.executable, "-I", "-S", _SCRIPT, self.how, str(self.uid), str(self.gid), str(folder), when]
        return [*start, *map(str, program)]


def choose(folder: Path, postgres: Path) -> Identity:
    """Return the first identity under which `postgres` runs with `folder` in its reach.

    Raises:
        StoreError: We are root and may neither enter a user namespace nor become another user.
        ConfigurationError: `CDP_PG_USER` names nobody, or root.
    """
    candidates = list(_candidates(folder / "data"))
    if candidates[0].how == "same":
        return candidates[0]
    for identity in candidates:
        if _works(identity, folder, postgres):
            return identity
    raise StoreError(
        f"Postgres refuses to run as root and no other user can reach {folder} here; set CDP_DATABASE_URL to a "
        "Postgres server, or CDP_PG_USER to a user that can reach that folder and this Python environment."
    )


def _works(identity: Identity, folder: Path, postgres: Path) -> bool:
    probe = identity.command(folder, "wait", postgres, "--version")
    return subprocess.run(probe, capture_output=True, cwd="/", check=False).returncode == 0  # noqa: S603 - own script


def _candidates(data: Path) -> Iterator[Identity]:
    if os.geteuid() != 0:
        yield Identity("same", os.geteuid(), os.getegid(), os.geteuid())
        return
    if name := os.environ.get("CDP_PG_USER"):
        yield _as(_named(name))
        return
    if data.exists() and (owner := data.stat()).st_uid != 0:  # root helps out in a folder that is another user's
        yield Identity("setuid", owner.st_uid, owner.st_gid, owner.st_uid)
    if account := _unprivileged():
        yield Identity("namespace", account.pw_uid, account.pw_gid, 0)
        yield _as(account)


def _as(account: pwd.struct_passwd) -> Identity:
    return Identity("setuid", account.pw_uid, account.pw_gid, account.pw_uid)


def _named(name: str) -> pwd.struct_passwd:
    try:
        account = pwd.getpwnam(name)
    except KeyError:
        raise ConfigurationError(f"CDP_PG_USER names the user {name!r}, who does not exist on this system.") from None
    if account.pw_uid == 0:
        raise ConfigurationError("CDP_PG_USER must name a user other than root: Postgres refuses to run as root.")
    return account


def _unprivileged() -> pwd.struct_passwd | None:
    # initdb refuses a user id without a name, so it must be an account that exists; `nobody` does nearly everywhere
    accounts = [account for account in pwd.getpwall() if account.pw_uid != 0]
    return min(accounts, key=lambda account: account.pw_name != "nobody", default=None)
