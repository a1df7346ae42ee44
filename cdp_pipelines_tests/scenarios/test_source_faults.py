"""Faults of sources, seen from a whole import: it ends in bounded time with a reason, and applies nothing (F06-F14)."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cdp_pipelines_tests.scenarios.shop import Import, Shop, codes, counts, line, order, text
from cdp_pipelines_tests.sources.conftest import no_proxy, web
from cdp_pipelines_tests.sources.sftp_server import PASSWORD, USER, SftpServer, sftp_server
from cdp_pipelines_tests.sources.site import Answer, Site, answer, drip, raw

__all__ = ["no_proxy", "web"]

BODY = text([order("A-1"), order("A-2", line(name="a, quoted one"))]).encode()
HALF = len(BODY) - 20
AT_A_RECORD = BODY.rindex(b"\n", 0, len(BODY) - 1) + 1


def reading(shop: Shop, web: Site, *answers: Answer, **attributes: Any) -> Import:
    uri = web.serve("/orders.csv", answer(BODY), *answers)
    return shop.imports(source={"kind": "http", "uri": uri, "attempts": 2, "timeout": 0.5}, **attributes)


def unannounced(body: bytes) -> Answer:
    return raw(b"HTTP/1.0 200 OK\r\n\r\n" + body)


def nothing_applied(shop: Shop) -> bool:
    tables = ("orders", "order_events", "files", "rejects")
    return not any(shop.ask(f"select 1 from {table} limit 1") for table in tables)


@pytest.mark.rows("F06", "F07", "F08", "F10", "F37")
@pytest.mark.parametrize("dry_run", [False, True], ids=["run", "dry run"])
@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (answer(b"", 500), "is busy or broken (HTTP 500)"),
        (answer(b"", 429, Retry_After="0"), "is busy or broken (HTTP 429)"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY[:HALF]), "ended the connection"),
        (answer(BODY, Content_Length="100"), "states two lengths of its file"),
        (answer(BODY[HALF:], 206, Content_Range=f"bytes {HALF}-{len(BODY) - 1}/{len(BODY)}"), "answers with HTTP 206"),
        (answer(b"", 304), "answers with HTTP 304"),
        (drip(BODY, 0.1), "sends less than 100 bytes per second"),
        (raw(b"HTTP/1.1 200 OK\r\n\r\n"), "sent no content"),
    ],
    ids=["500", "429", "truncated", "two lengths", "a part", "not modified", "trickling", "nothing"],
)
def test_a_web_server_that_stays_broken_applies_nothing(
    broken: Answer, told: str, dry_run: bool, shop: Shop, web: Site
) -> None:
    began = time.monotonic()
    report = reading(shop, web, broken).runs(dry_run=dry_run)
    assert (report.status, codes(report)) == ("failed", {"SOURCE_FAILED"})
    assert told in str(report.error)
    assert time.monotonic() - began < 20
    assert nothing_applied(shop)


@pytest.mark.rows("F06", "F10")
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_web_server_that_was_busy_once_is_read(status: int, shop: Shop, web: Site) -> None:
    busy = answer(b"", status, Retry_After="0")
    assert counts(reading(shop, web, busy, answer(BODY)).runs()) == {"added": 2}


@pytest.mark.rows("F11")
def test_a_body_that_is_cut_unannounced_is_caught_by_its_last_record(shop: Shop, web: Site) -> None:
    report = reading(shop, web, unannounced(BODY[:HALF])).runs()
    assert (report.status, codes(report)) == ("failed", {"TRUNCATED_FILE"})
    assert nothing_applied(shop)


@pytest.mark.rows("F11")
def test_one_that_is_cut_between_two_records_is_reported_as_not_verifiable_or_caught_by_control_totals(
    shop: Shop, web: Site
) -> None:
    cut = unannounced(BODY[:AT_A_RECORD])
    web.serve("/orders.csv.json", answer(b'{"rows": 2}'))
    caught = reading(shop, web, cut, control={"uri": "{file}.json"}).runs()
    assert (caught.status, codes(caught)) == ("failed", {"CONTROL_ROWS"})
    assert nothing_applied(shop)
    believed = reading(shop, web, cut).runs()
    assert (believed.status, believed.files[0].completeness) == ("completed", "not verifiable")


@pytest.fixture
def sftp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SftpServer]:
    monkeypatch.setenv("SHOP_USER", USER)
    monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
    folder = tmp_path / "there"
    folder.mkdir()
    (folder / "orders.csv").write_bytes(MANY)
    os.utime(folder / "orders.csv", (1_750_000_000, 1_750_000_000))
    with sftp_server(folder) as server:
        yield server


MANY = text([order(f"A-{number}") for number in range(2000)]).encode()


def receiving(shop: Shop, sftp: SftpServer, attempts: int = 2) -> Import:
    source = {"uri": f"{sftp.address}/orders.csv", "host_key": sftp.fingerprint, "credentials": "SHOP", "timeout": 2}
    return shop.imports(source={"kind": "sftp", "attempts": attempts, **source})


@pytest.mark.rows("F12", "F37")
@pytest.mark.parametrize("dry_run", [False, True], ids=["run", "dry run"])
def test_a_line_that_drops_at_half_is_taken_up_and_one_that_always_drops_applies_nothing(
    dry_run: bool, shop: Shop, sftp: SftpServer
) -> None:
    sftp.cut_after += [len(MANY) // 2] * 2
    failed = receiving(shop, sftp).runs(dry_run=dry_run)
    assert (failed.status, codes(failed)) == ("failed", {"SOURCE_FAILED"})
    assert nothing_applied(shop)
    sftp.cut_after[:] = [len(MANY) // 2]
    assert counts(receiving(shop, sftp).runs(dry_run=dry_run)) == {"added": 2000}
    assert nothing_applied(shop) == dry_run


@pytest.mark.rows("F13", "F14")
@pytest.mark.parametrize("change", ["grows", "is replaced"])
def test_a_file_that_changes_while_it_is_read_is_put_off(change: str, shop: Shop, sftp: SftpServer) -> None:
    path = sftp.root / "orders.csv"
    deeds: dict[str, Callable[[], object]] = {
        "grows": lambda: path.open("ab").write(b"more\n"),
        "is replaced": lambda: path.write_bytes(MANY[::-1]),
    }
    sftp.on_read = lambda offset: deeds[change]() if offset == 0 else None
    report = receiving(shop, sftp).runs()
    assert (report.status, codes(report)) == ("failed", {"SOURCE_FAILED"})
    assert "changed while it was read" in str(report.error)
    assert nothing_applied(shop)
