"""Code server, UI and nginx as shipped, on ports of this test: login, TLS, WebSocket, and a UI to look at only."""

import base64
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from cdp_pipelines_tests.debian_postgres import free_port
from cdp_pipelines_tests.docs.blocks import ROOT, blocks
from cdp_pipelines_tests.docs.servers import DEPLOY, PASSWORDS, Server

pytestmark = [pytest.mark.debian, pytest.mark.parametrize("server", ["wheel"], indirect=True)]

BIN = Path(sys.executable).parent
LOGIN = ("anna", "correct horse")
LAUNCH = """mutation { launchRun(executionParams: {selector: {jobName: "de__orders", repositoryName: "__repository__",
repositoryLocationName: "cdp_pipelines"}, runConfigData: {}}) { __typename } }"""
JOBS = "{ workspaceOrError { ... on Workspace { locationEntries { locationOrLoadError { ... on RepositoryLocation "
JOBS += "{ repositories { jobs { name } } } ... on PythonError { message } } } } } }"


@dataclass(frozen=True)
class Site:
    """The address that people see, and whom their browsers trust."""

    port: int
    plain_port: int
    authority: str

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def ask(self, query: str) -> dict[str, Any]:
        """The answer of the UI's GraphQL to somebody with a login."""
        found = requests.post(
            f"{self.url}/graphql", json={"query": query}, auth=LOGIN, verify=self.authority, timeout=60
        )
        return found.json()


@contextmanager
def running(command: list[str], folder: Path, **environment: str) -> Iterator[None]:
    """Run a program for a block; what it says is in a file beside."""
    with (folder / f"{Path(command[0]).name}.log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, env=os.environ | environment, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def until(condition: Any, seconds: float = 90) -> None:
    """Wait until a question to a server is answered with yes."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if condition():
                return
        except (OSError, ValueError, KeyError):
            pass
        time.sleep(0.2)
    raise TimeoutError


def code_server_command(port: int) -> list[str]:
    """The code server's unit, of this environment and on another port."""
    (text,) = re.findall(r"^ExecStart=(.+)$", (DEPLOY / "systemd" / "cdp-code.service").read_text(), re.MULTILINE)
    return text.replace("/opt/cdp-pipelines/bin", str(BIN)).replace("4000", str(port)).split()


def read_only_command(port: int, workspace: Path) -> list[str]:
    """The webserver of docs/operating.md to look at only."""
    lines = [line for block in blocks(ROOT / "docs" / "operating.md", "sh") for line in block.text.splitlines()]
    (command,) = (line for line in lines if line.startswith("dagster-webserver --read-only"))
    words = command.replace("3001", str(port)).replace("/etc/cdp-pipelines/workspace.yaml", str(workspace)).split()
    return [str(BIN / words[0]), *words[1:]]


def nginx_command(folder: Path, site: Site, ui: int) -> list[str]:
    """Write nginx's configuration around the one that we ship, and return how to start it."""
    text = (DEPLOY / "nginx.conf").read_text()
    for old, new in {
        "listen 80;": f"listen 127.0.0.1:{site.plain_port};",
        "listen 443 ssl;": f"listen 127.0.0.1:{site.port} ssl;",
        "cdp.example.com": "localhost",
        "127.0.0.1:3000": f"127.0.0.1:{ui}",
        "/etc/cdp-pipelines/": f"{folder}/",
    }.items():
        assert old in text
        text = text.replace(old, new)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""  # pytest's folders are closed to nginx's own user
    frame = f"{user}pid {folder}/nginx.pid;\ndaemon off;\nerror_log stderr;\nevents {{}}\n"
    (folder / "nginx.conf").write_text(f"{frame}http {{\naccess_log off;\n{temporary}{text}}}\n")
    return [shutil.which("nginx") or "nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)]


@pytest.fixture
def site(server: Server, tmp_path: Path) -> Iterator[Site]:
    """Code server, read-only UI and nginx, all as shipped."""
    if shutil.which("nginx") is None:
        pytest.skip("Debian's package nginx is not installed")
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    (tmp_path / "tls").mkdir()
    certificate.private_key_pem.write_to_path(tmp_path / "tls" / "privkey.pem")
    for pem in certificate.cert_chain_pems:
        pem.write_to_path(tmp_path / "tls" / "fullchain.pem", append=True)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    (tmp_path / "htpasswd").write_text(f"{LOGIN[0]}:{{PLAIN}}{LOGIN[1]}\n")
    (tmp_path / "imports").mkdir()
    shutil.copy(ROOT / "docs" / "examples" / "OrderImport.yaml", tmp_path / "imports" / "defs.yaml")
    shutil.copy(DEPLOY / "dagster.yaml", tmp_path)
    code, ui = free_port(), free_port()
    (tmp_path / "workspace.yaml").write_text((DEPLOY / "workspace.yaml").read_text().replace("4000", str(code)))
    made = Site(free_port(), free_port(), str(tmp_path / "ca.pem"))
    environment = {
        "CDP_REQUIRE_SERVER": "1",
        "CDP_HOME": str(tmp_path / "home"),
        "CDP_CODE_HOST": "127.0.0.1",
        "DAGSTER_HOME": str(tmp_path),
        "DAGSTER_PG_HOST": str(server.admin.host),
        "DAGSTER_PG_PORT": str(server.admin.port),
        "DAGSTER_PG_PASSWORD": PASSWORDS["DAGSTER_PG_PASSWORD"],
    }
    for_code = {"CDP_DEFS": str(tmp_path / "imports"), "CDP_DATABASE_URL": server.url("cdp_app")}
    migrate = [str(BIN / "dagster"), "instance", "migrate"]
    subprocess.run(migrate, env=os.environ | environment, capture_output=True, check=True)
    with ExitStack() as stack:
        stack.enter_context(running(code_server_command(code), tmp_path, **environment, **for_code))
        stack.enter_context(running(read_only_command(ui, tmp_path / "workspace.yaml"), tmp_path, **environment))
        command = nginx_command(tmp_path, made, ui)
        tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        assert tried.returncode == 0, tried.stderr
        stack.enter_context(running(command, tmp_path))
        # The code server comes up last, as it may after a reboot: the UI finds it by itself.
        until(lambda: '"de__orders"' in json.dumps(made.ask(JOBS)))
        yield made


def test_the_ui_behind_nginx_asks_for_a_login_speaks_tls_and_shows_imports_but_starts_none(site: Site) -> None:
    plain = requests.get(f"http://localhost:{site.plain_port}/runs", allow_redirects=False, timeout=10)
    assert (plain.status_code, plain.headers["Location"]) == (301, "https://localhost/runs")
    for login in (None, ("anna", "wrong"), ("bob", LOGIN[1])):
        assert requests.get(site.url, auth=login, verify=site.authority, timeout=10).status_code == 401
    page = requests.get(f"{site.url}/runs", auth=LOGIN, verify=site.authority, timeout=30)
    assert (page.status_code, "Strict-Transport-Security" in page.headers) == (200, True)
    assert "UnauthorizedError" in json.dumps(site.ask(LAUNCH))
    assert _acknowledged(site, LOGIN) == "connection_ack"
    with pytest.raises(InvalidStatus, match="401"):
        _acknowledged(site, ("anna", "wrong"))


def _acknowledged(site: Site, login: tuple[str, str]) -> str:
    """What the UI's WebSocket answers to a browser's first word."""
    words = base64.b64encode(":".join(login).encode()).decode()
    with connect(
        f"wss://localhost:{site.port}/graphql",
        ssl=ssl.create_default_context(cafile=site.authority),
        additional_headers={"Authorization": f"Basic {words}"},
        subprotocols=["graphql-ws"],  # type: ignore[list-item]
    ) as socket:
        socket.send(json.dumps({"type": "connection_init", "payload": {}}))
        return json.loads(socket.recv(timeout=20))["type"]
