"""A line to a server on this machine, on which what is sent to the server arrives later, and which breaks as told."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Line:
    """The near end.

    Attributes:
        port: Its port.
        delay: By how many seconds what is sent now is late.
        cuts: After how many bytes of the server a connection breaks; the first entry is for the first one that has as
            many, and so on.
    """

    port: int
    delay: float = 0.0
    cuts: list[int] = field(default_factory=list)

    def is_cut(self, passed: int) -> bool:
        """Whether a connection breaks here."""
        if self.cuts and passed >= self.cuts[0]:
            self.cuts.pop(0)
            return True
        return False


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
            _relay(caller, callee, lambda _: time.sleep(line.delay))
            _relay(callee, caller, line.is_cut)


def _relay(source: socket.socket, target: socket.socket, ends: Callable[[int], bool | None]) -> None:
    def run() -> None:
        passed = 0
        with suppress(OSError), source, target:
            while content := source.recv(1 << 16):
                passed += len(content)
                if ends(passed):
                    target.shutdown(socket.SHUT_RDWR)
                    return
                target.sendall(content)

    threading.Thread(target=run, daemon=True).start()
