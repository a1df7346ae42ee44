"""A download that broke off goes on where it ended, if and only if the server still has the same file."""

import hashlib
import io

import pytest

from cdp_pipelines.errors import SourceError
from cdp_pipelines.sources import Found
from cdp_pipelines.sources.http import HttpFiles
from cdp_pipelines.sources.spec import HttpSource
from cdp_pipelines_tests.sources.site import answer, raw

BODY = b"orderId,total\n1,2.50\n" * 5000
HALF = len(BODY) // 2
CHANGED = "Sat, 31 Jan 2026 02:30:00 GMT"


def fetch(uri, attempts=4):
    target = io.BytesIO()
    spec = HttpSource(kind="http", uri=uri, timeout=5, attempts=attempts)
    fetched = HttpFiles(spec, lambda _: None).fetch(Found(uri, None, None, ""), target)
    return fetched, target.getvalue()


def cut(*headers, size=HALF):
    head = "\r\n".join(["HTTP/1.1 200 OK", f"Content-Length: {len(BODY)}", *headers])
    return raw(head.encode() + b"\r\n\r\n" + BODY[:size])


def rest(begin=HALF, part=None, **headers):
    stated = part or f"bytes {begin}-{len(BODY) - 1}/{len(BODY)}"
    return answer(BODY[begin:], 206, Content_Range=stated, **headers)


@pytest.mark.rows("F08")
def test_what_arrived_is_not_asked_for_again(web):
    uri = web.serve("/o.csv", cut('ETag: "7"', f"Last-Modified: {CHANGED}"), rest(ETag='"7"'))
    fetched, content = fetch(uri)
    assert content == BODY
    assert fetched.sha256 == hashlib.sha256(BODY).hexdigest()
    assert (fetched.completeness, fetched.known, fetched.found.version) == ("content-length", '"7"', '"7"')
    headers = web.asked[1][2]
    assert (headers["Range"], headers["If-Range"]) == (f"bytes={HALF}-", '"7"')


def test_without_an_etag_the_time_of_a_settled_file_will_do(web):
    date = "Date: Sat, 31 Jan 2026 03:30:00 GMT"
    uri = web.serve("/o.csv", cut(f"Last-Modified: {CHANGED}", date), rest())
    fetched, content = fetch(uri)
    assert (content, fetched.found.version) == (BODY, CHANGED)
    assert web.asked[1][2]["If-Range"] == CHANGED


@pytest.mark.parametrize("headers", [(), ('ETag: W/"7"',)], ids=["nothing", "weak"])
def test_without_a_strong_name_the_whole_is_asked_for_again(web, headers):
    uri = web.serve("/o.csv", cut(*headers), answer(BODY))
    assert fetch(uri)[1] == BODY
    assert "Range" not in web.asked[1][2]


@pytest.mark.rows("F09", "F10")
def test_a_file_that_changed_meanwhile_is_read_anew(web):
    new = BODY[::-1]
    uri = web.serve("/o.csv", cut('ETag: "7"'), answer(new, ETag='"8"'))
    fetched, content = fetch(uri)
    assert (content, fetched.found.version) == (new, '"8"')


@pytest.mark.rows("F10")
@pytest.mark.parametrize(
    "wrong",
    [
        answer(status=416),
        rest(part=f"bytes 0-{len(BODY) - 1}/{len(BODY)}"),
        rest(part=f"bytes {HALF}-{HALF + 9}/{len(BODY)}"),
        rest(part=f"bytes {HALF}-{len(BODY) - 1}/*"),
        rest(part="x"),
        rest(ETag='"8"'),
    ],
    ids=["not satisfiable", "from the start", "not to the end", "no length", "no part", "another file"],
)
def test_a_part_that_was_not_asked_for_is_not_added(web, wrong):
    uri = web.serve("/o.csv", cut('ETag: "7"'), wrong, answer(BODY, ETag='"7"'))
    assert fetch(uri)[1] == BODY
    assert "Range" not in web.asked[2][2]


def test_a_part_of_what_was_not_begun_is_no_file(web):
    uri = web.serve("/o.csv", rest())
    with pytest.raises(SourceError, match="answers with HTTP 206 and not with a file"):
        fetch(uri)


def test_several_cuts_are_survived_as_long_as_attempts_last(web):
    pieces = [
        raw(
            f'HTTP/1.1 206 P\r\nETag: "7"\r\nContent-Range: bytes {begin}-{len(BODY) - 1}/{len(BODY)}\r\n'
            f"Content-Length: {len(BODY) - begin}\r\n\r\n".encode()
            + BODY[begin : begin + 1000]
        )
        for begin in (HALF, HALF + 1000)
    ]
    uri = web.serve("/o.csv", cut('ETag: "7"'), *pieces, rest(HALF + 2000, ETag='"7"'))
    assert fetch(uri)[1] == BODY
    web.serve("/o.csv", cut('ETag: "7"'), *pieces, rest(HALF + 2000, ETag='"7"'))
    with pytest.raises(SourceError, match="ended the connection before"):
        fetch(uri, attempts=3)
