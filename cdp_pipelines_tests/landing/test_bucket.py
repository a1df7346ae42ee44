"""What is special about a landing in a bucket: how it is named, what refuses it, and copies that go bad there."""

import shutil

import pytest

from cdp_pipelines.errors import ConfigurationError, SourceError
from cdp_pipelines.landing import open_landing
from cdp_pipelines.sources import open_source
from cdp_pipelines.sources.spec import LocalSource
from cdp_pipelines_tests.landing.conftest import landing_in
from cdp_pipelines_tests.sources.bucket import KEYS, NAME

pytestmark = pytest.mark.parametrize("place", ["bucket"], indirect=True)


def test_a_copy_that_went_bad_is_told_and_landed_anew(place, land, root):
    landed = land()
    place._client.put_object(Bucket=NAME, Key=place._key(landed.sha256), Body=b"orderId\n2\n")
    with pytest.raises(SourceError, match=r"A copy in s3://.* was damaged, and is removed; run again\."):
        place.read(landed)
    assert place.read(land()) == b"orderId\n1\n"
    assert list(root.glob("incoming/*")) == []


def test_a_copy_that_is_gone_is_told(place, land):
    landed = land()
    place.drop(landed.sha256)
    with pytest.raises(SourceError, match=r"A copy in s3://.* is gone meanwhile; run again\.") as error:
        place.read(landed)
    assert type(error.value) is SourceError


def test_a_file_in_parts_lands_whole(place, land):
    content = bytes(range(256)) * 80_000
    assert place.read(land(content)) == content


def test_nothing_of_it_stays_on_this_machine(place, land, root):
    place.read(land())
    shutil.rmtree(root)
    assert place.read(land()) == b"orderId\n1\n"
    assert [path.name for path in root.rglob("*") if path.is_file()] == ["lock"]


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"CDP_LANDING": "https://example.com/x"}, "CDP_LANDING names https://example.com/x; write a folder, or s3://"),
        ({"CDP_LANDING": "s3://a/x"}, "CDP_LANDING is no address in a bucket"),
        ({"CDP_LANDING_ENDPOINT_URL": "s3.example.com"}, "CDP_LANDING_ENDPOINT_URL is no web address"),
    ],
)
def test_a_place_that_cannot_be_meant_is_told(place, root, variables, told, monkeypatch):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=told):
        open_landing(root.parent)


def test_a_missing_variable_is_told(place, root, exports, monkeypatch):
    monkeypatch.delenv("CDP_LANDING_SECRET_ACCESS_KEY")
    with pytest.raises(ConfigurationError, match="CDP_LANDING_SECRET_ACCESS_KEY is not set"):
        landed_anew(root, exports)


def test_secrets_may_stand_in_files(place, root, exports, tmp_path, monkeypatch):
    (tmp_path / "secret").write_text(KEYS["admin"][1] + "\n")
    monkeypatch.delenv("CDP_LANDING_SECRET_ACCESS_KEY")
    monkeypatch.setenv("CDP_LANDING_SECRET_ACCESS_KEY_FILE", str(tmp_path / "secret"))
    assert landed_anew(root, exports).bytes == 10


def test_who_may_only_read_is_told_the_rights_that_a_landing_needs(place, root, exports, bucket, monkeypatch):
    landing_in(bucket, monkeypatch, "reader")
    with pytest.raises(SourceError, match=r"refuses the key of CDP_LANDING as a landing; grant s3:GetObject, s3:Put"):
        landed_anew(root, exports)


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("CDP_LANDING_ENDPOINT_URL", "http://127.0.0.1:9", "The connection to the service of s3://.* broke or failed"),
        ("CDP_LANDING_SECRET_ACCESS_KEY", "wrong-canary", "refuses the key of CDP_LANDING"),
    ],
    ids=["endpoint", "secret"],
)
def test_a_place_that_does_not_answer_is_told(place, root, exports, variable, value, told, monkeypatch):
    monkeypatch.setattr("cdp_pipelines.landing.bucket._ATTEMPTS", 1)
    monkeypatch.setenv(variable, value)
    with pytest.raises(SourceError, match=told) as error:
        landed_anew(root, exports)
    assert "canary" not in str(error.value)
    assert list(root.glob("incoming/*")) == []


def landed_anew(root, exports):
    (exports / "orders.csv").write_bytes(b"orderId\n1\n")
    source = open_source(LocalSource(kind="local", uri="unused"), exports)
    return open_landing(root.parent).land("de/orders", source, source.list("orders.csv")[0])
