import hashlib
import os
import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.errors import SourceError
from cdp_pipelines.landing import Landing
from cdp_pipelines.landing.records import file_name
from cdp_pipelines.sources import open_source
from cdp_pipelines.sources.http import HttpFiles
from cdp_pipelines.sources.spec import HttpSource, LocalSource
from cdp_pipelines_tests.sources.site import answer

BODY = b"orderId\n1\n"
DAY = timedelta(days=1)


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def not_used_for(root, age):
    """Set back the time at which everything in the landing was last used."""
    then = time.time() - age.total_seconds()
    for path in root.rglob("*"):
        os.utime(path, (then, then))


def test_the_copy_is_byte_exact_and_described(land, exports):
    landed = land(b"\x00\xff\r\n")
    assert landed.path.read_bytes() == b"\x00\xff\r\n"
    assert (landed.bytes, landed.sha256) == (4, sha256(b"\x00\xff\r\n"))
    assert landed.uri == str(exports / "orders.csv")
    assert landed.modified_at.timestamp() == pytest.approx((exports / "orders.csv").stat().st_mtime, abs=1e-5)
    assert (landed.completeness, landed.reused) == ("size matches", False)


def test_empty_files_land(land):
    assert land(b"").path.read_bytes() == b""


def test_everything_is_private(land, landing, root):
    landing.write_manifest("de/orders", None, [land()])
    modes = {path.relative_to(root): path.stat().st_mode & 0o777 for path in [root, *root.rglob("*")]}
    assert set(modes.values()) == {0o600, 0o700}
    assert all((mode == 0o700) == (root / path).is_dir() for path, mode in modes.items())


def test_a_folder_that_stood_before_keeps_its_mode(land, root):
    root.mkdir(parents=True)
    root.chmod(0o755)
    land()
    assert root.stat().st_mode & 0o777 == 0o755


def test_equal_bytes_lie_there_once(land, copies):
    first = land(name="a.csv")
    for again in (land(name="b.csv"), land(name="a.csv", import_name="pt/orders"), land(name="a.csv")):
        assert again.path == first.path
        assert again.reused
    assert copies() == [sha256(BODY)]


def test_a_changed_file_lands_beside_the_older_copy(land, copies):
    first, second = land(b"one"), land(b"two")
    assert (first.path.read_bytes(), second.path.read_bytes()) == (b"one", b"two")
    assert len(copies()) == 2


def test_a_damaged_copy_is_replaced(land):
    os.truncate(land().path, 3)
    assert land().path.read_bytes() == BODY


@pytest.fixture
def settled_at_once(monkeypatch):
    monkeypatch.setattr("cdp_pipelines.sources.local.SETTLED", 0.0)


def test_an_unchanged_file_is_not_copied_again(landing, land, exports, settled_at_once):
    first = land()
    source = open_source(LocalSource(kind="local", uri="unused"), exports)

    class Counting:
        copied: list = []  # noqa: RUF012 - one test

        def fetch(self, *arguments):
            self.copied.append(source.fetch(*arguments))
            return self.copied[-1]

    again = landing.land("de/orders", Counting(), source.list("orders.csv")[0])
    assert Counting.copied == [None]
    assert again.reused
    assert (again.path, again.version, again.modified_at) == (first.path, first.version, first.modified_at)


def test_an_unchanged_file_whose_copy_is_gone_or_damaged_is_copied_again(landing, land, exports, settled_at_once):
    source = open_source(LocalSource(kind="local", uri="unused"), exports)
    path = land().path
    for damage in (path.unlink, lambda: os.truncate(path, 3)):
        damage()
        assert not landing.land("de/orders", source, source.list("orders.csv")[0]).reused
        assert path.read_bytes() == BODY


def test_names_in_the_landing_do_not_follow_from_addresses(landing, root, land, web):
    hostile = "..%2F..%2Fetc%2Fpasswd"
    uri = web.serve(f"/{hostile}", answer(BODY))
    source = HttpFiles(HttpSource(kind="http", uri=uri))
    landed = landing.land("../../x", source, source.list(uri)[0])
    land(name="a\nb;c '$(x)\\.csv")
    landing.write_manifest("../../x", "../../y", [landed])
    assert landing.read_manifest("../../x", "../../y") == [landed]
    assert landed.path.name == sha256(BODY)
    names = {path.name for path in root.parent.parent.rglob("*") if path.is_relative_to(root)}
    assert not any("passwd" in name or "$" in name or name.startswith(".") for name in names)
    assert sorted(path.name for path in root.parent.parent.iterdir()) == ["exports", "home"]


@given(st.text(), st.text())
def test_every_key_has_a_file_name_of_its_own(one, other):
    try:
        names = file_name(one), file_name(other)
    except UnicodeEncodeError:  # lone surrogates, which no name of an import or partition holds
        return
    assert (names[0] == names[1]) == (one == other)
    for name in names:
        assert "/" not in name
        assert not name.startswith(".")
        assert len(name.encode()) <= 200


def test_a_manifest_is_read_back_in_its_order(landing, land):
    files = [land(b"two", "b.csv"), land(b"one", "a.csv")]
    landing.write_manifest("de/orders", "2026-01-31", files)
    landing.write_manifest("de/orders", None, files[:1])
    assert landing.read_manifest("de/orders", "2026-01-31") == files
    assert landing.read_manifest("de/orders", None) == files[:1]


def test_a_moved_landing_still_reads_its_manifests(landing, land, root):
    landing.write_manifest("de/orders", None, [land()])
    moved = root.rename(root.parent / "moved")
    (file,) = Landing(moved).read_manifest("de/orders", None)
    assert file.path.read_bytes() == BODY


def test_without_anything_landed_the_manifest_is_a_sentence(landing, land):
    with pytest.raises(SourceError, match="Nothing of de/orders 2026-01-31 is landed, or no longer; land it first"):
        landing.read_manifest("de/orders", "2026-01-31")
    landing.write_manifest("de/orders", None, [])
    with pytest.raises(SourceError, match="Nothing of de/orders is landed"):
        landing.read_manifest("de/orders", None)


def test_a_manifest_whose_copy_is_gone_is_a_sentence(landing, land):
    landed = land()
    landing.write_manifest("de/orders", None, [landed])
    landed.path.unlink()
    with pytest.raises(SourceError, match="or no longer"):
        landing.read_manifest("de/orders", None)


def test_damaged_records_count_as_missing(landing, land, root):
    landing.write_manifest("de/orders", None, [land()])
    for record in root.rglob("*.json"):
        record.write_bytes(b"\xff{")
    with pytest.raises(SourceError, match="Nothing of de/orders"):
        landing.read_manifest("de/orders", None)
    assert land().path.read_bytes() == BODY


def test_prune_removes_what_was_not_used_for_that_long(landing, land, root, copies):
    landing.write_manifest("de/orders", "old", [land(b"old", "old.csv")])
    not_used_for(root, 2 * DAY)
    landing.write_manifest("de/orders", "new", [land(b"new", "new.csv")])
    assert landing.prune("de/orders", 3 * DAY) == 0
    assert landing.prune("de/orders", DAY) == 1
    assert copies() == [sha256(b"new")]
    assert len(landing.read_manifest("de/orders", "new")) == 1
    with pytest.raises(SourceError):
        landing.read_manifest("de/orders", "old")
    assert landing.prune("de/orders", DAY) == 0


def test_prune_leaves_no_records_of_what_it_removed(landing, land, root):
    landing.write_manifest("de/orders", "old", [land()])
    not_used_for(root, 2 * DAY)
    landing.prune("de/orders", DAY)
    assert [path.name for path in root.rglob("*") if path.is_file()] == ["lock"]


def test_prune_keeps_what_is_open(landing, land, root, copies):
    land()
    not_used_for(root, 2 * DAY)
    assert landing.prune("de/orders", DAY, keep={sha256(BODY)}) == 0
    assert copies() == [sha256(BODY)]


@pytest.mark.parametrize("use", ["land", "read"])
def test_prune_keeps_what_was_used_again(landing, land, root, use):
    landing.write_manifest("de/orders", None, [land()])
    not_used_for(root, 2 * DAY)
    land() if use == "land" else landing.read_manifest("de/orders", None)
    assert landing.prune("de/orders", DAY) == 0


def test_prune_keeps_what_another_import_uses(landing, land, root, copies):
    land(import_name="de/orders")
    land(import_name="pt/orders")
    not_used_for(root, 2 * DAY)
    assert landing.prune("de/orders", DAY) == 0
    assert copies() == [sha256(BODY)]
    assert landing.prune("pt/orders", DAY) == 1
    assert copies() == []


def test_prune_of_nothing_is_nothing(landing):
    assert landing.prune("de/orders", DAY) == 0


def test_an_http_file_is_not_sent_again_while_it_stays_the_same(landing, web):
    uri = web.serve("/o.csv", answer(BODY, ETag='"1"', Last_Modified="Sat, 31 Jan 2026 02:30:00 GMT"))
    source = HttpFiles(HttpSource(kind="http", uri=uri))
    (found,) = source.list(uri)
    first = landing.land("de/orders", source, found)
    web.serve("/o.csv", answer(status=304))
    again = landing.land("de/orders", source, found)
    assert web.asked[-1][2]["If-None-Match"] == '"1"'
    assert again.reused
    assert (again.sha256, again.version, again.modified_at) == (first.sha256, '"1"', first.modified_at)

    web.serve("/o.csv", answer(b"changed", ETag='"2"'))
    changed = landing.land("de/orders", source, found)
    assert (changed.path.read_bytes(), changed.version, changed.reused) == (b"changed", '"2"', False)
    web.serve("/o.csv", answer(status=304))
    assert landing.land("de/orders", source, found).version == '"2"'
    assert web.asked[-1][2]["If-None-Match"] == '"2"'


def test_without_its_copy_an_http_file_is_asked_for_without_condition(landing, web):
    uri = web.serve("/o.csv", answer(BODY, ETag='"1"'))
    source = HttpFiles(HttpSource(kind="http", uri=uri))
    (found,) = source.list(uri)
    landing.land("de/orders", source, found).path.unlink()
    assert landing.land("de/orders", source, found).path.read_bytes() == BODY
    assert "If-None-Match" not in web.asked[-1][2]


def test_imports_and_addresses_remember_separately(landing, web):
    uri = web.serve("/o.csv", answer(BODY, ETag='"1"'))
    source = HttpFiles(HttpSource(kind="http", uri=uri))
    landing.land("de/orders", source, source.list(uri)[0])
    landing.land("pt/orders", source, source.list(uri)[0])
    landing.land("de/orders", source, source.list(f"{uri}?day=2")[0])
    assert not any("If-None-Match" in headers for _, _, headers in web.asked)


def test_a_query_is_neither_shown_nor_written_down(landing, web, root):
    uri = web.serve("/o.csv", answer(BODY, ETag='"1"'))
    source = HttpFiles(HttpSource(kind="http", uri=uri))
    landed = landing.land("de/orders", source, source.list(f"{uri}?sig=canary")[0])
    landing.write_manifest("de/orders", None, [landed])
    assert landed.uri == uri
    written = b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file())
    assert b"canary" not in written


def test_a_failed_file_leaves_nothing_behind(landing, web, root):
    uri = web.serve("/o.csv", answer(BODY), answer(BODY, Content_Length="100"))
    source = HttpFiles(HttpSource(kind="http", uri=uri, attempts=1, timeout=0.3))
    (found,) = source.list(uri)
    with pytest.raises(SourceError):
        landing.land("de/orders", source, found)
    assert [path.name for path in root.rglob("*") if path.is_file()] == ["lock"]


def test_a_root_that_cannot_be_written_is_a_sentence(tmp_path, exports):
    (exports / "orders.csv").write_bytes(BODY)
    source = open_source(LocalSource(kind="local", uri="unused"), exports)
    (tmp_path / "file").touch()
    with pytest.raises(SourceError, match=r"Files can't be kept in .*landing \(Not a directory\); make it"):
        Landing(tmp_path / "file" / "landing").land("de/orders", source, source.list("orders.csv")[0])
