"""Real servers on loopback that take messages: an HTTP one for webhooks, an SMTP one for e-mail."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


@dataclass
class WebInbox:
    """What was posted, and the status that the next post is answered with."""

    url: str
    posted: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200


@contextmanager
def web_inbox() -> Iterator[WebInbox]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if inbox.status == 200:
                inbox.posted.append(json.loads(body))
            self.send_response(inbox.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        inbox = WebInbox(f"http://127.0.0.1:{server.server_port}/hooks/s3cret")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield inbox
        server.shutdown()
        thread.join()


class Letters:
    """The letters that an SMTP server took."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 - called by name
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


@dataclass
class MailInbox:
    port: int
    handler: Letters

    @property
    def letters(self) -> list[EmailMessage]:
        return self.handler.letters


@contextmanager
def mail_inbox(tls: ssl.SSLContext | None = None, security: str = "none", login: bool = False) -> Iterator[MailInbox]:
    """An SMTP server; with `login` it takes only the user `crm` with the password `s3cret`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options: dict[str, Any] = {"ssl_context": tls} if security == "ssl" else {}
    if security == "starttls":
        options = {"tls_context": tls, "require_starttls": True}
    if login:
        options |= {"authenticator": _knows, "auth_required": True, "auth_require_tls": security == "starttls"}
    handler = Letters()
    controller = Controller(handler, hostname="127.0.0.1", port=port, server_hostname="localhost", **options)
    controller.start()
    yield MailInbox(port, handler)
    controller.stop()


def _knows(server: object, session: object, envelope: object, mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"crm", b"s3cret")
    return AuthResult(success=good, handled=False)
