"""The ways that a message takes, to real servers, processes and files; and what is said when it does not arrive."""

import json
import ssl
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
from pydantic import TypeAdapter

from cdp_pipelines.alerts.ledger import Due
from cdp_pipelines.alerts.messages import Message
from cdp_pipelines.alerts.sending import NotTakenError, send
from cdp_pipelines.alerts.spec import Way
from cdp_pipelines_tests.alerts.inboxes import mail_inbox, web_inbox

AT = datetime(2026, 1, 5, 2, 30, tzinfo=UTC)
DETAILS = {
    "sentence": "The column <!channel> is missing & unknown.\r\nBcc: x@example.com",
    "share": 0.25,
    "kind": "orders",
    "rows": {"read": 1200, "added": 900, "rejected": 300},
    "issues": [{"code": "UNKNOWN_STATUS", "column": "status", "message": "status: not a status", "rows": 300}],
    "run_id": "01ABC",
    "dagster_run_id": "d-1",
}


def about(partition: str | None = "2026-01-04", occasion: str = "failed") -> Due:
    return Due(1, "failed", "de/orders", partition, 1, AT, None, DETAILS, None, occasion)


MESSAGE = Message([about()])


def go(message: Message = MESSAGE, folder: Path = Path(), **way: object) -> None:
    send(message, TypeAdapter(Way).validate_python(way), folder)


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's certificate for localhost whose authority this process trusts."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return context


def test_a_webhook_gets_text_without_mentions(monkeypatch: pytest.MonkeyPatch) -> None:
    with web_inbox() as inbox:
        monkeypatch.setenv("HOOK", inbox.url)
        monkeypatch.setenv("CDP_UI_URL", "https://dagster.example.com/")
        go(kind="webhook", url_env="HOOK")
    assert inbox.posted == [
        {
            "text": "de/orders 2026-01-04: failed\n"
            "The column &lt;!channel&gt; is missing &amp; unknown. Bcc: x@example.com\n"
            "1,200 rows read: 900 added, 300 rejected\n"
            "1. UNKNOWN_STATUS: status: not a status (300 rows)\n"
            "Report: cdp-pipelines report 01ABC\n"
            "Dagster: https://dagster.example.com/runs/d-1"
        }
    ]


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_webhook_that_refuses_is_named_by_its_variable_only(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    with web_inbox() as inbox:
        inbox.status = status
        monkeypatch.setenv("HOOK", inbox.url)
        with pytest.raises(NotTakenError, match=f"^the address in HOOK answers with HTTP {status}") as raised:
            go(kind="webhook", url_env="HOOK")
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/s3cret", "s3cret", "ftp://example.com/s3cret"])
def test_a_webhook_that_is_not_there(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("HOOK", url)
    with pytest.raises(NotTakenError, match="no answer from the address in HOOK") as raised:
        go(kind="webhook", url_env="HOOK")
    assert "s3cret" not in str(raised.value)


def test_a_variable_that_is_not_set() -> None:
    with pytest.raises(NotTakenError, match="HOOK is not set"):
        go(kind="webhook", url_env="HOOK")


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # it has TLS from the first byte
@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_an_email_by_an_encrypted_connection_with_login(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    way = {"kind": "email", "host": "localhost", "security": security, "credentials": "MAIL"}
    people = {"sender": "cdp@example.com", "to": ["crm@example.com", "ops@example.com"]}
    monkeypatch.setenv("MAIL_USER", "crm")
    monkeypatch.setenv("MAIL_PASSWORD", "s3cret")
    with mail_inbox(tls, security, login=True) as inbox:
        go(**way, **people, port=inbox.port)
        monkeypatch.setenv("MAIL_PASSWORD", "wr0ng")
        with pytest.raises(NotTakenError, match=r"localhost refuses user or password in MAIL_\*") as raised:
            go(**way, **people, port=inbox.port)
    assert "wr0ng" not in str(raised.value)
    (letter,) = inbox.letters
    assert (letter["Subject"], letter["From"]) == ("de/orders 2026-01-04: failed", "cdp@example.com")
    assert letter["To"] == "crm@example.com, ops@example.com"
    assert letter["Bcc"] is None
    assert letter.get_content().replace("\r\n", "\n").strip() == MESSAGE.text


def test_a_server_that_nobody_vouches_for_gets_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    with mail_inbox(context, "starttls") as inbox, pytest.raises(NotTakenError, match="SSLCertVerificationError"):
        go(kind="email", host="localhost", port=inbox.port, sender="a@example.com", to=["b@example.com"])
    assert inbox.letters == []


def test_an_email_to_a_server_on_this_machine_without_encryption() -> None:
    with mail_inbox() as inbox:
        go(
            kind="email", host="127.0.0.1", port=inbox.port, security="none", sender="a@example.com",
            to=["b@example.com"],
        )  # fmt: skip
    assert len(inbox.letters) == 1
    with pytest.raises(NotTakenError, match=r"127\.0\.0\.1 did not take it"):
        go(kind="email", host="127.0.0.1", port=1, security="none", sender="a@example.com", to=["b@example.com"])


def test_a_command_gets_json_and_runs_in_the_folder_of_its_yaml(tmp_path: Path) -> None:
    code = "import sys; open('said', 'w').write(sys.stdin.read())"
    go(kind="command", command=[sys.executable, "-c", code], folder=tmp_path)
    said = json.loads((tmp_path / "said").read_text())
    assert (said["occasion"], said["import_name"], said["headline"]) == ("failed", "de/orders", MESSAGE.headline)
    assert said["about"][0]["rows"] == DETAILS["rows"]
    assert said["about"][0]["issues"] == DETAILS["issues"]


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ([sys.executable, "-c", "raise SystemExit(3)"], "ended with exit code 3"),
        ([sys.executable, "-c", "import time; time.sleep(60)"], "did not end within 1 s"),
        (["/not/there"], "/not/there cannot be started"),
    ],
    ids=["exit code", "timeout", "not there"],
)
def test_a_command_that_fails(tmp_path: Path, command: list[str], sentence: str) -> None:
    with pytest.raises(NotTakenError, match=sentence):
        go(kind="command", command=command, timeout=1, folder=tmp_path)


def test_a_file_has_a_line_per_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDP_HOME", str(tmp_path / "home"))
    for _ in range(2):
        go(kind="file", path="{home}/out/alerts.jsonl", folder=tmp_path / "elsewhere")
    lines = (tmp_path / "home" / "out" / "alerts.jsonl").read_text().splitlines()
    assert [json.loads(line)["headline"] for line in lines] == [MESSAGE.headline] * 2
    with pytest.raises(NotTakenError, match="cannot be written"):
        go(kind="file", path="home", folder=tmp_path)


def test_many_partitions_are_one_message() -> None:
    message = Message([about(f"2026-01-{day:02}") for day in range(1, 32)])
    listed = ", ".join(f"2026-01-{day:02}" for day in range(1, 11))
    assert message.headline == f"de/orders: failed: {listed} and 21 more"
    assert message.text.count("UNKNOWN_STATUS") == 3
    assert message.text.endswith("All of them: cdp-pipelines runs --import de/orders")


def test_the_link_needs_the_address_of_the_ui(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CDP_UI_URL", raising=False)
    assert "Dagster:" not in MESSAGE.text
    assert MESSAGE.as_dict()["about"][0]["url"] is None
