"""A web server on loopback that misbehaves as told: one list of answers per path, the last one repeated."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """What the server answers (`answers`, by path) and what it was asked (`asked`: method, path, headers)."""

    def __init__(self, server: ThreadingHTTPServer, scheme: str) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        host, self.port = server.server_address[:2]
        self.address = f"{scheme}://{host}:{self.port}"

    def serve(self, path: str, *answers: Answer) -> str:
        self.answers[path] = list(answers)
        return self.address + path

    def methods(self) -> list[str]:
        return [method for method, _, _ in self.asked]


@contextmanager
def site(host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            running.asked.append((self.command, self.path, dict(self.headers.items())))
            answers = running.answers[self.path.split("?")[0]]
            (answers.pop(0) if len(answers) > 1 else answers[0])(self)

        do_HEAD = do_GET  # noqa: N815 - called by name

        def log_message(self, *args: object) -> None:
            pass

    server = _Server((host, 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    running = Site(server, "https" if tls else "http")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *args: object) -> None:
        """Clients that hang up are what these tests are about."""


def answer(body: bytes = b"", status: int = 200, **headers: str) -> Answer:
    """Return a correct answer; underscores in header names stand for hyphens."""

    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(body)

    return write


def raw(content: bytes) -> Answer:
    """Return these bytes as the whole answer, status line included, then hang up."""

    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(content)
        handler.wfile.flush()
        handler.close_connection = True

    return write


def drip(content: bytes, every: float) -> Answer:
    """Return an answer that sends a byte, waits `every` seconds, and so on."""

    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content))
        for byte in content:
            handler.wfile.write(bytes([byte]))
            time.sleep(every)

    return write
