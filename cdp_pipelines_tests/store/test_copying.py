"""COPY: any text arrives as it was sent, and a row that the server did not store is noticed."""

from collections.abc import Iterator

import psycopg
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import URL

from cdp_pipelines.errors import StoreError
from cdp_pipelines.store import Store, copying
from cdp_pipelines.store.copying import NULL, copy_rows

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=10)
ODD_TEXT = st.text("\\\t\n\r.N\"',;|\b\v\f\x01\x7f é\u2028😀", max_size=5)
TEXTS = st.none() | ANY_TEXT | ODD_TEXT | st.sampled_from(["\\N", "\\.", "\\", "", "NULL", "\\\\N", "\\x41", "\\t"])


@pytest.fixture(scope="module")
def connection(server: URL) -> Iterator[psycopg.Connection]:
    with Store(server).connect() as opened:
        opened.execute('create temporary table texts (n text, a text, "b c" text, constant text)')
        opened.commit()
        yield opened


def stored(connection: psycopg.Connection, *columns: list[str | None] | str) -> list[tuple[str | None, ...]]:
    """Copy columns into the table and return its rows."""
    rows = next(len(column) for column in columns if isinstance(column, list))
    numbers = pa.array([str(n) for n in range(rows)])
    arrays = [column if isinstance(column, str) else pa.array(column, pa.string()) for column in columns]
    copy_rows(connection, "texts", dict(zip(("n", "a", "b c", "constant"), (numbers, *arrays), strict=False)))
    found = connection.execute('select a, "b c", constant from texts order by n::int').fetchall()
    connection.rollback()
    return found


@given(rows=st.lists(st.tuples(TEXTS, TEXTS), min_size=1), constant=ANY_TEXT | ODD_TEXT)
def test_text_arrives_as_it_was_sent(connection: psycopg.Connection, rows: list[tuple], constant: str):
    first, second = ([row[place] for row in rows] for place in (0, 1))
    expected = [(*row, None if constant == NULL else constant) for row in rows]
    assert stored(connection, first, second, constant) == expected


@given(rows=st.lists(TEXTS, min_size=2), data=st.data())
def test_slices_arrive_as_their_rows(connection: psycopg.Connection, rows: list[str | None], data: st.DataObject):
    start = data.draw(st.integers(0, len(rows) - 1))
    end = data.draw(st.integers(start + 1, len(rows)))
    column = pa.array(rows, pa.string())[start:end]
    copy_rows(connection, "texts", {"a": column, "n": pa.array([str(n) for n in range(end - start)])})
    found = connection.execute("select a from texts order by n::int").fetchall()
    connection.rollback()
    assert [text for (text,) in found] == rows[start:end]


def test_nulls_and_constants(connection: psycopg.Connection):
    assert stored(connection, [None, "", "\\N"], NULL, "x") == [(None, None, "x"), ("", None, "x"), ("\\N", None, "x")]


def test_pieces_of_any_size(connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(copying, "PIECE", 3)
    rows: list[str | None] = ["é\\\n\t", None, "", "a" * 20]
    assert [row[0] for row in stored(connection, rows)] == rows


def test_it_tells_how_many_bytes_were_sent(connection: psycopg.Connection):
    assert copy_rows(connection, "texts", {"n": pa.array(["1", "22"]), "a": pa.array(["é", None])}) == 11
    connection.rollback()


def test_a_row_that_was_not_stored_is_noticed(connection: psycopg.Connection):
    connection.execute("""
        create function pg_temp.lose() returns trigger language plpgsql as $$ begin return null; end $$;
        create trigger lose before insert on texts for each row when (new.a = 'lost') execute function pg_temp.lose();
    """)
    with pytest.raises(StoreError, match="the store took 1 of 2 rows"):
        copy_rows(connection, "texts", {"n": pa.array(["1", "2"]), "a": pa.array(["kept", "lost"])})
    connection.rollback()
