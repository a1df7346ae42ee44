"""Under whose name the embedded server runs: as root with and without user namespaces, and as an ordinary user."""

import os
import pwd
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cdp_pipelines.store.embedded import EmbeddedPostgres, become
from cdp_pipelines.store.embedded.traces import PidFile
from cdp_pipelines_tests.store import confine

OPEN = """
from cdp_pipelines.errors import CdpError
from cdp_pipelines.store import open_store
try:
    with open_store().connect() as connection:
        print(connection.execute("select 'works'").fetchone()[0])
except CdpError as error:
    print(type(error).__name__, error)
"""
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
no_namespaces = [sys.executable, "-I", "-S", confine.__file__, "unshare"]
no_way = [sys.executable, "-I", "-S", confine.__file__, "unshare,setuid"]


@pytest.fixture
def private_home(own_home: Path) -> Path:
    """A home below a folder that nobody but root may enter."""
    own_home.parent.chmod(0o700)
    return own_home


def uid_outside(home: Path) -> int:
    """Return the user that the system takes the server for, and check that the server is not root to itself."""
    pid = PidFile.read(home / "postgres" / "data" / "postmaster.pid").pid
    return Path(f"/proc/{pid}").stat().st_uid


def nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def answer(process: "subprocess.Popen[str]") -> str:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out.strip()


@needs_root
def test_root_gets_a_server_below_a_private_folder_and_stays_its_owner(private_home, python):
    before = private_home.parent.stat()
    assert answer(python(code=OPEN)) == "works"
    assert {path.stat().st_uid for path in (private_home / "postgres").iterdir()} == {0}
    after = private_home.parent.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


@needs_root
def test_root_without_namespaces_gets_a_server_that_runs_as_nobody(private_home, python):
    before = private_home.parent.stat()
    assert answer(python(*no_namespaces, code=OPEN)) == "works"
    assert uid_outside(private_home) == nobody().pw_uid
    after = private_home.parent.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert stat.S_IMODE(private_home.stat().st_mode) == 0o700


@needs_root
def test_a_home_goes_back_and_forth_between_both_ways(private_home, python):
    for before in ([], no_namespaces, [], no_namespaces):
        assert answer(python(*before, code=OPEN)) == "works"
        assert EmbeddedPostgres(private_home).stop() is True


@needs_root
def test_root_who_may_become_nobody_is_told_what_to_set(private_home, python):
    said = answer(python(*no_way, code=OPEN))
    assert said.startswith("StoreError Postgres refuses to run as root")
    assert "set CDP_DATABASE_URL" in said
    assert "CDP_PG_USER" in said


@needs_root
def test_root_may_name_the_user_that_the_server_runs_as(private_home, python, monkeypatch):
    monkeypatch.setenv("CDP_PG_USER", "daemon")
    assert answer(python(code=OPEN)) == "works"
    assert uid_outside(private_home) == pwd.getpwnam("daemon").pw_uid


@needs_root
@pytest.mark.parametrize(
    ("name", "sentence"), [("root", "must name a user other than root"), ("no such", "'no such', who does not exist")]
)
def test_a_user_that_cannot_run_postgres_is_a_configuration_error(own_home, python, monkeypatch, name, sentence):
    monkeypatch.setenv("CDP_PG_USER", name)
    said = answer(python(code=OPEN))
    assert said.startswith("ConfigurationError")
    assert sentence in said


@needs_root
def test_no_account_is_made(own_home, python):
    before = [account.pw_name for account in pwd.getpwall()]
    assert answer(python(code=OPEN)) == "works"
    assert [account.pw_name for account in pwd.getpwall()] == before


@pytest.fixture
def as_nobody() -> list[str]:
    """What runs a program as `nobody`, who may still read this environment where its folders are private."""
    ids = [str(nobody().pw_uid), str(nobody().pw_gid)]
    return [sys.executable, "-I", "-S", become.__file__, "setuid", *ids, "/", "wait"]


@pytest.fixture
def their_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home in a folder that belongs to `nobody`."""
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, nobody().pw_uid, nobody().pw_gid)
        monkeypatch.setenv("CDP_HOME", f"{folder}/home")
        yield Path(folder) / "home"
        EmbeddedPostgres(Path(folder) / "home").stop()


@needs_root
def test_an_ordinary_user_gets_a_server_that_root_may_use_and_start_too(their_home, as_nobody, python):
    for before in (as_nobody, [], as_nobody):
        assert answer(python(*before, code=OPEN)) == "works"
        assert uid_outside(their_home) == nobody().pw_uid
        assert {path.stat().st_uid for path in (their_home / "postgres" / "data").iterdir()} == {nobody().pw_uid}
        assert answer(python(code=OPEN)) == "works"
        assert EmbeddedPostgres(their_home).stop() is True


@needs_root
@pytest.mark.parametrize("closed", ["", "postgres"])
def test_another_users_home_is_refused_in_a_sentence(python, monkeypatch, closed):
    # modules are loaded before the identity changes: `nobody` may not be able to read them
    code = "import os; from cdp_pipelines.store import care, revisions\nfrom cdp_pipelines.errors import CdpError\n"
    code += "revisions.head()\n"
    code += "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
    code += "for ask in (care.url, care.status, care.stop, care.upgrade):\n"
    code += "    try: print(ask())\n    except CdpError as error: print(error)\n"
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        (home / "postgres").mkdir(parents=True)
        for path in (Path(folder), home):
            path.chmod(0o777)
        (home / closed).chmod(0o700)
        monkeypatch.setenv("CDP_HOME", str(home))
        said = answer(python(code=code)).splitlines()
    assert len(said) == 4
    assert all("set CDP_HOME" in line and str(home / closed) in line for line in said)
