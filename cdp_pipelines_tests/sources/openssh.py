"""A real OpenSSH server with a user who may do nothing but SFTP, locked into a folder, on a port of its own.

A system's own server is not touched: this one has its own configuration, host key, port and process id.
"""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from cdp_pipelines_tests.debian_postgres import free_port

PASSPHRASE = "open sesame"  # noqa: S105 - of a key that one test makes
_STATE = Path("/var/lib")
"""Every folder above a chroot belongs to root and is writable for root alone, which temporary folders are not."""
_PRIVILEGES = Path("/run/sshd")
"""Where sshd keeps its processes without rights; it stays, since other servers of this machine need it, too."""
_CONFIGURATION = """
Port {port}
ListenAddress 127.0.0.1
HostKey {run}/hostkey
PidFile {run}/sshd.pid
AuthorizedKeysFile {run}/keys
PasswordAuthentication yes
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PermitRootLogin no
AllowUsers {user}
Subsystem sftp internal-sftp
ForceCommand internal-sftp
ChrootDirectory {jail}
AllowTcpForwarding no
X11Forwarding no
MaxStartups 100
"""


@dataclass(frozen=True)
class OpenSsh:
    """The running server; `upload` is the folder that its user sees as /upload."""

    port: int
    user: str
    password: str
    upload: Path
    run: Path

    @property
    def address(self) -> str:
        return f"sftp://127.0.0.1:{self.port}"

    @property
    def fingerprint(self) -> str:
        shown = subprocess.run(
            ["ssh-keygen", "-l", "-f", self.run / "hostkey.pub"], capture_output=True, text=True, check=True
        )
        return shown.stdout.split()[1]

    def key(self, kind: str, passphrase: str) -> Path:
        """Make a key of a kind, as its owner would, and let it in."""
        path = self.run / f"{secrets.token_hex(4)}_{kind}"
        _make_key(path, kind, passphrase)
        with (self.run / "keys").open("a") as keys:
            keys.write(path.with_name(f"{path.name}.pub").read_text())
        return path

    def put(self, name: str, content: str) -> Path:
        path = self.upload / name
        path.write_text(content)
        os.utime(path, (1_750_000_000, 1_750_000_000))
        account = pwd.getpwnam(self.user)
        os.chown(path, account.pw_uid, account.pw_gid)
        return path


_TOOLS = ("useradd", "chpasswd", "userdel", "ssh-keygen", "ssh-keyscan", "find")
"""What makes the server's user and keys, and looks after its folder."""


@contextmanager
def openssh() -> Iterator[OpenSsh]:
    """Run a server for a block."""
    program = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
    if program is None or os.geteuid() != 0 or not all(map(shutil.which, _TOOLS)):
        pytest.skip("needs Debian's package openssh-server, and root to lock a user into a folder")
    run, jail = Path(tempfile.mkdtemp(prefix="cdp-sshd-")), Path(tempfile.mkdtemp(prefix="cdp-sftp-", dir=_STATE))
    user, password = f"cdp{secrets.token_hex(4)}", secrets.token_hex(12)
    _PRIVILEGES.mkdir(mode=0o755, exist_ok=True)
    try:
        with _account(user, password):
            server = OpenSsh(free_port(), user, password, _jailed(jail, user), run)
            run.chmod(0o755)
            with _running(program, server, jail):
                yield server
    finally:
        for folder in (run, jail):
            shutil.rmtree(folder)


@contextmanager
def _account(user: str, password: str) -> Iterator[None]:
    subprocess.run(["useradd", "--no-create-home", "--shell", "/usr/sbin/nologin", user], check=True)
    try:
        subprocess.run(["chpasswd"], input=f"{user}:{password}\n", text=True, check=True)
        yield
    finally:
        subprocess.run(["userdel", user], check=True)


def _jailed(jail: Path, user: str) -> Path:
    jail.chmod(0o755)
    upload = jail / "upload"
    upload.mkdir()
    shutil.chown(upload, user)
    return upload


@contextmanager
def _running(program: str, server: OpenSsh, jail: Path) -> Iterator[None]:
    _make_key(server.run / "hostkey", "ed25519", "")
    (server.run / "keys").touch()
    configuration = server.run / "sshd_config"
    configuration.write_text(_CONFIGURATION.format(port=server.port, run=server.run, user=server.user, jail=jail))
    with (server.run / "log").open("w") as log:
        process = subprocess.Popen([program, "-D", "-e", "-f", configuration], stdout=log, stderr=log)
        try:
            _await(server, process)
            yield
        finally:
            process.terminate()
            process.wait(20)


def _await(server: OpenSsh, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", server.port), 1) as line:
            if line.recv(4) == b"SSH-":
                return
        time.sleep(0.05)
    pytest.fail(f"sshd did not start: {(server.run / 'log').read_text()}")


def _make_key(path: Path, kind: str, passphrase: str) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-f", path], check=True)
