"""Files in any order, blocks and batches of any size: the same orders in the end (F25, promise 5 of the faults).

Each arrival goes to a site of its own, so that one store holds all of them beside each other. The orders state all
fields; what an order means where they don't depends on what was said before, which is the point of D21.
"""

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cdp_pipelines_tests.scenarios.shop import Order, Shop, codes, counts, line, order, text

STATUSES = ("placed", "paid", "fulfilled", "refunded", "cancelled")
FIRST = "2024-03-0{}T08:00:00Z"


def week() -> list[list[Order]]:
    """Five days of an export: orders come, change, come back to what they were, drop out, are late, are rejected."""
    days: list[list[Order]] = [[] for _ in range(5)]
    for day, rows in enumerate(days):
        rows.append(order("same"))
        rows.append(order("undated", line(status=STATUSES[day])))
        rows.append(order("back and forth", line(status=STATUSES[day % 2])))
        rows.append(order("dated", line(status=STATUSES[day]), lastUpdated=FIRST.format(day + 1)))
        rows.append(order("touched", lastUpdated=FIRST.format(day + 1)))
        rows.append(order("late", line(status=STATUSES[day]), lastUpdated=f"2024-02-0{5 - day}T08:00:00Z"))
        rows.append(order("sloppy", line(status=STATUSES[day]), lastUpdated=FIRST.format(1)))
        rows.append(order(f"only on {day}", userId=f"u{day}@example.com"))
        if day != 2:
            rows.append(order("gap", line(total=f"{day // 2}.50")))
        rows.append(order("wrong once", line(status="lost" if day == 4 else STATUSES[day])))
        rows.append(order("longer and longer", *(line(sku=f"s{n}") for n in range(1 + day))))
    days[1] += [order("scattered"), order("undated", line(status="refunded"))]
    days[3] += [order("scattered", line(status="paid"))]
    return days


def orders_of(shop: Shop, site: str) -> list[dict[str, Any]]:
    query = "select to_jsonb(o) - 'last_event_id' - 'site' as state from orders o where site = %s order by order_id"
    return [row["state"] for row in shop.ask(query, site)]


def arrive(shop: Shop, site: str, days: Sequence[list[Order]], sequence: Sequence[int], **options: Any) -> int:
    """Let the days' files arrive in this sequence, all in one run; return how many events that made."""
    folder = shop.folder / site
    folder.mkdir()
    for place, day in enumerate(sequence):
        shop.write(f"{site}/{place}.csv", text(days[day]), day + 1)
    export = shop.imports(site, site=site, source={"kind": "local", "uri": f"{site}/*.csv"})
    report = export.runs(**options)
    return report.events.orderPlace + report.events.orderUpdate


@pytest.mark.rows("F25", "D3", "D22", "D23")
def test_all_sequences_of_five_days_end_alike(shop: Shop) -> None:
    days = week()
    arrive(shop, "in-order", days, range(5))
    expected = orders_of(shop, "in-order")
    assert {(state["order_id"], state["line_items"][0]["status"]) for state in expected} >= {
        ("undated", "cancelled"), ("back and forth", "placed"), ("dated", "cancelled"), ("late", "placed"),
        ("sloppy", "cancelled"), ("wrong once", "refunded"), ("scattered", "paid"),
    }  # fmt: skip
    sequences = list(permutations(range(5)))
    _let_all_arrive(shop, days, sequences)
    for sequence in sequences:
        assert _states(shop, "all", f"{sequence}: ") == _states(shop, "in-order"), sequence


def _let_all_arrive(shop: Shop, days: list[list[Order]], sequences: list[tuple[int, ...]]) -> None:
    """Let every sequence arrive, each with orders of its own: a file has what is due on its place of all of them."""
    (shop.folder / "all").mkdir()
    for place in range(5):
        for day, orders in enumerate(days):
            due = [sequence for sequence in sequences if sequence[place] == day]
            renamed = [_renamed(one, f"{sequence}: ") for sequence in due for one in orders]
            shop.write(f"all/{place}-{day}.csv", text(renamed), day + 1)
    shop.imports("all", site="all", source={"kind": "local", "uri": "all/*.csv"}).runs()


def _renamed(rows: Order, prefix: str) -> Order:
    return [row | {"orderId": prefix + row["orderId"]} for row in rows]


def _states(shop: Shop, site: str, prefix: str = "") -> list[dict[str, Any]]:
    """The orders whose ids begin with the prefix, without what holds the id."""
    query = (
        "select substr(order_id, %s) as id,"
        " to_jsonb(o) - '{site, order_id, last_event_id, content_fingerprint}'::text[] as state"
        " from orders o where site = %s and starts_with(order_id, %s) order by 1"
    )
    return shop.ask(query, len(prefix) + 1, site, prefix)


@pytest.mark.rows("F25", "F31")
@pytest.mark.parametrize("sequence", [(4, 3, 2, 1, 0), (2, 0, 4, 1, 3)])
def test_day_by_day_as_partitions_too_and_a_second_run_of_everything_adds_no_event(
    shop: Shop, sequence: tuple[int, ...]
) -> None:
    days = week()
    ends = []
    for site, block_size, batch in (("blocks", 1 << 10, 7), ("default", 2 << 20, 100_000)):
        export = shop.imports(site, site=site, partitions={"every": "day", "start": "2024-03-01"})
        for day in sequence:
            partition = f"2024-03-0{day + 1}"
            export.gets(*days[day], partition=partition, day=day + 1, block_size=block_size, batch=batch)
        ends.append(orders_of(shop, site))
        events = len(shop.events())
        for day in sequence:
            assert set(counts(export.runs(partition=f"2024-03-0{day + 1}"))) == {"skipped"}
        for day in range(5):
            again = export.runs(partition=f"2024-03-0{day + 1}", force=True)
            assert (again.events.orderPlace, again.events.orderUpdate) == (0, 0)
        assert len(shop.events()) == events
    assert ends[0] == ends[1]
    statuses = {state["order_id"]: state["line_items"][0]["status"] for state in ends[0]}
    assert (statuses["undated"], statuses["back and forth"]) == ("cancelled", "placed")


_undated = st.builds(lambda status, total: (status, total, None), st.sampled_from(STATUSES), st.integers(1, 3))
_dated = st.builds(
    lambda day: (STATUSES[day % 5], day, f"2024-02-0{day}T08:00:00Z"), st.integers(1, 6)
)  # content follows from lastUpdated, as in an export that keeps it honestly
_history = st.lists(st.none() | _undated, min_size=5, max_size=5) | st.lists(st.none() | _dated, min_size=5, max_size=5)
_numbers = iter(range(1_000_000))


@pytest.mark.rows("F25", "D15")
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # an example takes a second, so shrinking one would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    histories=st.lists(_history, min_size=1, max_size=6),
    sequence=st.permutations(range(5)),
    block_size=st.sampled_from([1, 200, 1 << 10, 2 << 20]),
    batch=st.sampled_from([1, 5, 100_000]),
    at_once=st.sampled_from([True, True, True, False]),
)
def test_any_histories_in_any_sequence(
    shop: Shop, histories: list[Any], sequence: list[int], block_size: int, batch: int, at_once: bool
) -> None:
    days = [[_order(n, history[day]) for n, history in enumerate(histories) if history[day]] for day in range(5)]
    straight, shuffled = f"straight-{(number := next(_numbers))}", f"shuffled-{number}"
    arrive(shop, straight, days, range(5))
    if at_once:
        arrive(shop, shuffled, days, sequence, block_size=block_size, batch=batch)
    else:
        export = shop.imports(shuffled, site=shuffled)
        for day in sequence:
            report = export.gets(*days[day], day=day + 1, force=True, block_size=block_size, batch=batch)
            assert report.status == "completed" or codes(report) == {"NO_ROWS"}
    assert orders_of(shop, shuffled) == orders_of(shop, straight)


def _order(number: int, said: tuple[str, int, str | None]) -> Order:
    status, total, updated = said
    cells = {"lastUpdated": updated} if updated else {}
    return order(f"A-{number}", line(status=status, total=f"{total}.00"), **cells)
