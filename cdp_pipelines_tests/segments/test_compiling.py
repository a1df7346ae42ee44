"""Rules in Postgres find whom the same rules in plain Python find, whatever stands in them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp_pipelines.segments.compiling import members
from cdp_pipelines.segments.fields import FIELDS
from cdp_pipelines.segments.spec import SegmentSpec
from cdp_pipelines.store import Store
from cdp_pipelines_tests.segments import plain
from cdp_pipelines_tests.segments.plain import Line, Order, Profile

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
RATES = {"EUR": 1, "GBP": "1.17"}

amounts = st.integers(0, 400).map(lambda cents: Decimal(cents) / 4)
lines = st.builds(Line, amounts, st.sampled_from([Decimal(0), Decimal(5)]), st.sampled_from(["paid", "cancelled"]))
orders = st.builds(
    Order,
    st.sampled_from(["EUR", "GBP", "PLN"]),
    st.integers(0, 60 * 24).map(lambda hours: AT - timedelta(hours=hours)),
    st.lists(lines, min_size=1, max_size=3).map(tuple),
    st.sampled_from([Decimal(0), Decimal(10)]),
)
texts = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=4) | st.sampled_from(["de", "%", "'"])
values = texts | st.booleans() | st.integers(-5, 5) | st.sampled_from([0.5, 2.0])
attributes = st.dictionaries(st.sampled_from(["tier", "x y"]), values | st.none() | st.lists(texts, max_size=2))
profiles = st.lists(
    st.builds(Profile, st.lists(orders, max_size=3).map(tuple), attributes.map(dict)), min_size=0, max_size=8
)


def asked(field: str) -> st.SearchStrategy[dict]:
    """A rule about a field of orders or quintiles."""
    comparisons = st.sampled_from(["at_least", "at_most", "above", "below"])
    if FIELDS[field].kind == "time":
        days = st.integers(0, 60).map(lambda n: (AT - timedelta(days=n)).isoformat())
        pairs = st.tuples(comparisons, days) | st.tuples(st.just("exists"), st.booleans())
    else:
        numbers = st.integers(0, 60) | st.sampled_from([0.5, 12.5, 1, 5])
        pairs = st.tuples(comparisons | st.sampled_from(["is", "is_not"]), numbers)
        pairs |= st.tuples(st.just("in"), st.lists(numbers, min_size=1, max_size=3))
    return pairs.map(lambda pair: {"field": field, pair[0]: pair[1]})


attribute_pairs = (
    st.tuples(st.sampled_from(["is", "is_not"]), values)
    | st.tuples(st.just("in"), st.lists(values, min_size=1, max_size=3))
    | st.tuples(st.sampled_from(["at_least", "below"]), texts | st.integers(-5, 5))
    | st.tuples(st.sampled_from(["contains", "starts_with"]), texts.filter(bool))
    | st.tuples(st.just("exists"), st.booleans())
)
leaves = st.sampled_from(list(FIELDS)).flatmap(asked) | st.tuples(
    st.sampled_from(["tier", "x y", "gone"]), attribute_pairs
).map(lambda one: {"field": f"attributes.{one[0]}", one[1][0]: one[1][1]})
rules = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda some: {"all": some})
        | st.lists(inner, min_size=1, max_size=3).map(lambda some: {"any": some})
        | inner.map(lambda one: {"not": one})
    ),
    max_leaves=5,
).map(lambda rule: {"rule": rule})
quintiles = st.sets(st.integers(1, 5), min_size=1).map(sorted)
scores = st.dictionaries(st.sampled_from(["recency", "frequency", "monetary"]), quintiles, min_size=1)
specs = (rules | scores.map(lambda one: {"rfm": one})).map(
    lambda one: SegmentSpec.model_validate({"name": "chosen", **one})
)


@pytest.fixture
def connection(store: Store) -> Iterator[psycopg.Connection]:
    with store.connect() as opened:
        yield opened
        opened.rollback()


@contextmanager
def known(connection: psycopg.Connection, some: list[Profile]) -> Iterator[None]:
    """Let the store know profiles for a while."""
    with connection.transaction(force_rollback=True):
        for number, profile in enumerate(some):
            _add(connection, number, profile)
        yield


def _add(connection: psycopg.Connection, number: int, profile: Profile) -> None:
    written = json.dumps(profile.attributes)
    connection.execute("insert into profiles (profile_id, attributes) values (%s, %s)", (UUID(int=number), written))
    connection.execute("insert into identities values ('crm_id', %s, %s)", (str(number), UUID(int=number)))
    for place, order in enumerate(profile.orders):
        _add_order(connection, f"{number}-{place}", str(number), order)


def _add_order(connection: psycopg.Connection, order_id: str, user: str, order: Order) -> None:
    fields = [{"total": float(one.total), "refund": float(one.refund), "status": one.status} for one in order.lines]
    values = {
        "id": order_id,
        "user": user,
        "currency": order.currency,
        "total": order.total,
        "refund": order.refund,
        "at": order.created_at,
        "document": json.dumps({"order": {}, "lineItems": fields}),
    }
    connection.execute(
        "with version as (insert into order_versions (type, site, order_id, occurred_at, version_at, user_id_type,"
        " user_id, file_id, lines, document) values ('orderPlace', 'default', %(id)s, %(at)s, %(at)s, 'crm_id',"
        " %(user)s, 1, '{}', %(document)s) returning seq)"
        " insert into order_heads select 'default', %(id)s, seq, gen_random_uuid(), %(at)s, %(at)s, %(at)s, 1, null,"
        " 'crm_id', %(user)s, %(currency)s, %(total)s, %(total)s, 0, 0, 0, %(refund)s, %(at)s from version",
        values,
    )


def found(connection: psycopg.Connection, spec: SegmentSpec) -> set[int]:
    query, values = members(spec, RATES, AT)
    return {row[0].int for row in connection.execute(query, values)}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])  # each is rolled back
@given(some=profiles, spec=specs)
def test_postgres_and_plain_python_agree(store: Store, some: list[Profile], spec: SegmentSpec) -> None:
    with store.connect() as connection, known(connection, some):
        assert found(connection, spec) == plain.members(spec, some, RATES, AT)


def segment(**rule: object) -> SegmentSpec:
    return SegmentSpec.model_validate({"name": "chosen", "rule": rule})


NASTY = ["'; drop table cdp.profiles; --", '"', "%s", "%(v0)s", "\\", "_%", "$1", "{}", "ß", "🧀", "a\nb"]


@pytest.mark.rows("S4")
@pytest.mark.parametrize("text", NASTY)
def test_names_and_values_reach_the_database_as_they_are(connection: psycopg.Connection, text: str) -> None:
    some = [Profile(attributes={text: text}), Profile(attributes={"other": "other"})]
    with known(connection, some):
        for operator in ("is", "contains", "starts_with", "at_least"):
            assert found(connection, segment(field=f"attributes.{text}", **{operator: text})) == {0}


def test_equals_share_a_quintile_and_no_order_has_none(connection: psycopg.Connection) -> None:
    twins = [Profile((Order("EUR", AT, (Line(Decimal(10)),)),)) for _ in range(3)]
    best = Profile((Order("EUR", AT + timedelta(1), (Line(Decimal(99)),)),))
    with known(connection, [*twins, best, Profile()]):
        scores = connection.execute("select * from profile_rfm order by profile_id").fetchall()
    assert [row[6:] for row in scores] == [(1, 1, 1)] * 3 + [(4, 1, 4)]


@pytest.mark.parametrize(
    ("lines", "refund", "net"),
    [
        ([Line(Decimal(60)), Line(Decimal(40))], 10, 90),
        ([Line(Decimal(60)), Line(Decimal(40), status="cancelled")], 0, 60),
        ([Line(Decimal(60)), Line(Decimal(40), Decimal(40), "cancelled")], 40, 60),
        ([Line(Decimal(60), Decimal(10), "refunded"), Line(Decimal(40), status="cancelled")], 10, 50),
        ([Line(Decimal(60), status="cancelled"), Line(Decimal(40), status="cancelled")], 0, None),
    ],
)
def test_worth_is_net_of_refunds_and_without_cancelled_items(
    connection: psycopg.Connection, lines: list[Line], refund: int, net: int | None
) -> None:
    with known(connection, [Profile((Order("EUR", AT, tuple(lines), Decimal(refund)),))]):
        assert connection.execute("select net from order_values").fetchone() == (net,)
