"""Known orders: which statement wins, whatever the order in which statements arrive (D3, D21, D23)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.orders.merge import Silence, read
from cdp_pipelines.orders.settle import Settled, Stored, Vintage, settle
from cdp_pipelines.orders.statements import Statements, statements
from cdp_pipelines.store.heads import Known, Version
from cdp_pipelines_tests.orders.batches import batch, judge, order, rules
from cdp_pipelines_tests.schemas.cells import Row

FULL: Row = {"lineItem_id": "1", "lineItem_adult": "false", "lineItem_brand": "x", "source": "web"}
SILENT: Row = {"lineItem_brand": None, "lineItem_adult": None, "source": None}
SAID: dict[str, list[Row]] = {
    "paid": order("A", FULL),
    "sent": order("A", FULL | {"lineItem_status": "fulfilled"}),
    "refunded": order("A", FULL, refund="102.5"),
    "other user": order("A", FULL, userId="jane@example.com"),
    "other time": order("A", FULL, createdAt="2020-09-16T10:38:07+0100"),
    "paid, dated 1": order("A", FULL, lastUpdated="2026-01-01T00:00:00Z"),
    "sent, dated 1": order("A", FULL | {"lineItem_status": "fulfilled"}, lastUpdated="2026-01-01T00:00:00Z"),
    "paid, dated 3": order("A", FULL, lastUpdated="2026-01-03T00:00:00Z"),
    "sent, dated 3": order("A", FULL | {"lineItem_status": "fulfilled"}, lastUpdated="2026-01-03T00:00:00Z"),
    "same in other words": order("A", FULL, total="1.025e2", createdAt="20200916T093806Z", userId=" John@example.com"),
    "sent, silent": order("A", FULL | SILENT | {"lineItem_status": "fulfilled"}),
    "paid, silent": order("A", FULL | SILENT),
}  # fmt: skip
NAMES = list(SAID)
COMPLETE = [name for name in NAMES if "silent" not in name]
KEEP = Silence.of((), "keep")


def vintage(day: int, modified: int = 0, config_no: int = 1) -> Vintage:
    """Return that of a file as of a day of January 2026, written so many minutes after."""
    as_of = datetime(2026, 1, day, tzinfo=UTC)
    return Vintage(as_of, as_of + timedelta(minutes=modified), config_no)


@pytest.fixture(scope="module")
def said() -> Statements:
    """Everything that these tests let files say, judged at once."""
    found = batch(*SAID.values())
    (only,) = statements(found, judge(found, rules()))
    assert len(only.ids) == len(SAID)
    return only


class Shop:
    """A store of one order, which a first statement founds."""

    def __init__(self, said: Statements, name: str, when: Vintage) -> None:
        self.said, number = said, NAMES.index(name)
        self.states: list[Stored] = []
        version = when.version(self._of("lastUpdated", number), said.contents[number])
        self._keep(number, version, said.documents[number].as_py())

    def hear(self, name: str, when: Vintage, silence: Silence = KEEP) -> Settled:
        """Take a further statement in; return what became of it."""
        number = NAMES.index(name)
        said = replace(self.said, known=[self.known] * len(NAMES))
        (settled,) = settle(said, [number], silence, when, lambda seqs: {seq: self.states[seq] for seq in seqs})
        if settled.outcome == "updated":
            assert settled.document is not None
            self._keep(number, settled.version, settled.document)
        elif settled.advanced:
            self.known = replace(self.known, version=settled.version)
        return settled

    def _of(self, column: str, number: int):
        return self.said.orders[column][number].as_py()

    def _keep(self, number: int, version: Version, document: str) -> None:
        self.known = Known(len(self.states), version, None)
        self.states.append((document, *(self._of(name, number) for name in ("userIdType", "userId", "createdAt"))))


def heard(said: Statements, first: tuple[str, Vintage], *told: tuple[str, Vintage]) -> Shop:
    shop = Shop(said, *first)
    for name, when in told:
        shop.hear(name, when)
    return shop


def outcome(said: Statements, *told: tuple[str, Vintage]) -> tuple[str, bool]:
    """Return what became of the last of some statements, and whether the version moved on."""
    settled = heard(said, *told[:-1]).hear(*told[-1])
    return settled.outcome, settled.advanced


TOLD = st.lists(
    st.tuples(
        st.sampled_from(COMPLETE), st.builds(vintage, st.integers(1, 4), st.integers(0, 2), st.integers(1, 2))
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@given(told=TOLD, data=st.data())
def test_the_newest_statement_wins_in_any_order_of_arrival(said, told: Sequence[tuple[str, Vintage]], data):
    shop, other = heard(said, *told), heard(said, *data.draw(st.permutations(told)))
    assert shop.known.version == other.known.version
    assert shop.states[-1] == other.states[-1]
    numbers = [NAMES.index(name) for name, _ in told]
    versions = [
        when.version(said.orders["lastUpdated"][n].as_py(), said.contents[n])
        for n, (_, when) in zip(numbers, told, strict=True)
    ]
    assert shop.known.version == max(versions)


@given(told=TOLD)
def test_hearing_it_all_again_changes_nothing(said, told: Sequence[tuple[str, Vintage]]):
    shop = heard(said, *told)
    before = shop.known, len(shop.states)
    for name, when in told:
        settled = shop.hear(name, when)
        assert (settled.outcome == "updated", settled.advanced) == (False, False)
    assert (shop.known, len(shop.states)) == before


def test_equal_content_is_unchanged_whatever_its_version(said: Statements):
    assert outcome(said, ("paid", vintage(2)), ("same in other words", vintage(2))) == ("unchanged", False)
    assert outcome(said, ("paid", vintage(2)), ("same in other words", vintage(3))) == ("unchanged", True)
    assert outcome(said, ("paid", vintage(2)), ("same in other words", vintage(1))) == ("unchanged", False)
    assert outcome(said, ("paid", vintage(2)), ("paid, dated 3", vintage(2))) == ("unchanged", True)


def test_other_content_is_an_update_or_stale_by_its_version(said: Statements):
    assert outcome(said, ("paid", vintage(2)), ("sent", vintage(3))) == ("updated", False)
    assert outcome(said, ("paid", vintage(2)), ("sent", vintage(1))) == ("stale", False)
    assert outcome(said, ("paid", vintage(2)), ("sent, dated 1", vintage(4))) == ("stale", False)
    assert outcome(said, ("paid", vintage(2)), ("sent, dated 3", vintage(4))) == ("updated", False)
    assert outcome(said, ("paid, dated 1", vintage(4)), ("sent", vintage(1, 1))) == ("stale", False)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (vintage(1), vintage(2)),
        (vintage(1, 5), vintage(2)),
        (vintage(1, 0), vintage(1, 1)),
        (vintage(1, 0, 2), vintage(1, 1, 1)),
        (vintage(1, 0, 1), vintage(1, 0, 2)),
    ],
)
def test_ties_go_to_as_of_then_modification_then_configuration(said: Statements, older: Vintage, newer: Vintage):
    for first, second in (("paid, dated 1", "sent, dated 1"), ("sent, dated 1", "paid, dated 1")):
        assert outcome(said, (first, older), (second, newer)) == ("updated", False)
        assert outcome(said, (first, newer), (second, older)) == ("stale", False)


def test_a_last_tie_goes_to_the_content(said: Statements):
    ways = [("paid, dated 1", "sent, dated 1"), ("sent, dated 1", "paid, dated 1")]
    found = [outcome(said, (first, vintage(1)), (second, vintage(1)))[0] for first, second in ways]
    assert sorted(found) == ["stale", "updated"]


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("sent", ("$.lineItems[0].status",)),
        ("refunded", ("$.order.refund",)),
        ("other user", ("$.user.id",)),
        ("other time", ("$.occurred_at",)),
    ],
)
def test_an_update_says_what_changed(said: Statements, name: str, changed: tuple[str, ...]):
    settled = heard(said, ("paid", vintage(1))).hear(name, vintage(2))
    assert settled.changed == changed


def test_a_silent_file_takes_nothing_away(said: Statements):
    shop = heard(said, ("paid", vintage(1)))
    settled = shop.hear("paid, silent", vintage(2))
    assert (settled.outcome, settled.advanced) == ("unchanged", True)
    settled = shop.hear("sent, silent", vintage(3))
    assert settled.changed == ("$.lineItems[0].status",)
    document = read(shop.states[-1][0])
    assert (document["order"]["source"], document["lineItems"][0]["brand"]) == ("web", "x")
    assert shop.hear("sent", vintage(4)).outcome == "unchanged"  # what was merged is what a full statement gives


def test_a_file_that_clears_takes_away_what_it_leaves_empty(said: Statements):
    clear = Silence.of(("source", "lineItem_brand", "lineItem_adult"), "clear")
    shop = heard(said, ("paid", vintage(1)))
    settled = shop.hear("paid, silent", vintage(2), clear)
    assert settled.changed == ("$.order.source", "$.lineItems[0].brand")


def test_stored_documents_are_fetched_only_where_content_differs(said: Statements):
    shop = heard(said, ("paid", vintage(1)))
    same, other = NAMES.index("same in other words"), NAMES.index("sent")
    known = replace(said, known=[replace(shop.known, seq=7 + n) for n in range(len(NAMES))])
    asked: list[list[int]] = []

    def load(seqs: list[int]) -> dict[int, Stored]:
        asked.append(seqs)
        return dict.fromkeys(seqs, shop.states[0])

    assert [s.outcome for s in settle(known, [same], KEEP, vintage(2), load)] == ["unchanged"]
    assert [s.outcome for s in settle(known, [same, other], KEEP, vintage(2), load)] == ["unchanged", "updated"]
    assert asked == [[7 + other]]
