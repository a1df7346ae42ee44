"""What the embedded server is told: tuned for files of a million lines on a laptop, safe against a power cut."""

import os
import subprocess
from pathlib import Path

_MB = 1 << 20


def settings(port: int, binaries: Path, durable: bool) -> dict[str, str]:
    """Return every server setting that differs from Postgres' own default.

    Args:
        port: TCP port on the loopback interface.
        binaries: The folder with `pg_config`, which says what this Postgres was built with.
        durable: False only for tests: data may be lost in a crash of the machine.
    """
    return {**_reach(port), **_load(_memory()), **_compression(binaries), **_log(), **({} if durable else _UNSAFE)}


def _reach(port: int) -> dict[str, str]:
    return {
        "port": str(port),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "50",
        "timezone": "UTC",
        # a killed client's locks go within seconds, not at the end of its statement
        "client_connection_check_interval": "5s",
    }


def _load(memory: int) -> dict[str, str]:
    """Size the server for bulk loads: few checkpoints, memory in proportion to the machine's (in bytes)."""
    return {
        "shared_buffers": f"{min(256, memory // 8 // _MB)}MB",
        "maintenance_work_mem": f"{min(256, memory // 16 // _MB)}MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": "0.9",
        # nobody replicates this server, and a table filled in the transaction that made it then needs no WAL
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "jit": "off",
    }


def _log() -> dict[str, str]:
    """Keep personal data out of the server's log: no statement texts, no DETAIL, no lines of a COPY."""
    return {
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_checkpoints": "off",
        "log_timezone": "UTC",
    }


_UNSAFE = {"fsync": "off", "full_page_writes": "off"}


def _compression(binaries: Path) -> dict[str, str]:
    asked = [binaries / "pg_config", "--configure"]
    built = subprocess.run(asked, capture_output=True, text=True, check=True).stdout  # noqa: S603 - own binary
    return {"wal_compression": "lz4", "default_toast_compression": "lz4"} if "--with-lz4" in built else {}


def _memory() -> int:
    """Return the bytes of memory that we may use: the machine's, or less in a limited container."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes")):
        try:
            memory = min(memory, int(limit.read_text()))
        except (OSError, ValueError):
            continue
    return memory
