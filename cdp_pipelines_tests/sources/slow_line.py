"""A line to a server on this machine, on which everything that is sent to the server arrives later."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass


@dataclass
class Line:
    """The port of the near end, and by how many seconds what is sent now is late."""

    port: int
    delay: float = 0.0


@contextmanager
def slow_line(port: int) -> Iterator[Line]:
    """Give a line to a port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as near:
        line = Line(near.getsockname()[1])
        threading.Thread(target=_accept, args=(near, port, line), daemon=True).start()
        yield line


def _accept(near: socket.socket, port: int, line: Line) -> None:
    with suppress(OSError):  # the end of the test
        while True:
            caller, _ = near.accept()
            callee = socket.create_connection(("127.0.0.1", port))
            _relay(caller, callee, lambda: time.sleep(line.delay))
            _relay(callee, caller, lambda: None)


def _relay(source: socket.socket, target: socket.socket, wait: Callable[[], None]) -> None:
    def run() -> None:
        with suppress(OSError), source, target:
            while content := source.recv(1 << 16):
                wait()
                target.sendall(content)

    threading.Thread(target=run, daemon=True).start()
