"""The embedded server is found again whatever was killed, and nothing that is left behind fools us."""

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from cdp_pipelines.store.embedded import Address, EmbeddedPostgres, server
from cdp_pipelines.store.embedded.traces import LifeLock, PidFile, orphans
from cdp_pipelines_tests.store.test_embedded import note, noted, setting

LOAD = """
from cdp_pipelines.store import open_store
from cdp_pipelines.store.locks import try_lock
with open_store().connect() as connection:
    print(try_lock(connection, "import"))
    with connection.cursor().copy("copy note from stdin") as copy:
        for number in range(10**9):
            copy.write(f"row {number}\\n")
            if number == 100_000:
                print("loading", flush=True)
"""


def started(home: Path) -> Address:
    return EmbeddedPostgres(home).start()  # as in production: what is committed must survive


def pid_file(home: Path) -> PidFile:
    return PidFile.read(home / "postgres" / "data" / "postmaster.pid")


def kill_tree(home: Path) -> None:
    postmaster = pid_file(home).pid
    os.kill(postmaster, signal.SIGKILL)
    for pid in orphans(home / "postgres" / "data"):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while LifeLock(home / "postgres" / "life.lock").held():
        time.sleep(0.01)


def write_pid_file(home: Path, pid: int, port: int) -> None:
    data = home / "postgres" / "data"
    (data / "postmaster.pid").write_text(f"{pid}\n{data}\n1700000000\n{port}\n\n127.0.0.1\n 1 1\nready   \n")


def test_a_killed_client_leaves_the_server_its_data_and_no_lock(own_home, python):
    first = started(own_home)
    note(first, "kept")
    client = python(code=LOAD)
    assert client.stdout.readline() == "True\n"
    assert client.stdout.readline() == "loading\n"
    client.kill()
    client.wait()
    assert started(own_home) == first
    assert noted(first) == "kept"
    with first.connect("cdp") as connection:
        deadline = time.monotonic() + 10
        while connection.execute("select count(*) from pg_locks where locktype = 'advisory'").fetchone()[0]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert connection.execute("select count(*) from note").fetchone()[0] == 1


def test_a_killed_postmaster_is_replaced_and_what_was_committed_is_there(own_home):
    note(started(own_home), "committed")
    os.kill(pid_file(own_home).pid, signal.SIGKILL)
    assert noted(started(own_home)) == "committed"


def test_a_killed_postmasters_busy_process_does_not_keep_the_data(own_home):
    address = started(own_home)
    note(address, "committed")
    busy = address.connect("cdp")

    def endless() -> None:
        with pytest.raises(Exception, match="connection"):
            busy.execute("select count(*) from generate_series(1, 1000000000000)")

    thread = threading.Thread(target=endless, daemon=True)
    thread.start()
    time.sleep(0.3)
    os.kill(pid_file(own_home).pid, signal.SIGKILL)
    since = time.monotonic()
    assert noted(started(own_home)) == "committed"
    assert time.monotonic() - since < 10
    thread.join(5)
    assert not thread.is_alive()


def test_a_tree_that_was_killed_as_a_whole_is_replaced(own_home):
    note(started(own_home), "committed")
    kill_tree(own_home)
    assert EmbeddedPostgres(own_home).find() is None
    assert EmbeddedPostgres(own_home).stop() is False
    assert noted(started(own_home)) == "committed"


def test_stopping_ends_what_a_killed_postmaster_left(own_home):
    address = started(own_home)
    with address.connect("cdp") as connection:
        backend = connection.info.backend_pid
        os.kill(backend, signal.SIGSTOP)  # it cannot see that its postmaster dies
        os.kill(pid_file(own_home).pid, signal.SIGKILL)
        stopping = threading.Timer(0.5, os.kill, (backend, signal.SIGCONT))
        stopping.start()
        assert EmbeddedPostgres(own_home).stop() is True
    assert not LifeLock(own_home / "postgres" / "life.lock").held()


def test_stopping_a_server_that_recovers_from_a_crash_ends_it(own_home):
    address = started(own_home)
    note(address, "committed")
    with address.connect("cdp") as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
    time.sleep(0.02)
    assert EmbeddedPostgres(own_home).stop() is True
    assert noted(started(own_home)) == "committed"


@pytest.mark.parametrize("state", ["alive", "zombie"])
def test_a_process_id_that_another_process_has_now_is_no_server(own_home, state):
    address = started(own_home)
    note(address, "committed")
    kill_tree(own_home)
    other = subprocess.Popen(["sleep", "60"])
    try:
        if state == "zombie":
            other.kill()
            time.sleep(0.1)
        write_pid_file(own_home, other.pid, address.port)
        assert noted(started(own_home)) == "committed"
        if state == "alive":
            assert other.poll() is None
    finally:
        other.kill()
        other.wait()


@pytest.mark.parametrize("text", ["", "4711\n", "no number\n" * 8])
def test_a_damaged_pid_file_does_not_keep_the_server_down(own_home, text):
    note(started(own_home), "committed")
    kill_tree(own_home)
    (own_home / "postgres" / "data" / "postmaster.pid").write_text(text)  # empty after a power cut
    assert noted(started(own_home)) == "committed"


def test_the_server_of_another_home_is_not_taken_for_ours(own_home, tmp_path):
    other_home = tmp_path / "other"
    note(started(own_home), "ours")
    EmbeddedPostgres(own_home).stop()
    shutil.copytree(own_home, other_home)  # the same password and system identifier
    other = started(other_home)
    write_pid_file(own_home, pid_file(other_home).pid, other.port)
    assert EmbeddedPostgres(own_home).find() is None
    ours = started(own_home)
    assert ours.port != other.port
    assert setting(ours, "data_directory") == str(own_home / "postgres" / "data")
    EmbeddedPostgres(own_home).stop()
    assert EmbeddedPostgres(other_home).find() == other


def test_a_stranger_on_our_old_port_is_not_told_the_password(own_home):
    address = started(own_home)
    note(address, "committed")
    kill_tree(own_home)
    heard = []

    def ask_for_the_password(listener: socket.socket) -> None:
        while True:
            client = listener.accept()[0]
            heard.append(client.recv(1000))
            client.sendall(b"R\0\0\0\x08\0\0\0\x03")  # AuthenticationCleartextPassword
            heard.append(client.recv(1000))
            client.close()

    with socket.create_server(("127.0.0.1", address.port)) as listener:
        threading.Thread(target=ask_for_the_password, args=(listener,), daemon=True).start()
        again = started(own_home)
        assert again.port != address.port
        assert noted(again) == "committed"
    assert heard
    assert not any(address.password.encode() in message for message in heard)


def test_a_port_that_is_taken_at_the_last_moment_is_replaced_by_another(own_home, monkeypatch):
    free = server._free_port
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = iter([taken.getsockname()[1]])
        monkeypatch.setattr(server, "_free_port", lambda: next(ports, None) or free())
        assert started(own_home).port != taken.getsockname()[1]


def test_what_a_killed_first_start_left_half_made_is_made_anew(own_home):
    started(own_home)
    EmbeddedPostgres(own_home).stop()
    folder = own_home / "postgres"
    (folder / "data").rename(folder / "data.new")
    (folder / "data.new" / "PG_VERSION").unlink()
    note(started(own_home), "fresh")
    assert not (folder / "data.new").exists()


def test_a_first_start_that_is_killed_at_any_moment_is_finished_by_the_next(own_home, python):
    code = "from cdp_pipelines.store.embedded import EmbeddedPostgres as E; import pathlib; print(1, flush=True)\n"
    code += f"E(pathlib.Path({str(own_home)!r}), durable=False).start()"
    for delay in (0.02, 0.15, 0.3, 0.45, 0.6):
        process = python(code=code)
        process.stdout.readline()
        time.sleep(delay)
        process.kill()
        process.wait()
    with started(own_home).connect("cdp") as connection:
        assert connection.execute("select 1").fetchone() == (1,)
