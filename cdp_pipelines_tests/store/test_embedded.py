"""The embedded server's life in good weather: made, found, shared, moved, stopped."""

import os
import shutil
import stat
import time
from pathlib import Path

import psycopg
import pytest

from cdp_pipelines.errors import StoreError
from cdp_pipelines.store import connect_kept
from cdp_pipelines.store.embedded import Address, EmbeddedPostgres
from cdp_pipelines.store.embedded.traces import PidFile

OPEN = "from cdp_pipelines.store import open_store; s = open_store(); print(s.url.port, s.label)"


def started(home: Path) -> Address:
    return EmbeddedPostgres(home, durable=False).start()


def note(address: Address, text: str) -> None:
    with address.connect("cdp") as connection:
        connection.execute("create table note (text text)")
        connection.execute("insert into note values (%s)", [text])


def noted(address: Address) -> str:
    with address.connect("cdp") as connection:
        return connection.execute("select text from note").fetchone()[0]


def setting(address: Address, name: str) -> str:
    with address.connect("cdp") as connection:
        return connection.execute("select current_setting(%s)", [name]).fetchone()[0]


def test_later_starts_find_the_same_server(own_home):
    first = started(own_home)
    assert EmbeddedPostgres(own_home).find() == first
    assert EmbeddedPostgres(own_home).start() == first


def test_the_first_start_takes_less_than_five_seconds(own_home, tmp_path):
    took = []
    for home in (own_home, tmp_path / "second", tmp_path / "third"):  # the best of three, since machines are busy
        since = time.monotonic()
        EmbeddedPostgres(home).start()
        took.append(time.monotonic() - since)
        if took[-1] < 5:
            break
    assert min(took) < 5


def test_a_kept_store_is_found_again_when_its_server_was_started_anew(own_home):
    def answers() -> int:
        with connect_kept() as connection:
            return connection.info.port

    first = answers()
    assert answers() == first
    EmbeddedPostgres(own_home).stop()
    assert answers() != first, "started again, on a port of its own"


def test_a_home_without_a_server_has_none(own_home):
    assert EmbeddedPostgres(own_home).find() is None
    assert EmbeddedPostgres(own_home).stop() is False
    assert not own_home.exists()


def test_processes_that_open_an_empty_home_at_once_share_one_server(own_home, python):
    processes = [python(code=OPEN) for _ in range(8)]
    answers = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0] * 8, answers
    assert {out for out, _ in answers} == {f"{EmbeddedPostgres(own_home).find().port} embedded\n"}


def test_only_the_owner_may_read_the_password_and_the_data(own_home):
    password = started(own_home).password
    secret = own_home / "postgres" / "password"
    assert secret.read_text() == password
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE((own_home / "postgres").stat().st_mode) == 0o700
    assert stat.S_IMODE((own_home / "postgres" / "data").stat().st_mode) == 0o700


def test_the_password_stands_in_no_command_line_log_or_repr(own_home):
    address = started(own_home)
    pid = PidFile.read(own_home / "postgres" / "data" / "postmaster.pid").pid
    assert address.password not in (own_home / "postgres" / "log").read_text()
    assert address.password not in repr(address)
    if Path(f"/proc/{pid}").exists():
        assert address.password not in Path(f"/proc/{pid}/cmdline").read_text()


def test_a_wrong_password_is_refused(own_home):
    address = started(own_home)
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        Address(address.port, "wrong").connect("cdp")


def test_a_lost_password_is_said_at_once(own_home):
    started(own_home)
    secret = own_home / "postgres" / "password"
    kept = secret.read_text()
    secret.write_text("another")
    with pytest.raises(StoreError, match=r"does not accept the password in .*password; put the file back"):
        started(own_home)
    secret.unlink()
    with pytest.raises(StoreError, match="password cannot be read"):
        started(own_home)
    secret.write_text(kept)
    started(own_home)


def test_it_listens_on_the_loopback_interface_only(own_home):
    address = started(own_home)
    assert setting(address, "listen_addresses") == "127.0.0.1"
    assert setting(address, "unix_socket_directories") == ""
    with address.connect("cdp") as connection:
        methods = connection.execute("select distinct auth_method from pg_hba_file_rules").fetchall()
    assert methods == [("scram-sha-256",)]


def test_production_settings_survive_a_power_cut(own_home):
    address = EmbeddedPostgres(own_home).start()
    assert [setting(address, name) for name in ("fsync", "synchronous_commit", "full_page_writes")] == ["on"] * 3
    assert setting(address, "timezone") == "UTC"
    assert setting(address, "jit") == "off"
    assert setting(address, "max_wal_size") == "4GB"


def test_values_of_a_failed_statement_stay_out_of_the_log(own_home):
    address = started(own_home)
    with address.connect("cdp") as connection:
        connection.execute("create table person (email text primary key)")
        connection.execute("insert into person values ('jane@example.com')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("insert into person values ('jane@example.com')")
    log = (own_home / "postgres" / "log").read_text()
    assert "duplicate key" in log
    assert "jane" not in log


def test_the_server_gets_nothing_of_our_environment(own_home, monkeypatch):
    monkeypatch.setenv("ACME_S3_SECRET", "canary")
    address = started(own_home)
    pid = PidFile.read(own_home / "postgres" / "data" / "postmaster.pid").pid
    environment = Path(f"/proc/{pid}/environ")
    if not environment.exists():
        pytest.skip("this system has no /proc")
    assert "canary" not in environment.read_text()
    assert address.port


def test_stopping_ends_running_statements_and_keeps_the_data(own_home):
    address = started(own_home)
    note(address, "kept")
    with address.connect("cdp") as idle:
        assert EmbeddedPostgres(own_home).stop() is True
        with pytest.raises(psycopg.OperationalError):
            idle.execute("select 1")
    assert EmbeddedPostgres(own_home).find() is None
    assert EmbeddedPostgres(own_home).stop() is False
    assert noted(started(own_home)) == "kept"


def test_a_home_that_was_moved_while_stopped_keeps_its_data(own_home, tmp_path):
    note(started(own_home), "moved")
    EmbeddedPostgres(own_home).stop()
    own_home.rename(tmp_path / "elsewhere")
    assert noted(started(tmp_path / "elsewhere")) == "moved"


def test_a_copy_of_a_running_home_gets_a_server_of_its_own(own_home, tmp_path):
    original = started(own_home)
    shutil.copytree(own_home, tmp_path / "copy")
    copy = started(tmp_path / "copy")
    assert copy.port != original.port
    assert copy.password == original.password
    assert setting(copy, "data_directory") == str(tmp_path / "copy" / "postgres" / "data")


def test_the_server_is_out_of_reach_of_a_terminals_signals(own_home):
    started(own_home)
    pid = PidFile.read(own_home / "postgres" / "data" / "postmaster.pid").pid
    assert os.getsid(pid) != os.getsid(0)


def test_a_server_that_cannot_start_says_why(own_home):
    started(own_home)
    EmbeddedPostgres(own_home).stop()
    (own_home / "postgres" / "data" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(StoreError, match=r"does not start: database files are incompatible with server\.$"):
        started(own_home)
