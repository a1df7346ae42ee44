"""A real nginx with TLS that serves a folder, and now and then refuses to."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from cdp_pipelines_tests.debian_postgres import free_port

LOGIN = ("anna", "correct horse")
_SITE = """
{user}pid {folder}/nginx.pid;
daemon off;
error_log {folder}/error.log;
events {{}}
http {{
    {temporary}
    log_format asked '$request_method $uri $status "$http_range" "$http_if_range"';
    access_log {folder}/asked.log asked;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {folder}/chain.pem;
        ssl_certificate_key {folder}/key.pem;
        root {folder}/www;
        location / {{
            if (-f {folder}/busy) {{ add_header Retry-After 1 always; return 503; }}
        }}
        location /private/ {{ auth_basic closed; auth_basic_user_file {folder}/htpasswd; }}
        location /moved/ {{ rewrite ^/moved/(.*)$ /$1 redirect; }}
        location /away/ {{ return 302 https://127.0.0.2:{port}/orders.csv; }}
        location /slow/ {{ limit_rate 200k; }}
        location /stalling/ {{ limit_rate 20; }}
    }}
}}
"""


@dataclass(frozen=True)
class Nginx:
    """The running server; `www` is the folder that it serves, `authority` the file to trust."""

    port: int
    folder: Path

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def authority(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def busy(self) -> Path:
        """A file that makes the server answer with 503 while it is there."""
        return self.folder / "busy"

    def put(self, name: str, content: str) -> str:
        """Write a file as of long ago, and return its address."""
        path = self.folder / "www" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        os.utime(path, (1_750_000_000, 1_750_000_000))
        return f"{self.address}/{name}"

    def asked(self) -> list[str]:
        """What the server was asked and how it answered, once it has written that down."""
        time.sleep(0.2)
        return (self.folder / "asked.log").read_text().splitlines()


@contextmanager
def nginx(folder: Path) -> Iterator[Nginx]:
    """Run a server for a block."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("Debian's package nginx is not installed")
    server = Nginx(free_port(), folder)
    _configure(server)
    command = [program, "-c", folder / "nginx.conf", "-p", folder]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _await(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(20)


def _configure(server: Nginx) -> None:
    folder, authority = server.folder, trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for pem in certificate.cert_chain_pems:
        pem.write_to_path(folder / "chain.pem", append=True)
    authority.cert_pem.write_to_path(server.authority)
    (folder / "htpasswd").write_text(f"{LOGIN[0]}:{{PLAIN}}{LOGIN[1]}\n")
    (folder / "www").mkdir()
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    user = "user root;\n" if os.geteuid() == 0 else ""  # pytest's folders are closed to nginx's own user
    text = _SITE.format(folder=folder, port=server.port, user=user, temporary=temporary)
    (folder / "nginx.conf").write_text(text)


def _await(server: Nginx, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", server.port), 1):
            return
        time.sleep(0.05)
    pytest.fail(f"nginx did not start: {(server.folder / 'log').read_text()}")
