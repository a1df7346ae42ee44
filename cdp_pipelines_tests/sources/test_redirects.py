"""Redirects (faults S5): followed on the own origin and to public addresses, never inwards."""

import io
import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.errors import SourceError
from cdp_pipelines.sources import Found, hops
from cdp_pipelines.sources.http import HttpFiles
from cdp_pipelines.sources.spec import HttpSource
from cdp_pipelines_tests.sources.site import answer, site

BODY = b"orderId\n1\n"
PUBLIC = "93.184.215.14"


def fetch(uri):
    target = io.BytesIO()
    spec = HttpSource(kind="http", uri="https://files.example.com/", timeout=5, attempts=1)
    fetched = HttpFiles(spec).fetch(Found(uri, None, None, ""), target)
    assert fetched
    assert fetched.found.uri == uri
    return target.getvalue()


def to(location, status=302):
    return answer(b"moved", status, Location=location)


def refusal(uri):
    with pytest.raises(SourceError) as caught:
        fetch(uri)
    return str(caught.value)


@pytest.fixture
def elsewhere(monkeypatch):
    """A server whose address, 127.0.0.2, counts as public."""
    inner = hops.is_public
    monkeypatch.setattr(hops, "is_public", lambda address: address == "127.0.0.2" or inner(address))
    with site("127.0.0.2") as running:
        yield running


@pytest.mark.rows("F10")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["/new", "new", "{address}/new", "//{host}/new", "/new#part"])
def test_the_own_origin_is_followed_even_if_it_is_not_public(web, status, location):
    web.serve("/new", answer(BODY))
    host = web.address.removeprefix("http://")
    assert fetch(web.serve("/old", to(location.format(address=web.address, host=host), status))) == BODY
    assert web.methods() == ["GET", "GET"]


def test_five_redirects_are_followed_and_no_more(web):
    for number in range(10):
        web.serve(f"/{number}", to(f"/{number + 1}"))
    web.serve("/10", answer(BODY))
    assert fetch(f"{web.address}/5") == BODY
    web.asked.clear()
    assert "redirects more than 5 times" in refusal(f"{web.address}/4")
    assert len(web.asked) == 6


def test_other_ports_and_schemes_of_a_host_are_other_origins(web):
    with site() as inner:
        inner.serve("/", answer(b"inner secret"))
        assert "isn't public" in refusal(web.serve("/old", to(f"{inner.address}/")))
        assert not inner.asked
    assert "isn't public" in refusal(web.serve("/old", to(web.address.replace("http:", "https:"))))


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0177.0.0.1",
        "0x7f.1",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::]",
        "127.0.0.1.",
        "LOCALHOST",
    ],
)
def test_loopback_is_refused_however_it_is_written(web, host):
    with site() as inner:
        inner.serve("/", answer(b"inner secret"))
        text = refusal(web.serve("/old", to(f"http://{host}:{inner.port}/?sig=canary")))
        assert "not followed" in text
        assert "canary" not in text
        assert not inner.asked


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://files.example.com/", "gopher://127.0.0.1/", "data:,x"]
)
def test_other_schemes_are_not_followed(web, location):
    assert "something else than http or https" in refusal(web.serve("/old", to(location)))


@pytest.mark.parametrize("location", ["http://[::1", "http://host:port/", "https:///x"])
def test_addresses_without_sense_are_not_followed(web, location):
    assert "not followed" in refusal(web.serve("/old", to(location)))


def test_a_redirect_without_target_is_no_file(web):
    assert "HTTP 302" in refusal(web.serve("/old", answer(status=302)))


def test_a_redirect_with_a_password_is_not_followed(web):
    text = refusal(web.serve("/old", to(f"http://u:canary@127.0.0.1:{web.port}/")))
    assert "a user or password in it" in text
    assert "canary" not in text


def test_a_public_address_is_followed(web, elsewhere):
    uri = elsewhere.serve("/new", answer(BODY))
    assert fetch(web.serve("/old", to(uri))) == BODY


def test_from_a_public_address_no_way_leads_back_inwards(web, elsewhere):
    web.serve("/inner", answer(b"inner secret"))
    uri = elsewhere.serve("/new", to(f"{web.address}/inner"))
    assert "isn't public" in refusal(web.serve("/old", to(uri)))
    assert len(web.asked) == 1


def test_a_name_with_one_inner_address_is_refused(web, monkeypatch):
    answers_of(monkeypatch, [PUBLIC, "10.0.0.1"])
    assert "isn't public" in refusal(web.serve("/old", to("http://files.example.com/")))


def answers_of(monkeypatch, *lookups):
    """Let names resolve to these lists of addresses, one list per look-up, the last one repeated."""
    real, left = socket.getaddrinfo, list(lookups)

    def resolve(host, port, *args, **kwargs):
        if host != "files.example.com":
            return real(host, port, *args, **kwargs)
        addresses = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def test_a_name_that_changes_its_address_after_the_check_gets_no_request(web, monkeypatch):
    with site() as inner:
        inner.serve("/", answer(b"inner secret"))
        answers_of(monkeypatch, [PUBLIC], ["127.0.0.1"])
        assert "isn't public" in refusal(web.serve("/old", to(f"http://files.example.com:{inner.port}/")))
        assert not inner.asked


def test_the_proxy_of_the_environment_is_not_used_elsewhere(web, elsewhere, monkeypatch):
    with site() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address)
        target = elsewhere.serve("/new", answer(BODY))
        proxy.serve("http://files.example.com/old", to(target))
        assert fetch("http://files.example.com/old") == BODY
        assert len(proxy.asked) == 1


def test_listing_follows_the_same_rules(web):
    source = HttpFiles(HttpSource(kind="http", uri="https://files.example.com/", attempts=1))
    web.serve("/new", answer(BODY))
    assert source.list(web.serve("/old", to("/new")))[0].size == len(BODY)
    uri = web.serve("/old", to("http://localhost/"))
    with pytest.raises(SourceError, match="isn't public"):
        source.list(uri)


INNER = [
    "0.0.0.0",  # noqa: S104 - nothing is bound
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fc00::1",
    "fdff::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "100::1",
    "::127.0.0.1",
    "64:ff9b:1::1",
]


@pytest.mark.parametrize("address", INNER)
def test_inner_addresses_are_not_public(address):
    assert not hops.is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "172.32.0.1", "2606:4700:4700::1111", "64:ff9b::101:101"])
def test_public_addresses_are(address):
    assert hops.is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_inside_another_counts_as_itself(address):
    number = int(address)
    wrapped = (f"::ffff:{address}", f"64:ff9b::{address}", str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80))))
    assert {hops.is_public(text) for text in wrapped} == {hops.is_public(str(address))}
