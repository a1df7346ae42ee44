"""Locks by name: one holder, gone with its connection."""

import threading
import time

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.store.locks import key, locked, try_lock, unlock, wait_for_lock


@pytest.fixture
def two(store):
    """Two connections, in transactions of their own."""
    with store.connect() as one, store.connect() as other:
        yield one, other


def test_one_connection_has_the_lock_and_another_does_not(two):
    one, other = two
    assert try_lock(one, "import:orders") is True
    assert try_lock(other, "import:orders") is False
    assert try_lock(other, "import:users") is True
    assert unlock(one, "import:orders") is True
    assert unlock(one, "import:orders") is False
    assert try_lock(other, "import:orders") is True


def test_it_outlives_commit_and_rollback(two):
    one, other = two
    try_lock(one, "a")
    one.rollback()
    assert try_lock(other, "a") is False
    one.commit()
    assert try_lock(other, "a") is False


def test_it_goes_with_its_connection(two):
    one, other = two
    wait_for_lock(one, "a")
    threading.Timer(0.2, one.close).start()
    since = time.monotonic()
    assert wait_for_lock(other, "a", timeout=10) is True
    assert time.monotonic() - since < 5


def test_waiting_ends_in_time_and_leaves_the_transaction_usable(two):
    one, other = two
    other.execute("create temp table kept as select 1 as one")
    wait_for_lock(one, "a")
    since = time.monotonic()
    assert wait_for_lock(other, "a", timeout=0.2) is False
    assert 0.2 <= time.monotonic() - since < 5
    assert other.execute("select one from kept").fetchone() == (1,)
    assert other.execute("show lock_timeout").fetchone() == ("0",)


def test_a_block_is_told_whether_it_has_the_lock_and_frees_it(two):
    one, other = two
    with locked(one, "a") as mine:
        assert mine is True
        with locked(other, "a", timeout=0) as theirs:
            assert theirs is False
        assert try_lock(other, "a") is False  # a block that did not have it frees nothing
    assert try_lock(other, "a") is True


def test_a_block_that_breaks_its_transaction_frees_it(two):
    one, other = two
    with pytest.raises(psycopg.errors.DivisionByZero), locked(one, "a"):
        one.execute("select 1 / 0")
    assert try_lock(other, "a") is True


def test_a_block_that_loses_its_connection_raises_its_own_error(two):
    one, other = two

    def lose() -> None:
        with locked(one, "a"):
            other.execute("select pg_terminate_backend(%s)", [one.info.backend_pid])
            one.execute("select pg_sleep(10)")

    with pytest.raises(psycopg.OperationalError):
        lose()
    assert wait_for_lock(other, "a", timeout=5) is True


@given(st.text(), st.text())
def test_names_have_keys_of_their_own_within_bigint(one, other):
    assert -(2**63) <= key(one) < 2**63
    assert (key(one) == key(other)) == (one == other)


def test_a_key_never_changes():
    assert key("cdp: migrations") == -9108449212604780349
