"""Files on an SFTP server: all bytes or a sentence, from the known host alone, whatever happens on the way."""

import hashlib
import io
import os
import random
import time
from datetime import UTC, datetime
from pathlib import Path

import asyncssh
import pytest

from cdp_pipelines.errors import ConfigurationError, NoFileError, SourceError
from cdp_pipelines.sources import open_source, source_for
from cdp_pipelines.sources.sftp import SftpFiles
from cdp_pipelines.sources.spec import LocalSource, SftpSource
from cdp_pipelines_tests.sources.sftp_server import PASSWORD, USER, sftp_server
from cdp_pipelines_tests.sources.slow_line import slow_line

BODY = random.Random(4).randbytes(5_000_000)  # noqa: S311 - any bytes; more than are asked for at once
OLD = 1_750_000_000
pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with sftp_server(tmp_path_factory.mktemp("sftp")) as server:
        yield server


@pytest.fixture
def server(running, monkeypatch):
    """The server without faults and files; the environment says who we are there."""
    monkeypatch.setenv("SHOP_USER", USER)
    monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
    running.stall, running.cut_after, running.on_read = 0.0, [], lambda _: None
    running.offsets.clear()
    running.logins = 0
    yield running
    for path in sorted(running.root.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def put(server, name, content=BODY, changed=OLD):
    path = server.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (changed, changed))
    return f"{server.address}/{name}"


def source(server, **attributes):
    given = {"uri": f"{server.address}/o.csv", "credentials": "SHOP", "host_key": server.fingerprint, "timeout": 5}
    return SftpFiles(SftpSource.model_validate({"kind": "sftp"} | given | attributes), lambda _: None)


def fetch(server, uri, known="", target=None, **attributes):
    files, target = source(server, **attributes), target or io.BytesIO()
    fetched = files.fetch(files.list(uri)[0], target, known)
    return fetched, target.getvalue()


def message(call, kind=SourceError):
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert PASSWORD not in str(caught.value)
    return str(caught.value)


def test_all_bytes_arrive_with_what_is_known_of_them(server):
    uri = put(server, "in/orders 100% #1?.csv")
    fetched, content = fetch(server, uri)
    assert content == BODY
    assert (fetched.bytes, fetched.sha256) == (len(BODY), hashlib.sha256(BODY).hexdigest())
    assert (fetched.completeness, fetched.known) == ("size matches", f"{OLD}-{len(BODY)}")
    assert (fetched.found.uri, fetched.found.modified_at) == (uri, datetime.fromtimestamp(OLD, UTC))
    assert fetched.found == source(server).list(uri)[0]


def test_an_empty_file_arrives(server):
    assert fetch(server, put(server, "o.csv", b""))[1] == b""


def test_an_unchanged_file_is_not_read_again_and_a_changed_one_is(server):
    uri = put(server, "o.csv", b"one")
    fetched, _ = fetch(server, uri)
    server.offsets.clear()
    assert fetch(server, uri, fetched.known) == (None, b"")
    assert server.offsets == []
    put(server, "o.csv", b"two", OLD + 1)
    assert fetch(server, uri, fetched.known)[1] == b"two"


def test_a_file_that_changed_a_moment_ago_is_read_again(server):
    assert fetch(server, put(server, "o.csv", b"one", datetime.now().timestamp()))[0].known == ""  # noqa: DTZ005


def test_on_a_long_line_requests_do_not_wait_for_each_other(server):
    content = BODY[: 64 * 32768]
    put(server, "o.csv", content)
    begun = []
    with slow_line(server.port) as line:

        def lengthen(_):
            line.delay = 0.05
            begun.append(time.monotonic())

        server.on_read = lengthen
        assert fetch(server, f"sftp://127.0.0.1:{line.port}/o.csv")[1] == content
    assert time.monotonic() - begun[0] < 64 * 0.05 / 2


@pytest.mark.rows("F15")
def test_a_pattern_finds_finished_regular_files_in_order(server):
    for name in ("in/b.csv", "in/a.csv", "in/.a.csv", "in/c.csv.part", "in/_SUCCESS", "in/d/e.csv", "in/x.txt"):
        put(server, name)
    (server.root / "in" / "link.csv").symlink_to("a.csv")
    found = source(server).list(f"{server.address}/in/*.csv")
    assert [one.uri for one in found] == [f"{server.address}/in/{name}.csv" for name in "ab"]
    assert [one.uri for one in source(server).list(f"{server.address}/in/*")][-1].endswith("/in/x.txt")
    assert [one.uri for one in source(server).list(f"{server.address}/*/*/e.csv")] == [f"{server.address}/in/d/e.csv"]


def test_what_is_missing_is_told_as_missing(server):
    put(server, "in/a.csv")
    for name in ("in/b.csv", "in/*.txt", "out/*.csv"):
        assert message(lambda name=name: source(server).list(f"{server.address}/{name}"), NoFileError)


@pytest.mark.rows("S6")
def test_links_and_folders_are_refused(server, tmp_path):
    put(server, "in/a.csv")
    (server.root / "link.csv").symlink_to("in/a.csv")
    (server.root / "elsewhere").symlink_to("in")
    assert "is a link" in message(lambda: source(server).list(f"{server.address}/link.csv"))
    assert "is a folder" in message(lambda: source(server).list(f"{server.address}/in"))
    assert message(lambda: source(server).list(f"{server.address}/else*/a.csv"), NoFileError)


def test_a_file_that_became_a_link_while_it_was_read_is_refused(server):
    uri = put(server, "o.csv")
    put(server, "secret.csv")

    def replace(offset):
        if offset == 0:
            (server.root / "o.csv").unlink()
            (server.root / "o.csv").symlink_to("secret.csv")

    server.on_read = replace
    assert "is a link" in message(lambda: fetch(server, uri))


@pytest.mark.parametrize("change", ["grows", "shrinks", "replaced", "removed"])
@pytest.mark.rows("F13", "F14")
def test_a_file_that_changes_while_it_is_read_is_refused(server, change):
    uri = put(server, "o.csv")
    path = server.root / "o.csv"
    new = {"grows": BODY + b"more\n", "shrinks": BODY[:10], "replaced": BODY[::-1]}

    def changing(offset):
        if offset == 1 << 20 and change == "removed":
            path.unlink()
        elif offset == 1 << 20:
            path.write_bytes(new[change])

    server.on_read = changing
    text = message(lambda: fetch(server, uri, attempts=1))
    assert "changed while it was read" in text or "No file at" in text


@pytest.mark.rows("F12")
def test_a_cut_connection_is_taken_up_where_it_broke(server):
    uri = put(server, "o.csv")
    server.cut_after = [2_500_000]
    fetched, content = fetch(server, uri)
    assert content == BODY
    assert fetched.sha256 == hashlib.sha256(BODY).hexdigest()
    assert server.logins == 3  # to list, to read, to read on
    assert server.offsets.count(0) == 1


def test_a_file_that_was_replaced_between_two_attempts_is_read_anew(server):
    uri = put(server, "o.csv")
    server.cut_after = [4_500_000]
    files = source(server)
    files._pause = lambda _: put(server, "o.csv", BODY[::-1], OLD + 5)
    target = io.BytesIO()
    fetched = files.fetch(files.list(uri)[0], target)
    assert target.getvalue() == BODY[::-1]
    assert fetched.found.version == f"{OLD + 5}-{len(BODY)}"


def test_what_always_breaks_ends_in_one_sentence(server):
    uri = put(server, "o.csv")
    server.cut_after = [1000] * 10
    assert "The connection broke before" in message(lambda: fetch(server, uri))
    assert server.logins == 5  # one to list, and `attempts`


@pytest.mark.rows("F07")
def test_a_server_that_stalls_is_not_waited_for(server):
    uri = put(server, "o.csv")
    server.stall = 30
    assert "sent nothing for 0.3 s" in message(lambda: fetch(server, uri, timeout=0.3, attempts=2))


def test_errors_of_the_target_are_passed_on(server):
    class Full(io.BytesIO):
        def write(self, _):
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        fetch(server, put(server, "o.csv"), target=Full())
    assert server.logins == 2


@pytest.mark.rows("S7")
def test_an_unknown_host_key_is_refused_before_a_password_is_sent(server, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "known_hosts").write_text("")
    text = message(lambda: source(server, host_key=None).list(f"{server.address}/o.csv"))
    assert f"isn't known; it shows {server.fingerprint}." in text
    other = asyncssh.generate_private_key("ssh-ed25519").get_fingerprint()
    assert "another host key" in message(lambda: source(server, host_key=other).list(f"{server.address}/o.csv"))
    assert server.logins == 0


def test_without_a_file_of_known_hosts_nothing_is_asked(server, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    files = source(server, host_key=None)
    text = message(lambda: files.list(f"{server.address}/o.csv"), ConfigurationError)
    assert "known_hosts: FILE or host_key: SHA256:" in text


@pytest.mark.rows("S7")
def test_the_key_in_a_file_of_known_hosts_is_trusted_and_another_one_is_not(server, tmp_path):
    uri = put(server, "o.csv", b"x")
    server.known_hosts(tmp_path / "hosts")
    spec = SftpSource(kind="sftp", uri=uri, credentials="SHOP", known_hosts="hosts")
    assert len(open_source(spec, tmp_path).list(uri)) == 1
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    (tmp_path / "hosts").write_text(f"[127.0.0.1]:{server.port} {other}")
    assert "it may be another server" in message(lambda: open_source(spec, tmp_path).list(uri))
    assert server.logins == 1


KEYS = {"ssh-ed25519": {}, "ecdsa-sha2-nistp256": {}, "ecdsa-sha2-nistp521": {}, "ssh-rsa": {"key_size": 2048}}


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("passphrase", [None, "k3y-canary"], ids=["plain", "passphrase"])
def test_keys_of_every_type_open_the_door(server, tmp_path, monkeypatch, kind, passphrase):
    uri = put(server, "o.csv", b"x")
    key = asyncssh.generate_private_key(kind, **KEYS[kind])
    server.user_keys = [key]
    monkeypatch.delenv("SHOP_PASSWORD")
    monkeypatch.setenv("SHOP_PASSPHRASE", passphrase or "")
    (tmp_path / "key").write_bytes(key.export_private_key(passphrase=passphrase, rounds=50))
    monkeypatch.setenv("SHOP_PRIVATE_KEY_FILE", str(tmp_path / "key"))
    assert len(source(server).list(uri)) == 1
    if passphrase:
        monkeypatch.setenv("SHOP_PASSPHRASE", "wrong")
        text = message(lambda: source(server).list(uri), ConfigurationError)
        assert "SHOP_PRIVATE_KEY is no private key" in text
        assert "wrong" not in text


def test_a_wrong_password_is_told_without_it_and_not_tried_again(server, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", f"{PASSWORD}-wrong")
    assert "refuses the user of SHOP" in message(lambda: source(server).list(f"{server.address}/o.csv"))


def test_a_missing_variable_is_told(server, monkeypatch):
    monkeypatch.delenv("SHOP_USER")
    text = message(lambda: source(server).list(f"{server.address}/o.csv"), ConfigurationError)
    assert text.startswith("SHOP_USER is not set")


def test_a_server_that_is_not_there_is_told(server):
    gone = "sftp://127.0.0.1:1/o.csv"
    assert "No SFTP session with 127.0.0.1:1" in message(lambda: source(server, attempts=2).list(gone))


def test_a_single_file_is_read_from_the_imports_own_server_only(server, tmp_path):
    uri = put(server, "o.csv", b"x")
    spec = SftpSource(kind="sftp", uri=uri, credentials="SHOP", host_key=server.fingerprint)
    assert source_for(uri, spec, tmp_path).list(uri)
    for other, own in (("sftp://files.example.com/o.csv", spec), (uri, LocalSource(kind="local", uri="x"))):
        with pytest.raises(ConfigurationError, match="isn't on the server of the import's source"):
            source_for(other, own, tmp_path)


@pytest.mark.rows("S7")
def test_no_policy_of_the_library_that_trusts_anybody_is_used():
    texts = [path.read_text() for path in Path("cdp_pipelines").rglob("*.py")]
    assert not [name for name in ("AutoAddPolicy", "WarningPolicy", "Transport(") for text in texts if name in text]
