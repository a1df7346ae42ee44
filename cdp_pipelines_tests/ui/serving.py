"""`dagster dev` on a folder of YAML, on a free port and with homes of its own; and a browser to look at it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
WORKSPACE = "load_from: [{python_module: {module_name: cdp_pipelines.definitions, location_name: cdp_pipelines}}]\n"
LOCATION = "{ locationStatusesOrError { ... on WorkspaceLocationStatusEntries { entries { name loadStatus } } } }"
PATIENCE = 120.0


@dataclass(frozen=True)
class Served:
    """A folder whose definitions `dagster dev` serves: its address, and the environment of its processes."""

    folder: Path
    address: str
    environment: dict[str, str]

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the answer of Dagster's GraphQL."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{self.address}/graphql", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own address
            found = json.load(answer)
        assert "errors" not in found, found["errors"]
        return found["data"]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `cdp-pipelines` in the folder."""
        command = [sys.executable, "-m", "cdp_pipelines.cli", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )

    def runs(self) -> list[str]:
        """Return the statuses of all runs."""
        found = self.ask("{ runsOrError { ... on Runs { results { status } } } }")
        return [run["status"] for run in found["runsOrError"]["results"]]


@contextmanager
def served(folder: Path, **environment: str) -> Iterator[Served]:
    """Serve the definitions in the folder `defs` below this one until the end; its settings are those of a checkout."""
    shutil.copy(ROOT / "dagster.yaml", folder)
    (folder / "workspace.yaml").write_text(WORKSPACE)
    port = _free_port()
    own = {"DAGSTER_HOME": str(folder), "CDP_HOME": str(folder / ".cdp"), "CDP_DEFS": str(folder / "defs")}
    project = Served(folder, f"http://127.0.0.1:{port}", {**os.environ, "PYTHONPATH": str(ROOT), **own, **environment})
    (folder / ".cdp" / "dagster").mkdir(parents=True, exist_ok=True)
    dagster = [sys.executable, "-m", "dagster"]
    subprocess.run(
        [*dagster, "instance", "migrate"], env=project.environment, cwd=folder, check=True, capture_output=True
    )
    with (folder / "dagster.log").open("wb") as log:
        process = subprocess.Popen(
            [*dagster, "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port)],
            cwd=folder, env=project.environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        eventually(lambda: _loaded(project), folder / "dagster.log")
        yield project
    finally:
        _stop(process)


@contextmanager
def browsing(width: int = 1400, height: int = 900) -> Iterator[Page]:
    """A page of Debian's Chromium, with a new and empty profile."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            page = browser.new_page(viewport={"width": width, "height": height})
            page.set_default_timeout(PATIENCE * 1000)
            yield page
        finally:
            browser.close()


def eventually(true: Callable[[], object], log: Path, patience: float = PATIENCE) -> None:
    """Wait so many seconds at most until something holds; what the log says is the reason why it does not."""
    until = time.monotonic() + patience
    while not true():
        assert time.monotonic() < until, log.read_text()[-2000:]
        time.sleep(0.2)


def _loaded(project: Served) -> bool:
    with suppress(OSError):
        entries = project.ask(LOCATION)["locationStatusesOrError"]["entries"]
        return bool(entries) and all(entry["loadStatus"] == "LOADED" for entry in entries)
    return False


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End it and what it started, runs among them; its group is its own."""
    process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(20)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
