"""Credentials go to the host of the source, in the one header that they stand for, and nowhere else."""

import base64
import io
import logging

import pytest
from pydantic import ValidationError

from cdp_pipelines.errors import ConfigurationError, SourceError
from cdp_pipelines.sources import Found, open_source, source_for
from cdp_pipelines.sources.http import HttpFiles
from cdp_pipelines.sources.spec import HttpSource
from cdp_pipelines_tests.sources.site import answer, site
from cdp_pipelines_tests.sources.test_tls import BODY, authority, secure

__all__ = ["authority"]
CANARY = "s3cret-canary"
BASIC = base64.b64encode(f"shöp:{CANARY}".encode()).decode()


def fetch(uri, own=None, **attributes):
    target = io.BytesIO()
    spec = HttpSource.model_validate({"kind": "http", "uri": own or uri, "credentials": "SHOP"} | attributes)
    HttpFiles(spec, lambda _: None).fetch(Found(uri, None, None, ""), target)
    return target.getvalue()


@pytest.mark.rows("K-115")
@pytest.mark.parametrize(
    ("variables", "header"),
    [
        ({"USER": "shöp", "PASSWORD": CANARY}, ("Authorization", f"Basic {BASIC}")),
        ({"TOKEN": CANARY}, ("Authorization", f"Bearer {CANARY}")),
        ({"HEADER": f"X-Api-Key: {CANARY}"}, ("X-Api-Key", CANARY)),
    ],
    ids=["basic", "bearer", "header"],
)
def test_each_kind_of_credentials_is_sent(web, monkeypatch, variables, header):
    for name, value in variables.items():
        monkeypatch.setenv(f"SHOP_{name}", value)
    uri = web.serve("/o.csv", answer(BODY))
    assert fetch(uri) == BODY
    assert web.asked[0][2][header[0]] == header[1]


def test_a_redirect_takes_them_along_on_the_same_host_only(web, monkeypatch):
    monkeypatch.setenv("SHOP_TOKEN", CANARY)
    monkeypatch.setattr("cdp_pipelines.sources.hops.is_public", lambda _: True)
    with site() as other:
        back = web.serve("/back.csv", answer(BODY))
        away = other.serve("/o.csv", answer(status=302, Location=back))
        web.serve("/here", answer(status=302, Location=away))
        assert fetch(web.serve("/o.csv", answer(status=302, Location="/here"))) == BODY
        sent = [(path, "Authorization" in headers) for _, path, headers in [*web.asked, *other.asked]]
    assert sent == [("/o.csv", True), ("/here", True), ("/back.csv", False), ("/o.csv", False)]


def test_another_address_named_on_the_command_line_is_not_told_them(web, monkeypatch, tmp_path):
    monkeypatch.setenv("SHOP_TOKEN", CANARY)
    uri = web.serve("/o.csv", answer(BODY))
    own = HttpSource(kind="http", uri="https://files.example.com/o.csv", credentials="SHOP")
    source_for(uri, own, tmp_path).list(uri)
    assert "Authorization" not in web.asked[0][2]


def test_what_cannot_stand_in_a_header_and_what_is_not_set_is_told_without_it(web, monkeypatch):
    uri = web.serve("/o.csv", answer(BODY))
    for name, value in (("TOKEN", f"{CANARY}\r\nX: y"), ("HEADER", CANARY), ("TOKEN", f"{CANARY}ü")):
        with monkeypatch.context() as environment:
            environment.setenv(f"SHOP_{name}", value)
            with pytest.raises(ConfigurationError, match=f"SHOP_{name} can't stand in a header") as caught:
                fetch(uri)
            assert CANARY not in str(caught.value)
    with pytest.raises(ConfigurationError, match="SHOP_USER is not set"):
        fetch(uri)
    assert not web.asked


def test_no_refusal_and_no_log_holds_them(web, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("SHOP_TOKEN", CANARY)
    for status in (401, 403, 404, 429, 500):
        with pytest.raises(SourceError) as caught:
            fetch(web.serve("/o.csv", answer(status=status)))
        assert CANARY not in str(caught.value)
    assert CANARY not in caplog.text


def test_they_are_not_sent_in_clear_over_a_network():
    with pytest.raises(ValidationError, match="would be sent in clear"):
        HttpSource(kind="http", uri="http://files.example.com/o.csv", credentials="SHOP")
    with pytest.raises(ValidationError, match="is no prefix of environment variables"):
        HttpSource(kind="http", uri="https://files.example.com/o.csv", credentials="user:s3cret")


def test_an_authority_of_ones_own_is_named_in_the_source(authority, tmp_path):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with secure(authority, "127.0.0.1") as web:
        uri = web.serve("/o.csv", answer(BODY))
        spec = HttpSource(kind="http", uri=uri, ca_file="ca.pem")
        assert len(open_source(spec, tmp_path).list(uri)) == 1
        with pytest.raises(ConfigurationError, match="names no file of certificates"):
            open_source(HttpSource(kind="http", uri=uri, ca_file="none.pem"), tmp_path).list(uri)


@pytest.mark.rows("F10")
def test_a_server_that_asks_for_time_gets_it(web):
    waits = []
    uri = web.serve("/o.csv", answer(status=429, Retry_After="7"), answer(BODY))
    HttpFiles(HttpSource(kind="http", uri=uri), waits.append).fetch(Found(uri, None, None, ""), io.BytesIO())
    assert waits == [7.0]
