import hashlib
import io
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.errors import ConfigurationError, NoFileError, SourceError
from cdp_pipelines.sources import files, open_source
from cdp_pipelines.sources.spec import LocalSource


@pytest.fixture
def source(tmp_path):
    return open_source(LocalSource(kind="local", uri="unused"), tmp_path)


class Meddler(io.BytesIO):
    """A target that does something to the source's file after the first chunk has arrived."""

    def __init__(self, deed):
        super().__init__()
        self._deed = deed

    def write(self, chunk):
        deed, self._deed = self._deed, lambda: None
        deed()
        return super().write(chunk)


def test_a_file_is_described_by_path_size_time_and_version(source, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(b"orderId\n1\n")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    (found,) = source.list("orders.csv")
    assert found.uri == str(path)
    assert found.size == 10
    assert found.modified_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert found.version == f"1700000000000000000-10-{path.stat().st_ino}"


@pytest.mark.parametrize("uri", ["{path}", "file://{path}", "sub/../a b.csv", "file://localhost{path}"])
def test_paths_and_file_addresses_lead_to_the_file(source, tmp_path, uri):
    (tmp_path / "sub").mkdir()
    path = tmp_path / "a b.csv"
    path.touch()
    quoted = str(path).replace(" ", "%20") if uri.startswith("file:") else str(path)
    assert path.samefile(source.list(uri.format(path=quoted))[0].uri)


def test_a_tilde_stands_for_the_home_folder(source, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "orders.csv").touch()
    assert source.list("~/orders.csv")[0].uri == str(tmp_path / "orders.csv")


@pytest.mark.parametrize("uri", ["", "a\0b", "file://elsewhere/orders.csv"])
def test_what_is_no_path_of_this_machine_is_a_configuration_error(source, uri):
    with pytest.raises(ConfigurationError):
        source.list(uri)


@pytest.mark.rows("F15")
def test_a_pattern_gives_its_files_by_name_and_leaves_out_what_is_not_ready(source, tmp_path):
    for name in ("b.csv", "a.csv", "c.csv.part", "d.csv.tmp", "e.csv~", ".f.csv", "_SUCCESS", "g.csv.filepart"):
        (tmp_path / name).touch()
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "nowhere.csv").symlink_to(tmp_path / "missing")
    (tmp_path / "z.csv").symlink_to(tmp_path / "a.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    assert [Path(found.uri).name for found in source.list("*")] == ["a.csv", "b.csv", "z.csv"]
    assert [Path(found.uri).name for found in source.list("*.part")] == ["c.csv.part"]


def test_only_the_asterisk_is_a_wildcard(source, tmp_path):
    for name in ("orders[1].csv", "orders1.csv", "orders?.csv"):
        (tmp_path / name).touch()
    assert [Path(found.uri).name for found in source.list("orders[1]*")] == ["orders[1].csv"]
    assert [Path(found.uri).name for found in source.list("orders?*")] == ["orders?.csv"]


def test_a_pattern_may_name_folders(source, tmp_path):
    for shop in ("de", "pt"):
        (tmp_path / shop).mkdir()
        (tmp_path / shop / "orders.csv").touch()
    assert [found.uri for found in source.list("*/orders.csv")] == [f"{tmp_path}/{s}/orders.csv" for s in ("de", "pt")]


@pytest.mark.parametrize(
    ("uri", "sentence"),
    [
        ("missing.csv", r"^No file at .*missing\.csv; check"),
        ("orders.csv/x.csv", r"^No file at"),
        ("x*.csv", r"^No file matches .*x\*\.csv; check"),
        ("no/x*.csv", r"there is no folder .*/no; check"),
        (".", r"is a folder; name a file"),
        ("pipe", r"is no regular file"),
        ("socket", r"is no regular file"),
        ("x" * 300, r"can't be read: File name too long"),
    ],
)
def test_what_cannot_be_listed_is_told_in_a_sentence(source, tmp_path, uri, sentence):
    (tmp_path / "orders.csv").touch()
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        with pytest.raises(SourceError, match=sentence):
            source.list(uri)


UNREADABLE = """
import io, os, sys, tempfile
from pathlib import Path
from cdp_pipelines.errors import SourceError
from cdp_pipelines.sources import open_source
from cdp_pipelines.sources.spec import LocalSource
with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    folder.chmod(0o755)
    (folder / "a.csv").touch(mode=0)
    (folder / "shut").mkdir(mode=0)
    source = open_source(LocalSource(kind="local", uri="x"), folder)
    found = source.list("a.csv")[0]
    if os.geteuid() == 0:
        os.seteuid(65534)
    fetch = lambda: source.fetch(found, io.BytesIO())
    for call in (lambda: source.list("shut/x.csv"), lambda: source.list("shut/*"), fetch):
        try:
            call()
        except SourceError as error:
            print(str(error).replace(name, ""))
    if os.getuid() == 0:
        os.seteuid(0)
"""


def test_what_may_not_be_read_is_told_in_a_sentence():
    done = subprocess.run([sys.executable, "-c", UNREADABLE], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [
        "/shut/x.csv may not be read by this user; grant read permission to it and its folders.",
        "/shut may not be read by this user; grant read permission to it and its folders.",
        "/a.csv may not be read by this user; grant read permission to it and its folders.",
    ], done.stderr


@given(content=st.binary(max_size=200), repeat=st.sampled_from([0, 1, 20_000]))
def test_all_bytes_arrive_as_they_are(tmp_path_factory, content, repeat):
    path = tmp_path_factory.mktemp("local") / "orders.csv"
    path.write_bytes(content * repeat)
    source = open_source(LocalSource(kind="local", uri="unused"), path.parent)
    target = io.BytesIO()
    fetched = source.fetch(source.list(path.name)[0], target)
    assert fetched
    assert target.getvalue() == path.read_bytes()
    assert fetched.bytes == path.stat().st_size
    assert fetched.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert fetched.completeness == "size matches"


def test_a_file_replaced_since_it_was_listed_is_read_as_it_is_now(source, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(b"old")
    (found,) = source.list("orders.csv")
    path.write_bytes(b"newer")
    fetched = source.fetch(found, io.BytesIO())
    assert fetched.found.size == 5
    assert fetched.found.version == source.list("orders.csv")[0].version != found.version


@pytest.mark.parametrize("deed", ["replace", "truncate", "append", "overwrite", "remove"])
@pytest.mark.rows("F13", "F14")
def test_a_file_that_changes_while_it_is_read_is_refused(source, tmp_path, deed):
    path = tmp_path / "orders.csv"
    path.write_bytes(b"x" * 3 * files.CHUNK)
    os.utime(path, (1_700_000_000, 1_700_000_000))  # within the clock's grain an overwriting could not be seen

    def replace():
        (tmp_path / "new").write_bytes(path.read_bytes())
        (tmp_path / "new").replace(path)

    def append():
        with path.open("ab") as file:
            file.write(b"more")

    def overwrite():
        with path.open("r+b") as file:
            file.write(b"y")

    deeds = {
        "replace": replace,
        "truncate": lambda: os.truncate(path, 2 * files.CHUNK),
        "append": append,
        "overwrite": overwrite,
        "remove": path.unlink,
    }
    with pytest.raises(SourceError, match="changed while it was read; run again when it's complete"):
        source.fetch(source.list("orders.csv")[0], Meddler(deeds[deed]))


def test_a_pipe_put_in_place_of_the_file_does_not_hang(source, tmp_path):
    path = tmp_path / "orders.csv"
    path.touch()
    (found,) = source.list("orders.csv")
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(SourceError, match="no regular file"):
        source.fetch(found, io.BytesIO())


def test_errors_of_the_target_are_passed_on(source, tmp_path):
    (tmp_path / "orders.csv").write_bytes(b"x")
    with pytest.raises(OSError, match="No space left"), Path("/dev/full").open("wb", buffering=0) as full:
        source.fetch(source.list("orders.csv")[0], full)


@pytest.fixture
def settled_at_once(monkeypatch):
    monkeypatch.setattr("cdp_pipelines.sources.local.SETTLED", 0.0)


def test_an_unchanged_file_is_not_read_again(source, tmp_path, settled_at_once):
    path = tmp_path / "orders.csv"
    path.write_bytes(b"x")
    (found,) = source.list("orders.csv")
    fetched = source.fetch(found, io.BytesIO())
    target = io.BytesIO()
    assert fetched.known
    assert source.fetch(found, target, fetched.known) is None
    assert target.getvalue() == b""


def test_a_file_changed_with_its_time_set_back_is_read_again(source, tmp_path, settled_at_once):
    path = tmp_path / "orders.csv"
    path.write_bytes(b"one")
    times = path.stat()
    fetched = source.fetch(source.list("orders.csv")[0], io.BytesIO())
    path.write_bytes(b"two")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    (again,) = source.list("orders.csv")
    target = io.BytesIO()
    assert again.version == fetched.found.version
    assert source.fetch(again, target, fetched.known)
    assert target.getvalue() == b"two"


def test_a_file_that_was_written_a_moment_ago_is_not_trusted_to_be_unchanged(source, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(b"x")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    assert source.fetch(source.list("orders.csv")[0], io.BytesIO()).known == ""


def test_no_file_in_a_folder_that_is_there_is_told_apart_from_a_folder_that_is_gone(source):
    for uri in ("missing.csv", "x*.csv"):
        with pytest.raises(NoFileError):
            source.list(uri)
    for uri in ("not mounted/orders.csv", "not mounted/*.csv"):
        with pytest.raises(SourceError) as raised:
            source.list(uri)
        assert not isinstance(raised.value, NoFileError)
