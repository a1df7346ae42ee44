import hashlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.errors import SourceError
from cdp_pipelines.landing import Landing
from cdp_pipelines.landing.folder import FolderStorage
from cdp_pipelines.landing.records import file_name
from cdp_pipelines.sources import open_source
from cdp_pipelines.sources.http import HttpFiles
from cdp_pipelines.sources.spec import HttpSource, LocalSource
from cdp_pipelines_tests.sources.site import answer

BODY = b"orderId\n1\n"
DAY = timedelta(days=1)
in_a_folder = pytest.mark.parametrize("place", ["folder"], indirect=True)


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def test_the_copy_is_byte_exact_and_described(land, place, exports):
    landed = land(b"\x00\xff\r\n")
    assert place.read(landed) == b"\x00\xff\r\n"
    assert (landed.bytes, landed.sha256) == (4, sha256(b"\x00\xff\r\n"))
    assert landed.uri == str(exports / "orders.csv")
    assert landed.modified_at.timestamp() == pytest.approx((exports / "orders.csv").stat().st_mtime, abs=1e-5)
    assert (landed.completeness, landed.reused) == ("size matches", False)


def test_empty_files_land(land, place):
    assert place.read(land(b"")) == b""


@in_a_folder
def test_everything_is_private(land, landing, root):
    landing.write_manifest("de/orders", None, [land()])
    modes = {path.relative_to(root): path.stat().st_mode & 0o777 for path in [root, *root.rglob("*")]}
    assert set(modes.values()) == {0o600, 0o700}
    assert all((mode == 0o700) == (root / path).is_dir() for path, mode in modes.items())


@in_a_folder
def test_a_folder_that_stood_before_keeps_its_mode(land, root):
    root.mkdir(parents=True)
    root.chmod(0o755)
    land()
    assert root.stat().st_mode & 0o777 == 0o755


def test_equal_bytes_lie_there_once(land, copies):
    first = land(name="a.csv")
    for again in (land(name="b.csv"), land(name="a.csv", import_name="pt/orders"), land(name="a.csv")):
        assert (again.sha256, again.reused) == (first.sha256, True)
    assert copies() == [sha256(BODY)]


def test_a_changed_file_lands_beside_the_older_copy(land, place, copies):
    first, second = land(b"one"), land(b"two")
    assert (place.read(first), place.read(second)) == (b"one", b"two")
    assert len(copies()) == 2


def test_a_damaged_copy_is_replaced(land, place):
    place.damage(land().sha256)
    assert place.read(land()) == BODY


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
    assert (again.sha256, again.version, again.modified_at) == (first.sha256, first.version, first.modified_at)


def test_an_unchanged_file_whose_copy_is_gone_or_damaged_is_copied_again(
    landing, land, place, exports, settled_at_once
):
    source = open_source(LocalSource(kind="local", uri="unused"), exports)
    first = land()
    for damage in (place.drop, place.damage):
        damage(first.sha256)
        assert not landing.land("de/orders", source, source.list("orders.csv")[0]).reused
        assert place.read(first) == BODY


@pytest.mark.rows("S6")
def test_names_in_the_landing_do_not_follow_from_addresses(landing, place, root, land, web):
    hostile = "..%2F..%2Fetc%2Fpasswd"
    uri = web.serve(f"/{hostile}", answer(BODY))
    source = HttpFiles(HttpSource(kind="http", uri=uri))
    landed = landing.land("../../x", source, source.list(uri)[0])
    land(name="a\nb;c '$(x)\\.csv")
    landing.write_manifest("../../x", "../../y", [landed])
    assert landing.read_manifest("../../x", "../../y") == [landed]
    assert place.copies() == [sha256(BODY)]
    names = [part for name in place.left() for part in name.split("/")]
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


@in_a_folder
def test_a_moved_landing_still_reads_its_manifests(landing, land, root):
    landing.write_manifest("de/orders", None, [land()])
    moved = root.rename(root.parent / "moved")
    landing = Landing(FolderStorage(moved))
    (file,) = landing.read_manifest("de/orders", None)
    with landing.at_hand(file) as path:
        assert path.read_bytes() == BODY


def test_without_anything_landed_the_manifest_is_a_sentence(landing, land):
    with pytest.raises(SourceError, match="Nothing of de/orders 2026-01-31 is landed, or no longer; land it first"):
        landing.read_manifest("de/orders", "2026-01-31")
    landing.write_manifest("de/orders", None, [])
    with pytest.raises(SourceError, match="Nothing of de/orders is landed"):
        landing.read_manifest("de/orders", None)


def test_a_manifest_whose_copy_is_gone_is_a_sentence(landing, land, place):
    landed = land()
    landing.write_manifest("de/orders", None, [landed])
    place.drop(landed.sha256)
    with pytest.raises(SourceError, match="or no longer"):
        landing.read_manifest("de/orders", None)


def test_damaged_records_count_as_missing(landing, land, place):
    landing.write_manifest("de/orders", None, [land()])
    place.damage_records()
    with pytest.raises(SourceError, match="Nothing of de/orders"):
        landing.read_manifest("de/orders", None)
    assert place.read(land()) == BODY


def test_prune_removes_what_was_not_used_for_that_long(landing, land, place, copies):
    landing.write_manifest("de/orders", "old", [land(b"old", "old.csv")])
    place.grow_old(2 * place.day)
    landing.write_manifest("de/orders", "new", [land(b"new", "new.csv")])
    assert landing.prune("de/orders", 9 * place.day) == 0
    assert landing.prune("de/orders", place.day) == 1
    assert copies() == [sha256(b"new")]
    assert len(landing.read_manifest("de/orders", "new")) == 1
    with pytest.raises(SourceError):
        landing.read_manifest("de/orders", "old")
    assert landing.prune("de/orders", place.day) == 0


def test_prune_leaves_no_records_of_what_it_removed(landing, land, place):
    landing.write_manifest("de/orders", "old", [land()])
    place.grow_old(2 * place.day)
    landing.prune("de/orders", place.day)
    assert place.left() == ["lock"]


def test_prune_keeps_what_is_open(landing, land, place, copies):
    land()
    place.grow_old(2 * place.day)
    assert landing.prune("de/orders", place.day, keep={sha256(BODY)}) == 0
    assert copies() == [sha256(BODY)]


@pytest.mark.parametrize("use", ["land", "read"])
def test_prune_keeps_what_was_used_again(landing, land, place, use):
    landing.write_manifest("de/orders", None, [land()])
    place.grow_old(2 * place.day)
    land() if use == "land" else landing.read_manifest("de/orders", None)
    assert landing.prune("de/orders", place.day) == 0


def test_prune_keeps_what_another_import_uses(landing, land, place, copies):
    land(import_name="de/orders")
    land(import_name="pt/orders")
    place.grow_old(2 * place.day)
    assert landing.prune("de/orders", place.day) == 0
    assert copies() == [sha256(BODY)]
    assert landing.prune("pt/orders", place.day) == 1
    assert copies() == []


def test_prune_of_nothing_is_nothing(landing):
    assert landing.prune("de/orders", DAY) == 0


def test_an_http_file_is_not_sent_again_while_it_stays_the_same(landing, place, web):
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
    assert (place.read(changed), changed.version, changed.reused) == (b"changed", '"2"', False)
    web.serve("/o.csv", answer(status=304))
    assert landing.land("de/orders", source, found).version == '"2"'
    assert web.asked[-1][2]["If-None-Match"] == '"2"'


def test_without_its_copy_an_http_file_is_asked_for_without_condition(landing, place, web):
    uri = web.serve("/o.csv", answer(BODY, ETag='"1"'))
    source = HttpFiles(HttpSource(kind="http", uri=uri))
    (found,) = source.list(uri)
    place.drop(landing.land("de/orders", source, found).sha256)
    assert place.read(landing.land("de/orders", source, found)) == BODY
    assert "If-None-Match" not in web.asked[-1][2]


def test_imports_and_addresses_remember_separately(landing, web):
    uri = web.serve("/o.csv", answer(BODY, ETag='"1"'))
    source = HttpFiles(HttpSource(kind="http", uri=uri))
    landing.land("de/orders", source, source.list(uri)[0])
    landing.land("pt/orders", source, source.list(uri)[0])
    landing.land("de/orders", source, source.list(f"{uri}?day=2")[0])
    assert not any("If-None-Match" in headers for _, _, headers in web.asked)


def test_a_query_is_neither_shown_nor_written_down(landing, web, place):
    uri = web.serve("/o.csv", answer(BODY, ETag='"1"'))
    source = HttpFiles(HttpSource(kind="http", uri=uri))
    landed = landing.land("de/orders", source, source.list(f"{uri}?sig=canary")[0])
    landing.write_manifest("de/orders", None, [landed])
    assert landed.uri == uri
    assert b"canary" not in place.contents() + "".join(place.left()).encode()


def test_a_failed_file_leaves_nothing_behind(landing, web, place):
    uri = web.serve("/o.csv", answer(BODY), answer(BODY, Content_Length="100"))
    source = HttpFiles(HttpSource(kind="http", uri=uri, attempts=1, timeout=0.3))
    (found,) = source.list(uri)
    with pytest.raises(SourceError):
        landing.land("de/orders", source, found)
    assert place.left() == ["lock"]


def test_a_root_that_cannot_be_written_is_a_sentence(tmp_path, exports):
    (exports / "orders.csv").write_bytes(BODY)
    source = open_source(LocalSource(kind="local", uri="unused"), exports)
    (tmp_path / "file").touch()
    with pytest.raises(SourceError, match=r"Files can't be kept in .*landing \(Not a directory\); make it"):
        Landing(FolderStorage(tmp_path / "file" / "landing")).land("de/orders", source, source.list("orders.csv")[0])
