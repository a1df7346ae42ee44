"""Dagster as it is deployed, a daemon and a code server in processes of their own, killed one by one or at once."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import yaml

from cdp_pipelines_tests.faults.processes import eventually
from cdp_pipelines_tests.scenarios.shop import Shop

SETTINGS = {
    "telemetry": {"enabled": False},
    "run_coordinator": {
        "module": "dagster._core.run_coordinator",
        "class": "QueuedRunCoordinator",
        "config": {
            "dequeue_interval_seconds": 1,
            "tag_concurrency_limits": [{"key": "cdp/import", "limit": 1, "value": {"applyLimitPerUniqueValue": True}}],
        },
    },
    "run_monitoring": {"enabled": True, "poll_interval_seconds": 5, "max_runtime_seconds": 7200},
    "run_retries": {"enabled": True, "max_retries": 1, "retry_on_asset_or_op_failure": False},
}


@dataclass
class Machine:
    """The processes, their folder (`DAGSTER_HOME`) and the shop whose imports they run."""

    home: Path
    shop: Shop
    code_server: subprocess.Popen | None = None
    daemon: subprocess.Popen | None = None
    port: int = 0
    workers: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        (self.home / "dagster.yaml").write_text(yaml.safe_dump(SETTINGS))
        location = {"grpc_server": {"host": "127.0.0.1", "port": self.port, "location_name": "cdp_pipelines"}}
        (self.home / "workspace.yaml").write_text(yaml.safe_dump({"load_from": [location]}))
        self.instance = dg.DagsterInstance.from_config(str(self.home))
        self.instance.get_runs()  # makes the databases before two processes would race for it

    def starts(self, failpoint: str = "") -> None:
        """Start everything; workers stop themselves at the failpoint."""
        self.starts_code_server(failpoint)
        self.starts_daemon()

    def starts_code_server(self, failpoint: str = "") -> None:
        command = ["dagster", "api", "grpc", "-h", "127.0.0.1", "-p", str(self.port), "-m", "cdp_pipelines.definitions"]
        self.code_server = self._start(command, CDP_FAILPOINT=failpoint)
        eventually(self._listens)

    def starts_daemon(self) -> None:
        self.daemon = self._start(["dagster-daemon", "run", "-w", str(self.home / "workspace.yaml")])

    def _start(self, command: list[str], **variables: str) -> subprocess.Popen:
        environment = {"DAGSTER_HOME": str(self.home), "CDP_DEFS": str(self.shop.folder)} | variables
        program = Path(sys.executable).parent / command[0]
        log = (self.home / f"{command[0]}.log").open("ab")
        return subprocess.Popen(
            [program, *command[1:]], env=os.environ | environment, stdout=log, stderr=log, start_new_session=True
        )

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def stopped_worker(self) -> int:
        """Wait for another run's process that has stopped itself at its failpoint."""
        eventually(lambda: set(self._stopped()) - self.workers)
        worker = (set(self._stopped()) - self.workers).pop()
        self.workers.add(worker)
        return worker

    def _stopped(self) -> Iterator[int]:
        assert self.code_server
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                state, parent = stat.read_text().rpartition(")")[2].split()[:2]
                if state == "T" and int(parent) == self.code_server.pid:
                    yield int(stat.parent.name)

    def kills(self, process: subprocess.Popen | None) -> None:
        if process and process.poll() is None:
            process.kill()
            process.wait()

    def dies(self) -> None:
        """Kill everything at once, as when the power fails."""
        workers = list(self._stopped()) if self.code_server else []
        for process in (self.code_server, self.daemon):
            self.kills(process)
        for worker in workers:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)

    def time_passes(self) -> None:
        """Let ten minutes go by for whoever looks at signs of life."""
        with self.shop.store.connect(autocommit=True) as connection:
            connection.execute("update dagster_leases set beat_at = beat_at - interval '10 minutes'")
            connection.execute("update import_runs set heartbeat_at = heartbeat_at - interval '10 minutes'")

    def statuses(self) -> list[dg.DagsterRunStatus]:
        """The states of Dagster's runs, the oldest first."""
        return [run.status for run in reversed(self.instance.get_runs())]
