import io
import ssl
from datetime import UTC, datetime

import pytest
import trustme

from cdp_pipelines.errors import SourceError
from cdp_pipelines.sources import Found
from cdp_pipelines.sources.http import HttpFiles
from cdp_pipelines.sources.spec import HttpSource
from cdp_pipelines_tests.sources.site import answer, site

BODY = b"orderId\n1\n"


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def trusted(authority, tmp_path, monkeypatch):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))


def secure(authority, *names, **options):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, **options).configure_cert(context)
    return site(tls=context)


def fetch(uri):
    target = io.BytesIO()
    waits = []
    HttpFiles(HttpSource(kind="http", uri=uri, timeout=5), waits.append).fetch(Found(uri, None, None, ""), target)
    return target.getvalue()


def test_a_certificate_of_a_named_authority_is_trusted(authority, trusted):
    with secure(authority, "127.0.0.1") as web:
        assert fetch(web.serve("/o.csv", answer(BODY))) == BODY


@pytest.mark.rows("S8")
def test_a_certificate_of_an_unknown_authority_is_not(authority):
    with secure(authority, "127.0.0.1") as web:
        uri = web.serve("/o.csv", answer(BODY))
        with pytest.raises(SourceError, match=r"isn't trusted \(.*certificate.*\); correct it there, or name its"):
            fetch(f"{uri}?sig=canary")
        assert not web.asked


@pytest.mark.rows("S8")
def test_a_certificate_of_another_host_is_not(authority, trusted):
    with secure(authority, "files.example.com") as web:
        uri = web.serve("/o.csv", answer(BODY))
        with pytest.raises(SourceError, match=r"isn't trusted \(.*mismatch"):
            fetch(uri)


@pytest.mark.rows("S8")
def test_an_expired_certificate_is_not(authority, trusted):
    with secure(authority, "127.0.0.1", not_after=datetime(2020, 1, 1, tzinfo=UTC)) as web:
        uri = web.serve("/o.csv", answer(BODY))
        with pytest.raises(SourceError, match="has expired"):
            fetch(uri)


def test_a_missing_file_of_authorities_is_told(monkeypatch, authority):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    with secure(authority, "127.0.0.1") as web:
        uri = web.serve("/o.csv", answer(BODY))
        with pytest.raises(Exception, match="REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names no file"):
            fetch(uri)


def test_a_redirect_from_https_to_http_is_not_followed(authority, trusted):
    with secure(authority, "127.0.0.1") as web:
        uri = web.serve("/o.csv", answer(status=302, Location=f"http://127.0.0.1:{web.port}/o.csv"))
        with pytest.raises(SourceError, match="from https to http"):
            fetch(uri)


def test_a_secure_redirect_target_is_verified_too(authority, trusted, monkeypatch):
    monkeypatch.setattr("cdp_pipelines.sources.hops.is_public", lambda _: True)
    with site() as web, secure(authority, "127.0.0.1") as right, secure(authority, "files.example.com") as wrong:
        assert fetch(web.serve("/a", answer(status=302, Location=right.serve("/o", answer(BODY))))) == BODY
        uri = web.serve("/b", answer(status=302, Location=wrong.serve("/o", answer(BODY))))
        with pytest.raises(SourceError, match="mismatch"):
            fetch(uri)
