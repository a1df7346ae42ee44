"""Whole imports from a real nginx with TLS: what it serves, what it refuses, and what breaks on the way."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from cdp_pipelines.cli import main
from cdp_pipelines_tests.scenarios.shop import Import, Shop, codes, order, text
from cdp_pipelines_tests.sources.conftest import no_proxy
from cdp_pipelines_tests.sources.nginx import LOGIN, Nginx, nginx
from cdp_pipelines_tests.sources.slow_line import slow_line

__all__ = ["no_proxy"]
pytestmark = [pytest.mark.debian, pytest.mark.rows("K-113", "K-115")]

ONE = text([order("A-1")])
MANY = text([order(f"A-{number}") for number in range(3000)])


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Nginx]:
    folder = tmp_path / "nginx"
    folder.mkdir()
    with nginx(folder) as running:
        yield running


def importing(shop: Shop, web: Nginx, uri: str, **source: Any) -> Import:
    given = {"kind": "http", "uri": uri, "ca_file": str(web.authority), "timeout": 5, "attempts": 3}
    return shop.imports(source=given | source)


def test_a_file_is_read_once_and_not_sent_again_while_it_stays_the_same(shop: Shop, web: Nginx) -> None:
    export = importing(shop, web, web.put("orders.csv", ONE))
    report = export.runs()
    assert (report.status, report.files[0].completeness) == ("completed", "content-length")
    assert main(["run", str(export.loaded.path)]) == 0
    assert [line.split()[:3] for line in web.asked()] == [
        ["HEAD", "/orders.csv", "200"], ["GET", "/orders.csv", "200"],
        ["HEAD", "/orders.csv", "200"], ["GET", "/orders.csv", "304"],
    ]  # fmt: skip
    web.put("orders.csv", text([order("A-1"), order("A-2")]))
    assert export.runs().rows.added == 1


@pytest.mark.rows("F08", "F10")
def test_a_broken_download_goes_on_where_it_broke(shop: Shop, web: Nginx) -> None:
    web.put("orders.csv", MANY)
    with slow_line(web.port) as line:
        line.cuts.append(len(MANY) // 2)
        report = importing(shop, web, f"https://127.0.0.1:{line.port}/orders.csv").runs()
    assert (report.status, report.rows.added, report.files[0].bytes) == ("completed", 3000, len(MANY))
    _, first, second = web.asked()
    assert first.split()[2:] == ["200", '"-"', '"-"']
    _, _, status, begin, name = second.split()
    assert (status, name.startswith('"\\x22')) == ("206", True)
    assert 0 < int(begin.strip('"').removeprefix("bytes=").removesuffix("-")) < len(MANY)


@pytest.mark.rows("F09", "F10")
def test_a_file_that_was_replaced_meanwhile_is_read_from_its_start(shop: Shop, web: Nginx) -> None:
    web.put("orders.csv", MANY)
    other = text([order(f"B-{number}") for number in range(2000)])
    with slow_line(web.port) as line:
        line.cuts.append(len(MANY) // 2)
        cut = line.is_cut

        def replacing(passed: int) -> bool:
            if broke := cut(passed):
                web.put("orders.csv", other)
            return broke

        line.is_cut = replacing  # type: ignore[method-assign]
        report = importing(shop, web, f"https://127.0.0.1:{line.port}/orders.csv").runs()
    assert (report.status, report.rows.added) == ("completed", 2000)
    assert web.asked()[-1].split()[2] == "200"


def test_a_login_is_asked_for_and_given(shop: Shop, web: Nginx, monkeypatch: pytest.MonkeyPatch) -> None:
    uri = web.put("private/orders.csv", ONE)
    refused = importing(shop, web, uri).runs()
    assert "refuses access (HTTP 401)" in str(refused.error)
    monkeypatch.setenv("SHOP_USER", LOGIN[0])
    monkeypatch.setenv("SHOP_PASSWORD", "wrong-canary")
    wrong = importing(shop, web, uri, credentials="SHOP").runs()
    assert "refuses access (HTTP 401)" in str(wrong.error)
    assert "canary" not in str(wrong.as_dict())
    monkeypatch.setenv("SHOP_PASSWORD", LOGIN[1])
    assert importing(shop, web, uri, credentials="SHOP").runs().status == "completed"


@pytest.mark.rows("F07")
def test_a_slow_file_is_waited_for_and_one_that_hardly_moves_is_not(shop: Shop, web: Nginx) -> None:
    slow = importing(shop, web, web.put("slow/orders.csv", MANY), timeout=1).runs()
    assert (slow.status, slow.rows.added) == ("completed", 3000)
    stalling = importing(shop, web, web.put("stalling/orders.csv", ONE), timeout=2, attempts=1).runs()
    assert (stalling.status, codes(stalling)) == ("failed", {"SOURCE_FAILED"})


@pytest.mark.rows("F06", "F10")
def test_a_busy_server_is_asked_again_after_the_time_that_it_names(shop: Shop, web: Nginx) -> None:
    uri = web.put("orders.csv", ONE)
    web.busy.touch()
    assert "is busy or broken (HTTP 503)" in str(importing(shop, web, uri, attempts=1).runs().error)
    free = threading.Timer(0.5, web.busy.unlink)
    free.start()
    report = importing(shop, web, uri).runs()
    free.join()
    assert report.status == "completed"
    assert 1 <= next(stage.seconds for stage in report.stages if stage.name == "land") < 5


def test_redirects_are_followed_on_the_host_and_not_into_this_network(shop: Shop, web: Nginx) -> None:
    web.put("orders.csv", ONE)
    report = importing(shop, web, f"{web.address}/moved/orders.csv").runs()
    assert (report.status, report.files[0].uri) == ("completed", f"{web.address}/moved/orders.csv")
    away = importing(shop, web, f"{web.address}/away/orders.csv").runs()
    assert (away.status, codes(away)) == ("failed", {"SOURCE_FAILED"})
    assert [line for line in web.asked() if "127.0.0.2" in line] == []


@pytest.mark.rows("S8")
def test_a_certificate_of_somebody_elses_authority_or_host_is_refused(shop: Shop, web: Nginx, tmp_path: Path) -> None:
    uri = web.put("orders.csv", ONE)
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    for source in ({"ca_file": str(tmp_path / "other.pem")}, {"uri": uri.replace("127.0.0.1", "localhost")}):
        report = importing(shop, web, **{"uri": uri} | source).runs()
        assert "isn't trusted" in str(report.error)
    assert web.asked() == []


def test_control_totals_lie_beside_the_file(shop: Shop, web: Nginx) -> None:
    uri = web.put("orders.csv", ONE)
    source = {"kind": "http", "uri": f"{uri}?signature=canary", "ca_file": str(web.authority), "attempts": 1}
    export = shop.imports(source=source, control={"uri": "{file}.json"})
    missing = export.runs()
    assert f"There are no control totals at {uri}.json;" in str(missing.error)
    web.put("orders.csv.json", '{"rows": 1, "sum": {"EUR": "10.00"}}')
    report = export.runs()
    assert (report.status, report.files[0].completeness) == ("completed", "content-length; rows, sum as stated")
