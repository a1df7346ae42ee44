"""Reaching a store: which URLs are taken, how connections are set up, what is said when it cannot be reached."""

import socket
import struct
import threading
from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.engine import make_url

from cdp_pipelines.errors import ConfigurationError, StoreError
from cdp_pipelines.store import Store, open_store
from cdp_pipelines.store.connect import server_store


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_server_is_named_by_url_in_three_spellings(monkeypatch, scheme):
    monkeypatch.setenv("CDP_DATABASE_URL", f"{scheme}://jane:s%40cret@db.example.com/crm?sslmode=require")
    store = server_store()
    assert store.url.render_as_string(hide_password=False).startswith("postgresql+psycopg://jane:s%40cret@")
    assert store.label == "db.example.com:5432/crm"
    assert store.embedded is False
    assert "cret" not in repr(store)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://jane:secret@db.example.com/crm",
        "postgresql+psycopg2://jane:secret@db.example.com/crm",
        "db.example.com:secret",
        "postgresql://jane:secret@db.example.com:port/crm",
        "host=db.example.com password=secret",
    ],
)
def test_anything_else_is_a_configuration_error_that_tells_no_password(monkeypatch, url):
    monkeypatch.setenv("CDP_DATABASE_URL", url)
    with pytest.raises(ConfigurationError, match="write postgresql://USER:PASSWORD@HOST:PORT/DATABASE") as caught:
        server_store()
    seen = caught.value
    while seen is not None:
        assert "secret" not in str(seen)
        seen = seen.__cause__


@given(password=st.text(st.characters(codec="ascii", exclude_characters="\0"), min_size=8))
def test_a_password_reaches_postgres_as_it_is_and_no_label_or_repr(password):
    from urllib.parse import quote

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("CDP_DATABASE_URL", f"postgresql://u:{quote(password, safe='')}@localhost/d")
        store = server_store()
    assert store.url.password == password
    assert store.label == "localhost:5432/d"


@pytest.mark.parametrize("url", [None, "", "  "])
def test_where_a_server_is_required_a_missing_url_is_an_error(monkeypatch, url):
    if url is None:
        monkeypatch.delenv("CDP_DATABASE_URL", raising=False)
    else:
        monkeypatch.setenv("CDP_DATABASE_URL", url)
    assert server_store() is None
    monkeypatch.setenv("CDP_REQUIRE_SERVER", "1")
    with pytest.raises(ConfigurationError, match="set CDP_DATABASE_URL to postgresql://"):
        open_store()


def test_connections_are_set_up_alike_through_psycopg_and_sqlalchemy(store):
    asked = (
        "select current_setting('search_path'), current_setting('timezone'), current_setting('client_encoding'), "
        "current_setting('application_name')"
    )
    expected = ("cdp,public", "UTC", "UTF8", "cdp-pipelines")
    with store.connect() as connection:
        assert connection.execute(asked).fetchone() == expected
    with store.engine().connect() as connection:
        assert tuple(connection.execute(text(asked)).one()) == expected


def test_what_the_url_and_the_caller_say_comes_first(store):
    url = store.url.update_query_dict({"application_name": "mine", "options": "-c work_mem=7MB"})
    with Store(url).connect(autocommit=True) as connection:
        assert connection.autocommit
        assert connection.info.get_parameters()["application_name"] == "mine"
        assert connection.execute("show work_mem").fetchone() == ("7MB",)
        assert connection.execute("show search_path").fetchone() == ("cdp,public",)


def test_a_dead_peer_is_noticed_from_both_ends(store):
    with store.connect() as connection:
        parameters = connection.info.get_parameters()
        assert int(parameters["keepalives_idle"]) <= 60
        assert int(connection.execute("show tcp_keepalives_idle").fetchone()[0]) <= 60


def test_a_store_has_one_engine_which_replaces_dead_connections(store):
    assert store.engine() is store.engine()
    with store.engine().connect() as connection:
        backend = connection.scalar(text("select pg_backend_pid()"))
    with store.connect(autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s, 5000)", [backend])
    with store.engine().connect() as connection:
        assert connection.scalar(text("select 1")) == 1


def test_a_server_that_is_not_there_is_said(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv("CDP_DATABASE_URL", f"postgresql://jane:secret@127.0.0.1:{port}/crm")
    with pytest.raises(StoreError) as caught:
        open_store()
    assert str(caught.value) == (
        f"The store 127.0.0.1:{port}/crm cannot be opened: Connection refused; check CDP_DATABASE_URL and that server."
    )


def test_a_wrong_password_is_said_and_not_shown(store, monkeypatch):
    wrong = {"password": "canary"}
    monkeypatch.setenv("CDP_DATABASE_URL", store.url.set(**wrong).render_as_string(hide_password=False))
    with pytest.raises(StoreError, match="password authentication failed for user") as caught:
        open_store()
    assert "canary" not in str(caught.value)


def test_a_missing_database_is_said(store, monkeypatch):
    monkeypatch.setenv("CDP_DATABASE_URL", store.url.set(database="none").render_as_string(hide_password=False))
    with pytest.raises(StoreError, match='database "none" does not exist'):
        open_store()


@pytest.fixture
def old_server() -> Iterator[int]:
    """The port of something that greets like Postgres 14, which cannot be installed beside the others."""

    def greet(listener: socket.socket) -> None:
        while True:
            client = listener.accept()[0]
            while struct.unpack("!II", client.recv(1000)[:8])[1] in (80877103, 80877104):  # TLS? GSS? no
                client.sendall(b"N")
            version = b"server_version\x0014.20\0"
            client.sendall(b"R\0\0\0\x08\0\0\0\0" + b"S" + struct.pack("!I", 4 + len(version)) + version)
            client.sendall(b"K\0\0\0\x0c\0\0\0\x01\0\0\0\x01" + b"Z\0\0\0\x05I")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=greet, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]


def test_an_old_postgres_is_refused(old_server, monkeypatch):
    monkeypatch.setenv("CDP_DATABASE_URL", f"postgresql://jane@127.0.0.1:{old_server}/crm")
    with pytest.raises(StoreError, match=rf"127.0.0.1:{old_server}/crm is older than Postgres 15; use Postgres 15"):
        open_store()


SECOND_PROCESS = """
import sys, time
from cdp_pipelines.store import open_store
def timed():
    since = time.monotonic()
    open_store()
    return time.monotonic() - since
print(min(timed() for _ in range(5)) < 0.1)
print({"alembic", "pandas", "dagster", "pandera", "requests", "pyarrow"} & set(sys.modules))
"""


def test_a_running_embedded_store_opens_fast_and_without_heavy_modules(own_home, python):
    assert (open_store().label, open_store().embedded) == ("embedded", True)
    assert python(code=SECOND_PROCESS).communicate(timeout=60)[0] == "True\nset()\n"


def test_a_shared_url_can_be_read_by_psql_and_by_us(store):
    from cdp_pipelines.store import care

    assert make_url(care.url()).drivername == "postgresql"
    with psycopg.connect(care.url()) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
