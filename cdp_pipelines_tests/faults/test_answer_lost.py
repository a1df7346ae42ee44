"""The commit is done and its answer lost: the network breaks in between (F05)."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cdp_pipelines.store import Store
from cdp_pipelines_tests.scenarios.shop import Shop, counts, line, order
from cdp_pipelines_tests.scenarios.tables import contents


@contextmanager
def cut_after_commit(store: Store) -> Iterator[tuple[Store, list[bytes]]]:
    """Give the store behind a wire that passes a commit on, once rows were copied, and breaks; and what it cut."""
    cut: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_serve, args=(listener, store, cut), daemon=True).start()
        yield Store(store.url.set(host="127.0.0.1", port=listener.getsockname()[1])), cut
        listener.shutdown(socket.SHUT_RDWR)


def _serve(listener: socket.socket, store: Store, cut: list[bytes]) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:  # the test is over
            return
        server = socket.create_connection((store.url.host or "127.0.0.1", store.url.port or 5432))
        broken = threading.Event()
        for pump, more in ((_ask, ()), (_answer, (cut,))):
            threading.Thread(target=pump, args=(client, server, broken, *more), daemon=True).start()


def _ask(client: socket.socket, server: socket.socket, broken: threading.Event) -> None:
    copied = False
    while octets := _received(client):
        copied = copied or b"copy " in octets
        if copied and b"COMMIT" in octets:
            broken.set()
        server.sendall(octets)
    server.close()


def _answer(client: socket.socket, server: socket.socket, broken: threading.Event, cut: list[bytes]) -> None:
    while (octets := _received(server)) and not broken.is_set():
        client.sendall(octets)
    cut += [octets] if broken.is_set() else []
    client.shutdown(socket.SHUT_RDWR)


def _received(end: socket.socket) -> bytes:
    try:
        return end.recv(1 << 16)
    except OSError:
        return b""


@pytest.mark.rows("F05")
def test_a_commit_whose_answer_is_lost_is_believed(shop: Shop) -> None:
    export, store = shop.imports(), shop.store
    with cut_after_commit(store) as (shop.store, cut):
        report = export.gets(order("A-1"), order("B", line(status="lost")))
    assert b"COMMIT" in b"".join(cut)
    assert (report.status, report.error, counts(report)) == ("partial", None, {"added": 1, "rejected": 1})
    shop.store = store
    committed = contents(store)
    assert counts(export.runs()) == {"skipped": 2}
    assert (contents(store), len(shop.rejects(report.run_id))) == (committed, 1)
