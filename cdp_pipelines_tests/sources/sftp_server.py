"""An SFTP server over a folder, in this process, which misbehaves as told."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

USER, PASSWORD = "shop", "s3cret-canary"


@dataclass
class SftpServer:
    """A running server: where it is, what it does wrong, and what it was asked.

    Attributes:
        stall: Seconds before each read is answered.
        cut_after: Offset at which a connection breaks, one entry for each connection.
        on_read: Called with the offset of each read, before it is answered.
        offsets: Of all reads.
        logins: How many sessions were begun.
    """

    root: Path
    host_key: asyncssh.SSHKey
    user_keys: list[asyncssh.SSHKey] = field(default_factory=list)
    port: int = 0
    stall: float = 0.0
    cut_after: list[int] = field(default_factory=list)
    on_read: Callable[[int], None] = lambda _: None
    offsets: list[int] = field(default_factory=list)
    logins: int = 0

    @property
    def address(self) -> str:
        return f"sftp://127.0.0.1:{self.port}"

    @property
    def fingerprint(self) -> str:
        return self.host_key.get_fingerprint()

    def known_hosts(self, path: Path) -> Path:
        path.write_text(f"[127.0.0.1]:{self.port} {self.host_key.export_public_key().decode()}")
        return path


@contextmanager
def sftp_server(root: Path, *user_keys: asyncssh.SSHKey, key_type: str = "ssh-ed25519") -> Iterator[SftpServer]:
    running = SftpServer(root, asyncssh.generate_private_key(key_type), list(user_keys))
    started, stop = threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(running, started, stop)), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield running
    finally:
        stop.set()
        thread.join(10)


async def _serve(running: SftpServer, started: threading.Event, stop: threading.Event) -> None:
    class Files(asyncssh.SFTPServer):
        def __init__(self, channel: asyncssh.SSHServerChannel) -> None:
            running.logins += 1
            self.broken = False
            super().__init__(channel, chroot=str(running.root))

        async def read(self, file_obj: object, offset: int, size: int) -> bytes:
            running.offsets.append(offset)
            running.on_read(offset)
            await asyncio.sleep(running.stall)
            if not self.broken and running.cut_after and offset >= running.cut_after[0]:
                running.cut_after.pop(0)
                self.broken = True
                self.channel.get_connection().abort()
            if self.broken:
                raise asyncssh.SFTPConnectionLost("cut")
            return super().read(file_obj, offset, size)

    class Login(asyncssh.SSHServer):
        def begin_auth(self, _: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == (USER, PASSWORD)

        def public_key_auth_supported(self) -> bool:
            return True

        def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
            return username == USER and key in [one.convert_to_public() for one in running.user_keys]

    server = await asyncssh.listen(
        "127.0.0.1", 0, server_factory=Login, server_host_keys=[running.host_key], sftp_factory=Files, allow_scp=False
    )
    async with server:
        running.port = server.sockets[0].getsockname()[1]
        started.set()
        while not stop.is_set():
            await asyncio.sleep(0.01)
        server.close()
