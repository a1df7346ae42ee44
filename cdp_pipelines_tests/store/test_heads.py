"""What the store knows of orders: compared, moved on, replaced; with the rows that statements are written as."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import psycopg
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import URL

from cdp_pipelines.errors import StoreError
from cdp_pipelines.orders.settle import Settled, Vintage
from cdp_pipelines.orders.statements import Statements, statements
from cdp_pipelines.orders.writing import Origin, fingerprint_rows, heads_of_advanced, rows_of_new, rows_of_updated
from cdp_pipelines.store import Store, heads
from cdp_pipelines.store.heads import Known, Version
from cdp_pipelines.users.identities import add_users
from cdp_pipelines_tests.orders.batches import batch, judge, order, rules

DAY = datetime(2026, 1, 2, tzinfo=UTC)
ODD = ['a"b', "a\\b", "a,b", "{a}", "NULL", " ", "é😀", "a\tb\nc"]


def origin(import_id: int = 1, site: str = "default", days: int = 0, emit_events: bool = True) -> Origin:
    as_of = DAY + timedelta(days=days)
    return Origin(import_id, site, 1, emit_events, Vintage(as_of, as_of, 1))


def said(*names: str, **changes: str | None) -> Statements:
    found = batch(*(order(name, **changes) for name in names))
    (only,) = statements(found, judge(found, rules()))
    return only


def add(connection: psycopg.Connection, told: Statements, where: Origin | None = None) -> list[str]:
    """Write orders that the store does not know; return their event ids."""
    new = rows_of_new(told, np.arange(len(told.ids)), where or origin())
    seqs = heads.take_seqs(connection, len(told.ids))
    heads.append_versions(connection, {"seq": seqs} | new.versions)
    heads.insert_heads(connection, {"seq": seqs} | new.heads)
    heads.insert_fingerprints(connection, new.fingerprints)
    events = new.versions["event_id"]
    return [] if isinstance(events, str) else events.to_pylist()


def ask(connection: psycopg.Connection, told: Statements, where: Origin | None = None) -> heads.Compared:
    where = where or origin()
    return heads.compare(connection, where.import_id, where.site, told.ids, told.raws)


def known(connection: psycopg.Connection, order_id: str, site: str = "default") -> Known:
    found = heads.compare(connection, 999, site, pa.array([order_id]), ["0" * 32]).news[0]
    assert found is not None
    return found


@pytest.fixture
def connection(store: Store) -> Iterator[psycopg.Connection]:
    with store.connect() as opened:
        heads.prepare(opened)
        yield opened


def test_a_store_is_first_asked_when_it_knows_neither_site_nor_import(connection):
    assert heads.is_first(connection, 1, "default")
    add(connection, said("A"), origin(1, "default"))
    assert not heads.is_first(connection, 1, "other")
    assert not heads.is_first(connection, 2, "default")
    assert heads.is_first(connection, 2, "other")


def test_what_was_said_last_time_says_nothing_new(connection):
    dated = said("A", "B", lastUpdated="2026-01-01T00:00:00Z")
    add(connection, dated)
    assert ask(connection, dated) == heads.Compared({}, [])
    undated = said("C", "D")
    add(connection, undated)
    assert ask(connection, undated) == heads.Compared({}, [0, 1])


def test_other_words_come_with_what_is_known(connection):
    dated = said("A", lastUpdated="2026-01-01T00:00:00Z")
    (event,) = add(connection, dated)
    found = ask(connection, said("X", "A", total="103"))
    version = Version(datetime(2026, 1, 1, tzinfo=UTC), DAY, DAY, 1, dated.contents[0])
    assert found.repeated == []
    assert found.news == {0: None, 1: Known(1, version, event)}


def test_imports_remember_for_themselves_and_sites_know_their_own_orders(connection):
    told = said("A")
    add(connection, told, origin(1, "de"))
    assert ask(connection, told, origin(2, "de")).news == {0: known(connection, "A", "de")}
    assert ask(connection, told, origin(3, "fr")).news == {0: None}


def test_order_ids_of_any_characters(connection):
    told = said(*ODD)
    add(connection, told)
    assert ask(connection, told).repeated == list(range(len(ODD)))
    heads.advance(connection, "default", told.ids, origin(days=1).vintage.version(None, ""))
    assert {known(connection, name).version.as_of for name in ODD} == {DAY + timedelta(days=1)}


@pytest.fixture(scope="module")
def plain_connection(server: URL) -> Iterator[psycopg.Connection]:
    with Store(server).connect(autocommit=True) as opened:
        yield opened


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8) | st.sampled_from(ODD)


@given(texts=st.lists(TEXTS, min_size=1))
def test_texts_survive_as_an_array_literal(plain_connection: psycopg.Connection, texts: list[str]):
    row = plain_connection.execute("select %s::text[]", (heads.array_literal(pa.array(texts)),)).fetchone()
    assert row == (texts,)


def test_versions_move_forward_only(connection):
    add(connection, said("A", "B"), origin(days=2))
    before = known(connection, "A").version
    heads.advance(connection, "default", pa.array(["A"]), origin(days=1).vintage.version(None, ""))
    assert known(connection, "A").version == before
    later = origin(days=3).vintage.version(None, "")
    heads.advance(connection, "other", pa.array(["A"]), later)
    assert known(connection, "A").version == before
    heads.advance(connection, "default", pa.array(["A"]), later)
    assert known(connection, "A").version == replace(later, content=before.content)
    assert known(connection, "B").version == replace(before, content=known(connection, "B").version.content)
    newer_configuration = replace(later, config_no=2)
    heads.advance(connection, "default", pa.array(["A"]), newer_configuration)
    assert known(connection, "A").version.config_no == 2


def test_numbers_of_states_ascend(connection):
    first, second = heads.take_seqs(connection, 3), heads.take_seqs(connection, 2)
    numbers = [int(number) for number in [*first.to_pylist(), *second.to_pylist()]]
    assert numbers == sorted(set(numbers))


def settled(connection, told: Statements, outcome, where: Origin) -> Settled:
    before = known(connection, told.ids[0].as_py())
    version = where.vintage.version(told.orders["lastUpdated"][0].as_py(), told.contents[0])
    document = told.documents[0].as_py()
    return Settled(0, outcome, before, version, document, ("$.order.total", "$['it\\'s \"x\"\\\\']"), True)


def update(connection, told: Statements, where: Origin) -> None:
    rows = rows_of_updated(told, [settled(connection, told, "updated", where)], where)
    seqs = heads.take_seqs(connection, 1)
    heads.append_versions(connection, {"seq": seqs} | rows.versions)
    heads.update_heads(connection, {"seq": seqs} | rows.heads)


def row(connection, columns: str, table: str = "order_heads") -> tuple:
    found = connection.execute(f"select {columns} from {table} where order_id = 'A' order by seq desc").fetchone()
    assert found is not None
    return found


def test_an_update_replaces_the_state_and_keeps_a_date_that_is_not_said(connection):
    (placed,) = add(connection, said("A", lastUpdated="2026-01-01T00:00:00Z"))
    update(connection, said("A", total="103.50", userId="jane@example.com"), origin(days=1))
    head = row(connection, "seq, total::text, user_id, last_updated, version_at, last_event::text")
    assert head[:5] == (2, "103.5", "jane@example.com", DAY - timedelta(days=1), DAY + timedelta(days=1))
    version = row(connection, "seq, type, changed, event_id::text, lines", "order_versions")
    assert version == (2, "orderUpdate", ["$.order.total", "$['it\\'s \"x\"\\\\']"], head[5], [2])
    assert placed != head[5]


def test_silent_imports_leave_the_last_event_as_it_was(connection):
    (placed,) = add(connection, said("A"))
    update(connection, said("A", total="103"), origin(days=1, emit_events=False))
    assert known(connection, "A").last_event == placed
    assert row(connection, "event_id", "order_versions") == (None,)
    add(connection, said("B"), origin(emit_events=False))
    assert known(connection, "B").last_event is None


def test_an_advanced_head_keeps_its_state(connection):
    add(connection, said("A", lastUpdated="2026-01-01T00:00:00Z"))
    before = known(connection, "A")
    told = said("A", lastUpdated="2026-01-02T00:00:00Z")
    rows = heads_of_advanced(told, [settled(connection, told, "unchanged", origin(days=1))], origin(days=1))
    heads.update_heads(connection, rows.heads)
    after = known(connection, "A")
    assert (after.seq, after.last_event, after.version.content) == (before.seq, before.last_event, told.contents[0])
    assert row(connection, "version_at, last_updated") == (DAY, DAY)


def test_an_update_of_an_order_that_is_not_there_is_noticed(connection):
    add(connection, said("A"))
    told = said("A", total="103")
    gone = rows_of_updated(told, [settled(connection, told, "updated", origin(site="other"))], origin(site="other"))
    with pytest.raises(StoreError, match="the store took 0 of 1 rows"):
        heads.update_heads(connection, {"seq": pa.array(["7"])} | gone.heads)


def test_what_is_said_is_remembered_but_no_late_file_forgets_it(connection):
    first, second, dated = said("A"), said("A", total="103"), said("A", lastUpdated="2026-01-01T00:00:00Z")
    add(connection, first)
    one = np.array([0])
    heads.upsert_fingerprints(connection, fingerprint_rows(second, one, origin()))
    assert (ask(connection, second).repeated, ask(connection, first).repeated) == ([0], [])
    heads.add_fingerprints(connection, fingerprint_rows(first, one, origin()))
    assert (ask(connection, second).repeated, ask(connection, first).repeated) == ([0], [])
    heads.add_fingerprints(connection, fingerprint_rows(first, one, origin(2)))
    assert ask(connection, first, origin(2)).repeated == [0]
    heads.upsert_fingerprints(connection, fingerprint_rows(dated, one, origin()))
    assert ask(connection, dated) == heads.Compared({}, [])


def test_documents_are_fetched_by_number(connection):
    told = said("A", "B")
    add(connection, told)
    found = heads.documents(connection, [2, 99])
    assert list(found) == [2]
    document, user_type, user, created = found[2]
    assert (user_type, user, created) == ("email", "john@example.com", datetime(2020, 9, 16, 9, 38, 6, tzinfo=UTC))
    assert document.replace(": ", ":").replace(", ", ",") == told.documents[1].as_py()


def test_users_of_changed_orders_become_profiles_once(connection):
    add(connection, said("A", "B"))
    add(connection, said("C", userId="jane@example.com"))
    assert add_users(connection) == 2
    assert add_users(connection) == 0
    found = connection.execute(
        "select id_type, id_value, profile_id = cdp.profile_id(id_type, id_value) from cdp.identities order by id_value"
    ).fetchall()
    assert found == [("email", "jane@example.com", True), ("email", "john@example.com", True)]
