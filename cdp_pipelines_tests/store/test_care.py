"""What `cdp-pipelines db` is told: status, URL, stop; on the embedded store and on a server."""

import psycopg
import pytest

from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.store import care, open_store, revisions


def test_status_of_a_home_without_a_server_starts_none(own_home):
    status = care.status()
    assert (status.label, status.running, status.place) == ("embedded", False, str(own_home / "postgres"))
    assert (status.revision, status.problem, status.up_to_date) == (None, None, False)
    assert list(own_home.iterdir()) == [own_home / ".gitignore"]


def test_status_of_a_running_embedded_store(own_home):
    open_store()
    status = care.status()
    assert (status.running, status.revision, status.head, status.up_to_date) == (
        True, revisions.head(), revisions.head(), True,
    )  # fmt: skip
    assert status.server_version.startswith("18.")
    assert 1_000_000 < status.size_bytes < 100_000_000


def test_status_of_a_server(store):
    status = care.status()
    assert (status.running, status.up_to_date, status.label, status.place) == (True, True, store.label, store.label)


def test_status_of_an_empty_server(database):
    status = care.status()
    assert (status.running, status.revision, status.up_to_date) == (True, None, False)


def test_status_of_a_server_that_is_not_there_says_why(monkeypatch):
    monkeypatch.setenv("CDP_DATABASE_URL", "postgresql://jane:secret@127.0.0.1:1/crm")
    status = care.status()
    assert status.running is False
    assert "Connection refused" in status.problem
    assert "secret" not in repr(status)


def test_the_url_of_the_embedded_store_starts_it_and_opens_it(own_home):
    with psycopg.connect(care.url()) as connection:
        assert connection.execute("select current_database(), current_user").fetchone() == ("cdp", "cdp")


def test_the_url_of_a_server_is_told_though_it_is_not_there(monkeypatch):
    monkeypatch.setenv("CDP_DATABASE_URL", "postgres://jane:s%40%20cret@127.0.0.1:1/crm")
    assert care.url() == "postgresql://jane:s%40%20cret@127.0.0.1:1/crm"


def test_stop_says_whether_there_was_anything_to_stop(own_home):
    assert care.stop() is False
    open_store()
    assert care.stop() is True
    assert care.stop() is False
    assert care.status().running is False


def test_a_server_of_somebody_else_is_not_stopped(store):
    with pytest.raises(ConfigurationError, match="does not stop; unset CDP_DATABASE_URL"):
        care.stop()
    assert care.status().running is True
