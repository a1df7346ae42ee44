import errno
import hashlib
import io
import logging
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from cdp_pipelines.errors import ConfigurationError, SourceError
from cdp_pipelines.sources import Found, shown, source_for
from cdp_pipelines.sources.http import HttpFiles
from cdp_pipelines.sources.spec import HttpSource, LocalSource
from cdp_pipelines_tests.sources.site import answer, drip, raw

BODY = b"orderId,total\n1,2.50\n" * 5000


class Waits(list):
    """Takes the place of sleeping: remembers how long it should have taken."""

    __call__ = list.append


class Full(io.BytesIO):
    def write(self, _chunk):
        raise OSError(errno.ENOSPC, "No space left on device")


def files(timeout=5.0, attempts=4, pause=None):
    spec = HttpSource(kind="http", uri="https://files.example.com/", timeout=timeout, attempts=attempts)
    return HttpFiles(spec, (lambda _: None) if pause is None else pause)


def fetch(uri, source=None, known=""):
    target = io.BytesIO()
    fetched = (source or files()).fetch(Found(uri, None, None, ""), target, known)
    return fetched, target.getvalue()


def message(call):
    with pytest.raises(SourceError) as caught:
        call()
    assert caught.value.__cause__ is None  # the libraries' texts hold whole addresses
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return str(caught.value)


def test_a_file_is_described_without_being_read(web):
    uri = web.serve("/o.csv", answer(BODY, ETag='"7"', Last_Modified="Sat, 31 Jan 2026 02:30:00 GMT"))
    assert files().list(uri) == [Found(uri, len(BODY), datetime(2026, 1, 31, 2, 30, tzinfo=UTC), '"7"')]
    assert web.methods() == ["HEAD"]


def test_without_head_the_file_is_still_found(web):
    uri = web.serve("/o.csv", answer(status=501))
    assert files().list(uri) == [Found(uri, None, None, "")]


def test_a_refused_head_is_asked_again_with_get(web):
    uri = web.serve("/o.csv", answer(status=403), answer(BODY, ETag='"7"'))
    assert files().list(uri)[0].version == '"7"'
    assert web.methods() == ["HEAD", "GET"]


def test_a_missing_file_is_told_when_listed(web):
    uri = web.serve("/o.csv", answer(status=404))
    assert message(lambda: files().list(uri)).startswith(f"No file at {uri} (HTTP 404);")


def test_all_bytes_arrive_with_what_is_known_of_them(web):
    uri = web.serve("/o.csv", answer(BODY, ETag='"7"', Last_Modified="Sat, 31 Jan 2026 02:30:00 GMT"))
    fetched, content = fetch(uri)
    assert content == BODY
    assert (fetched.bytes, fetched.sha256) == (len(BODY), hashlib.sha256(BODY).hexdigest())
    assert fetched.found == Found(uri, len(BODY), datetime(2026, 1, 31, 2, 30, tzinfo=UTC), '"7"')
    assert (fetched.completeness, fetched.known) == ("content-length", '"7"')
    _, _, headers = web.asked[0]
    assert headers["Accept-Encoding"] == "identity"
    assert "Authorization" not in headers


def test_without_a_modification_time_the_answers_date_counts(web):
    fetched, _ = fetch(web.serve("/o.csv", answer(BODY)))
    assert abs(datetime.now(UTC) - fetched.found.modified_at) < timedelta(seconds=5)
    assert (fetched.found.version, fetched.known) == ("", "")


def chunked(*chunks, end=b"0\r\n\r\n"):
    parts = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + parts + end)


def test_chunked_bodies_are_complete_when_their_end_arrived(web):
    fetched, content = fetch(web.serve("/o.csv", chunked(BODY, b"x")))
    assert content == BODY + b"x"
    assert fetched.completeness == "chunked"


@pytest.mark.rows("F11")
def test_an_end_that_nothing_announces_is_reported_as_not_verifiable(web):
    fetched, content = fetch(web.serve("/o.csv", raw(b"HTTP/1.0 200 OK\r\n\r\n" + BODY[:100])))
    assert content == BODY[:100]
    assert fetched.completeness == "not verifiable"


def test_gzip_is_kept_as_it_is_and_other_codings_are_refused(web):
    assert fetch(web.serve("/o.csv", answer(b"\x1f\x8b...", Content_Encoding="gzip")))[1] == b"\x1f\x8b..."
    uri = web.serve("/o.csv", answer(b"...", Content_Encoding="br"))
    assert "Content-Encoding 'br'" in message(lambda: fetch(uri))


CUT = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + BODY[:100])
BROKEN = {
    "shorter than announced": CUT,
    "cut within a chunk": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\nabc"),
    "cut between chunks": chunked(BODY, end=b""),
    "no chunk size": chunked(b"abc", end=b"zz\r\nabc\r\n"),
    "no answer": raw(b""),
    "half a header": raw(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "no http": raw(b"220 ftp ready\r\n"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
@pytest.mark.rows("F08")
def test_a_broken_answer_is_never_taken_for_the_file(web, broken):
    waits = Waits()
    uri = web.serve("/o.csv", broken)
    assert message(lambda: fetch(uri, files(attempts=3, pause=waits)))
    assert len(web.asked) == 3
    assert len(waits) == 2


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_after_a_broken_answer_the_file_is_read_from_its_start(web, broken):
    """F09: no ranges are asked for, so a version that changes between two attempts cannot be mixed."""
    fetched, content = fetch(web.serve("/o.csv", broken, answer(BODY, ETag='"2"')))
    assert content == BODY
    assert fetched.sha256 == hashlib.sha256(BODY).hexdigest()
    assert fetched.found.version == '"2"'


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(web, status, caplog):
    uri = web.serve("/o.csv", answer(status=status), answer(status=status), answer(BODY))
    with caplog.at_level(logging.WARNING, "cdp_pipelines"):
        assert fetch(uri)[1] == BODY
    assert len(caplog.messages) == 2
    assert f"HTTP {status}" in caplog.messages[0]


@pytest.mark.rows("F06")
def test_a_server_that_stays_broken_fails_in_bounded_time(web):
    waits = Waits()
    uri = web.serve("/o.csv", answer(status=500))
    assert message(lambda: fetch(uri, files(attempts=20, pause=waits))) == (
        f"{uri} is busy or broken (HTTP 500); run again later."
    )
    assert len(web.asked) == 20
    assert 0.25 <= waits[0] <= 0.5 <= waits[1] <= 1.0
    assert max(waits) <= 30


@pytest.mark.parametrize(
    ("stated", "low", "high"),
    [
        ("2", 2, 2),
        ("0", 0, 0),
        ("86400", 60, 60),
        ("9" * 5000, 60, 60),
        # A date is written when the test runs: in a name made at collection it would differ between workers.
        (lambda: format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True), 5, 40),
        ("Sat, 31 Jan 2026 02:30:00 GMT", 0, 0),
        ("soon", 0.25, 0.5),
        ("-5", 0.25, 0.5),
        ("Mon, 99 Foo", 0.25, 0.5),
    ],
)
@pytest.mark.rows("F10")
def test_the_wait_that_a_server_asks_for_is_kept_up_to_a_minute(web, stated, low, high):
    waits, header = Waits(), stated() if callable(stated) else stated
    fetch(web.serve("/o.csv", answer(status=429, Retry_After=header), answer(BODY)), files(pause=waits))
    assert low <= waits[0] <= high


def test_a_stalled_body_runs_into_the_timeout(web):
    uri = web.serve("/o.csv", drip(b"xy", every=0.6), answer(BODY))
    assert fetch(uri, files(timeout=0.2))[1] == BODY


@pytest.mark.rows("F07")
def test_a_body_that_trickles_runs_into_the_timeout(web):
    uri = web.serve("/o.csv", drip(b"x" * 100, every=0.05))
    assert "less than 100 bytes per second" in message(lambda: fetch(uri, files(timeout=0.3, attempts=1)))


def test_a_slow_body_is_waited_for(web):
    assert fetch(web.serve("/o.csv", drip(b"x" * 200, every=0.003)), files(timeout=0.2))[1] == b"x" * 200


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "refuses access (HTTP 401)"),
        (403, "refuses access (HTTP 403)"),
        (404, "No file at"),
        (410, "No file at"),
        (204, "answers with HTTP 204"),
        (206, "answers with HTTP 206"),
        (304, "answers with HTTP 304"),
        (416, "answers with HTTP 416"),
    ],
)
def test_other_answers_are_told_at_once_and_without_the_query(web, status, sentence):
    uri = web.serve("/o.csv", answer(status=status))
    text = message(lambda: fetch(f"{uri}?sig=canary#canary"))
    assert sentence in text
    assert uri in text
    assert "canary" not in text
    assert len(web.asked) == 1


def test_what_never_answered_is_told_without_the_query(caplog):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        uri = f"http://127.0.0.1:{closed.getsockname()[1]}/o.csv"
        with caplog.at_level(logging.WARNING):
            text = message(lambda: fetch(f"{uri}?sig=canary", files(attempts=2)))
    assert text == f"No connection to {uri} (Connection refused); check the address and that the server is up."
    assert "canary" not in text + caplog.text


def test_an_unknown_host_is_told():
    assert "host of https://nowhere.invalid/o.csv isn't known" in message(
        lambda: fetch("https://nowhere.invalid/o.csv?sig=canary", files(attempts=1))
    )


@pytest.mark.parametrize(
    ("known", "header"),
    [
        ('"7"', "If-None-Match"),
        ('W/"7"', "If-None-Match"),
        ("unquoted", "If-None-Match"),
        ("Sat, 31 Jan 2026 02:30:00 GMT", "If-Modified-Since"),
    ],
)
@pytest.mark.rows("F10")
def test_an_unchanged_file_is_not_sent_again(web, known, header):
    uri = web.serve("/o.csv", answer(status=304))
    assert fetch(uri, known=known) == (None, b"")
    assert web.asked[0][2][header] == known


def test_a_changed_file_is_read_although_an_older_one_is_known(web):
    fetched, content = fetch(web.serve("/o.csv", answer(BODY, ETag='"8"')), known='"7"')
    assert (content, fetched.known) == (BODY, '"8"')


@pytest.mark.parametrize(("age", "trusted"), [(0, False), (1, False), (2, True), (3600, True)])
def test_a_modification_time_is_trusted_once_its_second_has_passed(web, age, trusted):
    now = datetime.now(UTC).replace(microsecond=0)
    stated = format_datetime(now - timedelta(seconds=age), usegmt=True)
    head = f"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nDate: {format_datetime(now, usegmt=True)}\r\n"
    uri = web.serve("/o.csv", raw(f"{head}Last-Modified: {stated}\r\n\r\nx".encode()))
    assert fetch(uri)[0].known == (stated if trusted else "")


def test_passwords_of_netrc_are_not_sent(web, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password canary\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    fetch(web.serve("/o.csv", answer(BODY)))
    assert "Authorization" not in web.asked[0][2]


def test_the_proxy_of_the_environment_is_used_for_the_configured_host(web, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", web.address)
    web.serve("http://files.example.com/o.csv", answer(BODY))
    assert fetch("http://files.example.com/o.csv")[1] == BODY


def test_errors_of_the_target_are_passed_on_and_not_tried_again(web):
    uri = web.serve("/o.csv", answer(BODY))
    with pytest.raises(OSError, match="No space left"):
        files().fetch(Found(uri, None, None, ""), Full())
    assert len(web.asked) == 1


@pytest.mark.parametrize(
    "uri",
    [
        "https://someone:canary@files.example.com/o.csv",
        "https://files.example.com/*.csv",
        "https://files.example.com/o.csv\r\nX: y",
        "https://files.example.com:port/o.csv",
        "https://[::1/o.csv",
        "https:///o.csv",
    ],
)
def test_addresses_that_cannot_be_asked_are_configuration_errors(uri, tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        source_for(uri, LocalSource(kind="local", uri="x"), Path())
    assert "canary" not in str(caught.value)
    with pytest.raises(ConfigurationError):
        files().list(uri)


def test_the_kind_of_a_single_file_follows_from_its_address(web, tmp_path, monkeypatch):
    (tmp_path / "o:1.csv").write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    local = LocalSource(kind="local", uri="/elsewhere/*.csv")
    assert source_for("o:1.csv", local, tmp_path).list("o:1.csv")[0].uri == f"{tmp_path}/o:1.csv"
    uri = web.serve("/o.csv", answer(BODY))
    assert source_for(uri, local, tmp_path).list(uri)[0].size == len(BODY)
    for other in ("ftp://files.example.com/o.csv", "gopher://x/"):
        with pytest.raises(ConfigurationError, match=r"file://, http://, https://, s3:// or sftp://"):
            source_for(other, local, tmp_path)


def test_a_single_file_is_read_with_the_imports_own_settings(web):
    uri = web.serve("/o.csv", answer(status=500))
    source = source_for(uri, HttpSource(kind="http", uri="https://files.example.com/", attempts=1), Path())
    assert message(lambda: source.list(uri))
    assert len(web.asked) == 2  # HEAD, and GET since it was refused


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://u:p@files.example.com/a/b?sig=1#x", "https://files.example.com/a/b"),
        ("https://files.example.com?sig=a@b/c", "https://files.example.com"),
        ("https://u:p/x@files.example.com/a", "https://u:p/x@files.example.com/a"),
        ("/data/a?b#c@d.csv", "/data/a?b#c@d.csv"),
    ],
)
def test_what_is_shown_of_an_address_holds_no_secret(uri, expected):
    assert shown(uri) == expected


def test_nothing_that_reads_no_address_pays_for_a_client():
    names = "{'requests', 'boto3', 'paramiko'}"
    code = f"import sys, cdp_pipelines.landing, cdp_pipelines.sources.local; print({names} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_several_addresses_are_several_files_in_their_order(web):
    first, second = web.serve("/b.csv", answer(b"1\n")), web.serve("/a.csv", answer(b"2\n"))
    found = files().list(f"{first} {second}")
    assert [one.uri for one in found] == [first, second]
    assert [fetch(one.uri)[1] for one in found] == [b"1\n", b"2\n"]


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("https://a.example.com/x https://b.example.com/y", "several servers"),
        ("https://a.example.com/x http://a.example.com/y", "several servers"),
        ("https://a.example.com/x https://u:p@a.example.com/y", "user name or password"),
    ],
)
def test_several_addresses_are_of_one_server(uri, says):
    with pytest.raises(ValueError, match=says):
        HttpSource(kind="http", uri=uri)
