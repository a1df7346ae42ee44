"""Objects in a bucket: all bytes or a sentence, of one version, whatever happens on the way.

What a real server never does on request (cut a body, be busy) is done by the web server of these tests in its place.
"""

import base64
import hashlib
import io
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from boto3.session import Session

from cdp_pipelines.errors import ConfigurationError, NoFileError, SourceError
from cdp_pipelines.sources import open_source, s3_client, source_for
from cdp_pipelines.sources.s3 import S3Files
from cdp_pipelines.sources.spec import LocalSource, S3Source
from cdp_pipelines_tests.sources.bucket import KEYS, NAME, client
from cdp_pipelines_tests.sources.site import answer, raw
from cdp_pipelines_tests.sources.test_tls import authority, secure

__all__ = ["authority"]

BODY = bytes(range(256)) * 3000
MD5 = hashlib.md5(BODY, usedforsecurity=False).hexdigest()
ETAG = f'"{MD5}"'


@pytest.fixture(autouse=True)
def identity(monkeypatch):
    key, secret = KEYS["reader"]
    monkeypatch.setenv("ACME_ACCESS_KEY_ID", key)
    monkeypatch.setenv("ACME_SECRET_ACCESS_KEY", secret)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)


def source(endpoint, pause=lambda _: None, **attributes):
    given = {"uri": f"s3://{NAME}/o.csv", "endpoint_url": endpoint, "credentials": "ACME", "timeout": 5}
    return S3Files(S3Source.model_validate({"kind": "s3"} | given | attributes), pause)


def fetch(endpoint, uri, known="", target=None, **attributes):
    files, target = source(endpoint, **attributes), target or io.BytesIO()
    fetched = files.fetch(files.list(uri)[0], target, known)
    return fetched, target.getvalue()


def message(call, kind=SourceError):
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert "canary" not in str(caught.value)
    return str(caught.value)


def test_all_bytes_arrive_with_what_is_known_of_them(bucket):
    uri = bucket.put("in/orders 100% #1?+ü.csv", BODY)
    fetched, content = fetch(bucket.endpoint, uri)
    assert content == BODY
    assert (fetched.bytes, fetched.sha256) == (len(BODY), hashlib.sha256(BODY).hexdigest())
    assert (fetched.completeness, fetched.known) == ("checksum matches", ETAG)
    assert (fetched.found.uri, fetched.found.version, fetched.found.size) == (uri, MD5, len(BODY))
    assert datetime.now(UTC) - fetched.found.modified_at < timedelta(minutes=1)


def test_a_listed_object_has_the_version_that_reading_it_tells(bucket):
    uri = bucket.put("in/a.csv", BODY)
    files = source(bucket.endpoint)
    [listed] = files.list(f"{bucket.address}/in/*.csv")
    [described] = files.list(uri)
    fetched = files.fetch(listed, io.BytesIO())
    assert (listed.uri, listed.version, listed.size) == (uri, described.version, described.size)
    assert fetched.found.version == listed.version


def test_an_empty_object_arrives(bucket):
    assert fetch(bucket.endpoint, bucket.put("o.csv", b""))[1] == b""


def test_an_unchanged_object_is_not_read_again_and_a_changed_one_is(bucket):
    uri = bucket.put("o.csv", b"one")
    fetched, _ = fetch(bucket.endpoint, uri)
    assert fetch(bucket.endpoint, uri, fetched.known) == (None, b"")
    bucket.put("o.csv", b"two")
    assert fetch(bucket.endpoint, uri, fetched.known)[1] == b"two"


def test_an_object_that_was_uploaded_in_parts_is_compared_by_size(bucket):
    key, part = f"{bucket.prefix}/parts.csv", b"x" * (5 << 20)
    upload = bucket.client.create_multipart_upload(Bucket=NAME, Key=key)["UploadId"]
    parts = [
        bucket.client.upload_part(Bucket=NAME, Key=key, UploadId=upload, PartNumber=number, Body=body)["ETag"]
        for number, body in enumerate([part, b"end\n"], start=1)
    ]
    listed = {"Parts": [{"ETag": etag, "PartNumber": number} for number, etag in enumerate(parts, start=1)]}
    bucket.client.complete_multipart_upload(Bucket=NAME, Key=key, UploadId=upload, MultipartUpload=listed)
    fetched, content = fetch(bucket.endpoint, f"{bucket.address}/parts.csv")
    assert content == part + b"end\n"
    assert fetched.found.version.endswith("-2")
    assert fetched.completeness in ("size matches", "checksum matches")


@pytest.mark.rows("F15")
def test_a_pattern_finds_finished_objects_in_order_and_lists_nothing_else(bucket):
    for name in ("in/b.csv", "in/a.csv", "in/.a.csv", "in/c.csv.part", "in/_SUCCESS", "in/d/e.csv", "in/x.txt"):
        bucket.put(name)
    files = source(bucket.endpoint)
    asked = []
    files._client.meta.events.register(
        "before-parameter-build.s3.ListObjectsV2", lambda params, **_: asked.append(params["Prefix"])
    )
    assert [one.uri for one in files.list(f"{bucket.address}/in/*.csv")] == [
        f"{bucket.address}/in/{n}.csv" for n in "ab"
    ]
    assert asked == [f"{bucket.prefix}/in/"]
    assert [one.uri for one in files.list(f"{bucket.address}/*/d/e*.csv")] == [f"{bucket.address}/in/d/e.csv"]
    assert asked[1:] == [f"{bucket.prefix}/", f"{bucket.prefix}/in/d/e"]


@pytest.fixture
def lists(bucket):
    """List a pattern; return the addresses below the bucket's prefix, and how many requests that took."""

    def call(pattern):
        files, asked = source(bucket.endpoint), []
        files._client.meta.events.register("before-call.s3.ListObjectsV2", lambda **_: asked.append(1))
        return [one.uri.removeprefix(f"{bucket.address}/") for one in files.list(f"{bucket.address}/{pattern}")], len(
            asked
        )

    return call


def put_all(bucket, keys):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: bucket.put(key, b""), keys))


@pytest.mark.rows("F36")
def test_thousands_of_keys_are_all_found_in_order_by_a_request_per_thousand(bucket, lists):
    keys = [f"many/o-{number:04}.csv" for number in range(3000)]
    put_all(bucket, keys)
    found, requests = lists("many/o-*.csv")
    assert found == keys
    assert requests <= 4
    assert lists("many/o-29*.csv") == (keys[2900:], 1)


@pytest.mark.rows("F36")
def test_a_folder_per_day_is_no_request_per_day(bucket, lists):
    keys = [f"{2020 + day // 365}/{day % 365:03}/orders.csv" for day in range(800)]
    put_all(bucket, [*keys, "2021/007/deeper/orders.csv", "2021/007/other.csv"])
    found, requests = lists("*/*/orders.csv")
    assert found == keys
    assert requests <= 3


def test_folders_full_of_other_files_are_not_listed_with_them(bucket, lists):
    put_all(bucket, [f"{shop}/{'old' if number else 'in'}/{number:04}.csv" for shop in "ab" for number in range(1500)])
    found, requests = lists("*/in/*.csv")
    assert found == ["a/in/0000.csv", "b/in/0000.csv"]
    assert requests <= 1 + 3 + 2


def test_what_is_missing_is_told_as_missing_but_a_missing_bucket_is_not(bucket):
    bucket.put("in/a.csv")
    files = source(bucket.endpoint)
    for name in ("in/b.csv", "in/*.txt", "out/*.csv"):
        assert message(lambda name=name: files.list(f"{bucket.address}/{name}"), NoFileError)
    for name in ("a.csv", "*.csv"):
        with pytest.raises(SourceError, match="There is no bucket") as caught:
            files.list(f"s3://nowhere/{name}")
        assert not isinstance(caught.value, NoFileError)


def test_an_object_that_was_removed_after_it_was_listed_is_missing(bucket):
    files = source(bucket.endpoint)
    [found] = files.list(bucket.put("o.csv"))
    bucket.client.delete_object(Bucket=NAME, Key=f"{bucket.prefix}/o.csv")
    assert message(lambda: files.fetch(found, io.BytesIO()), NoFileError)


def test_wrong_keys_are_told_without_them(bucket, monkeypatch):
    uri = bucket.put("o.csv")
    monkeypatch.setenv("ACME_SECRET_ACCESS_KEY", "canary")
    assert "the key of ACME" in message(lambda: source(bucket.endpoint).list(uri))
    monkeypatch.setenv("ACME_ACCESS_KEY_ID", "canary")
    assert "the key of ACME" in message(lambda: source(bucket.endpoint).list(f"{bucket.address}/*.csv"))


def test_a_missing_variable_is_told_and_a_file_may_stand_for_it(bucket, monkeypatch, tmp_path):
    uri = bucket.put("o.csv")
    monkeypatch.delenv("ACME_SECRET_ACCESS_KEY")
    text = message(lambda: source(bucket.endpoint).list(uri), ConfigurationError)
    assert text.startswith("ACME_SECRET_ACCESS_KEY is not set")
    (tmp_path / "secret").write_text(KEYS["reader"][1] + "\n")
    monkeypatch.setenv("ACME_SECRET_ACCESS_KEY_FILE", str(tmp_path / "secret"))
    assert source(bucket.endpoint).list(uri)


def test_without_credentials_the_clouds_own_chain_decides(bucket, monkeypatch):
    uri = bucket.put("o.csv")
    monkeypatch.setattr(s3_client, "_session", Session)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    assert "Nothing says who reads" in message(lambda: source(bucket.endpoint, credentials=None).list(uri))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEYS["reader"][0])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEYS["reader"][1])
    assert source(bucket.endpoint, credentials=None).list(uri)


def test_a_single_file_is_read_with_the_imports_own_settings(bucket, tmp_path):
    uri = bucket.put("o.csv")
    spec = S3Source(kind="s3", uri=f"s3://{NAME}/x", endpoint_url=bucket.endpoint, credentials="ACME")
    assert source_for(uri, spec, tmp_path).list(uri)
    assert isinstance(source_for(uri, LocalSource(kind="local", uri="x"), tmp_path), S3Files)


def test_errors_of_the_target_are_passed_on(bucket):
    class Full(io.BytesIO):
        def write(self, _):
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        fetch(bucket.endpoint, bucket.put("o.csv"), target=Full())


@pytest.mark.rows("F09")
def test_an_object_that_is_replaced_between_two_attempts_is_read_anew(bucket):
    old, new = BODY, BODY[::-1]
    uri = bucket.put("o.csv", old)
    files = source(bucket.endpoint, attempts=3)
    body, waits = files._client.get_object, []

    def cut(**request):
        given = body(**request)
        if not waits:
            given["Body"] = Cut(given["Body"], 1000)
        return given

    files._client.get_object = cut
    files._pause = lambda seconds: (waits.append(seconds), bucket.put("o.csv", new))
    target = io.BytesIO()
    fetched = files.fetch(files.list(uri)[0], target)
    assert (target.getvalue(), len(waits)) == (new, 2)
    assert fetched.found.version == hashlib.md5(new, usedforsecurity=False).hexdigest()


class Cut:
    """A body whose connection breaks after some bytes."""

    def __init__(self, body, size):
        self.body, self.left = body, size

    def read(self, amount):
        if not self.left:
            raise ConnectionResetError
        chunk = self.body.read(min(self.left, amount))
        self.left -= len(chunk)
        return chunk

    def close(self):
        self.body.close()


def stated(**more):
    return {"ETag": ETAG, "Last_Modified": "Sat, 31 Jan 2026 02:30:00 GMT"} | more


def serve(web, *answers):
    """Answer a HEAD of the object, then these GETs."""
    web.serve(f"/{NAME}/o.csv", answer(BODY, **stated()), *answers)
    return f"s3://{NAME}/o.csv"


def cut_off(size, etag=ETAG):
    head = f"HTTP/1.1 200 OK\r\nETag: {etag}\r\nContent-Length: {len(BODY)}\r\n\r\n"
    return raw(head.encode() + BODY[:size])


def rest(begin, **more):
    part = f"bytes {begin}-{len(BODY) - 1}/{len(BODY)}"
    return answer(BODY[begin:], 206, **(stated(Content_Range=part) | more))


@pytest.mark.rows("F08")
def test_a_body_that_breaks_off_is_taken_up_where_it_broke(web):
    uri = serve(web, cut_off(300_000), rest(300_000))
    fetched, content = fetch(web.address, uri)
    assert content == BODY
    assert fetched.completeness == "checksum matches"
    headers = web.asked[-1][2]
    assert (headers["Range"], headers["If-Match"]) == ("bytes=300000-", ETAG)


@pytest.mark.rows("F10")
def test_a_service_that_ignores_the_range_or_sends_another_is_read_anew(web):
    assert fetch(web.address, serve(web, cut_off(300_000), answer(BODY, **stated())))[1] == BODY
    in_parts = stated(ETag='"x-2"')  # so that no digest tells the bytes apart
    begun = cut_off(300_000, '"x-2"')
    for place in (f"bytes 0-467999/{len(BODY)}", f"bytes 300000-{len(BODY) - 1}/999999"):
        wrong = answer(BODY[:468_000], 206, **in_parts, Content_Range=place)
        assert fetch(web.address, serve(web, begun, wrong, answer(BODY, **in_parts)))[1] == BODY


def test_bytes_that_are_not_those_of_the_etag_are_refused(web):
    uri = serve(web, answer(BODY[::-1], **stated()))
    assert "arrived damaged" in message(lambda: fetch(web.address, uri))
    checksum = base64.b64encode(zlib.crc32(BODY).to_bytes(4, "big")).decode()
    uri = serve(web, answer(BODY[::-1], **stated(ETag='"x-2"', x_amz_checksum_crc32=checksum)))
    assert "arrived damaged" in message(lambda: fetch(web.address, uri))
    assert "Range" not in web.asked[-1][2]
    uri = serve(web, answer(BODY, **stated(ETag='"x-2"', x_amz_checksum_crc32=checksum)))
    assert fetch(web.address, uri)[0].completeness == "checksum matches"


def test_an_encrypted_objects_etag_is_no_digest(web):
    uri = serve(web, answer(BODY, **stated(ETag='"' + "0" * 32 + '"', x_amz_server_side_encryption="aws:kms")))
    assert fetch(web.address, uri)[0].completeness == "size matches"


@pytest.mark.rows("F06")
def test_a_busy_service_is_asked_again_as_often_as_said(web):
    waits = []
    busy = answer(b"<Error><Code>SlowDown</Code></Error>", 503, Retry_After="7")
    uri = serve(web, busy, busy, answer(BODY, **stated()))
    files = source(web.address, waits.append)
    assert files.fetch(files.list(uri)[0], io.BytesIO()).bytes == len(BODY)
    assert waits == [7.0, 7.0]
    uri = serve(web, busy)
    web.asked.clear()
    assert "is busy or broken (SlowDown)" in message(lambda: fetch(web.address, uri))
    assert len(web.asked) == 5


def test_access_that_is_not_granted_and_archives_are_told(web):
    for code, text in (("AccessDenied", "grant s3:GetObject"), ("InvalidObjectState", "lies in an archive")):
        uri = serve(web, answer(f"<Error><Code>{code}</Code></Error>".encode(), 403))
        assert text in message(lambda uri=uri: fetch(web.address, uri))


def test_a_service_that_is_not_there_or_says_nothing_is_told():
    assert "broke or failed" in message(lambda: source("http://127.0.0.1:1", attempts=2).list(f"s3://{NAME}/o.csv"))


def test_the_reader_of_these_tests_may_not_write(bucket):
    with pytest.raises(Exception, match="AccessDenied"):
        client(bucket.endpoint, "reader").put_object(Bucket=NAME, Key="x", Body=b"")


def test_an_authority_of_ones_own_is_named_in_the_source(authority, tmp_path):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with secure(authority, "127.0.0.1") as web:
        uri = serve(web, answer(BODY, **stated()))
        spec = S3Source(kind="s3", uri=uri, endpoint_url=web.address, credentials="ACME", ca_file="ca.pem", attempts=1)
        assert open_source(spec, tmp_path).list(uri)[0].size == len(BODY)
        other = spec.model_copy(update={"ca_file": None})
        assert "isn't trusted" in message(lambda: open_source(other, tmp_path).list(uri))
        with pytest.raises(ConfigurationError, match="ca_file names no file"):
            open_source(spec, tmp_path / "elsewhere").list(uri)


def test_in_a_bucket_with_versions_the_one_that_was_begun_is_read_to_its_end(bucket):
    """It is pinned by its id: a newer one is what the next run reads."""
    name, old, new = f"versions-{bucket.prefix}", BODY, BODY[::-1]
    bucket.client.create_bucket(Bucket=name)
    bucket.client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    bucket.client.put_object(Bucket=name, Key="o.csv", Body=old)
    files = source(bucket.endpoint, uri=f"s3://{name}/o.csv", attempts=3)
    body, asked = files._client.get_object, []

    def cut(**request):
        given = body(**request)
        asked.append(request)
        if len(asked) == 1:
            given["Body"] = Cut(given["Body"], 1000)
            bucket.client.put_object(Bucket=name, Key="o.csv", Body=new)
        return given

    files._client.get_object = cut
    target = io.BytesIO()
    fetched = files.fetch(files.list(f"s3://{name}/o.csv")[0], target)
    assert (target.getvalue(), fetched.found.version) == (old, MD5)
    assert asked[1]["VersionId"]
    [newest] = files.list(f"s3://{name}/*.csv")
    target = io.BytesIO()
    assert files.fetch(newest, target, fetched.known).found.version != MD5
    assert target.getvalue() == new
