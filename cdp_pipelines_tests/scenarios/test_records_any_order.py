"""Promotions, vouchers and events in files of any order, any batch and any format: the same tables in the end."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cdp_pipelines_tests.scenarios.records import FORMATS, Row, event, everything, imports, promotion
from cdp_pipelines_tests.scenarios.shop import Shop

ROWS: dict[str, st.SearchStrategy[Row]] = {
    "promotions": st.builds(
        promotion,
        st.sampled_from(["P-1", "P-2", ""]),
        name=st.sampled_from(["a", 'b "c"', "d\ne", "f,g", ""]),
        type=st.sampled_from(["GENERAL", "CUSTOM", "other"]),
        discountValue=st.sampled_from(["", "1", "1.0", "one"]),
        note=st.sampled_from(["", "x", "é\\"]),
    ),
    "vouchers": st.builds(
        lambda code, status: {"code": code, "status": status},
        st.sampled_from(["A", "B", ""]),
        st.sampled_from(["", "ASSIGNED"]),
    ),
    "events": st.builds(
        lambda email, at, page: event(email=email, recordedAt=at, page=page),
        st.sampled_from(["jane@example.com", "JANE@example.com", "max@example.com", "max"]),
        st.sampled_from(["2024-03-01", "2024-03-01T00:00:00Z", "2024-03-02", "soon"]),
        st.sampled_from(["/mugs", "/tea", ""]),
    ),
}  # fmt: skip
FILE = {what: st.lists(rows, min_size=1, max_size=5) for what, rows in ROWS.items()}
SEVERAL = settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)


@pytest.fixture
def sites() -> Iterator[int]:
    """Numbers of sites: each arrival has one of its own, so that one store holds them beside each other."""
    return count()


def arrived(
    shop: Shop, what: str, site: str, files: Sequence[tuple[int, Sequence[Row]]], kind: str, **options: Any
) -> Any:
    """What a site holds after files (day and rows) came in this order; every run accounts for all of its rows."""
    export = imports(shop, what, kind, name=site, site=site)
    for day, rows in files:
        report = export.gets(*rows, day=day, **options)
        if report.status == "failed":
            assert report.items.rejected == report.items.total > 0
    table = {"promotions": "promotion_heads", "vouchers": "voucher_heads", "events": "custom_event_rows"}[what]
    unlike = "{site, file_id, seq, line, event_id}"
    return shop.ask(f"select to_jsonb(t) - '{unlike}'::text[] as row from {table} t where site = %s order by 1", site)


@pytest.mark.rows("D3", "D15", "D23")
@pytest.mark.parametrize("what", list(ROWS))
def test_any_sequence_ends_alike(shop: Shop, what: str, sites: Iterator[int]):
    @SEVERAL
    @given(
        st.lists(FILE[what], min_size=2, max_size=4), st.randoms(use_true_random=False), st.sampled_from([1, 2, 50_000])
    )
    def check(contents, random, batch):
        files = list(enumerate(contents, 1))
        expected = arrived(shop, what, f"s{next(sites)}", files, "csv")
        random.shuffle(files)
        kind = random.choice(FORMATS)
        assert arrived(shop, what, f"s{next(sites)}", files, kind, batch=batch, block_size=64) == expected

    check()


@pytest.mark.rows("D15", "D32")
@pytest.mark.parametrize("what", list(ROWS))
def test_a_dry_run_counts_what_the_real_run_does_and_writes_nothing(shop: Shop, what: str, sites: Iterator[int]):
    @SEVERAL
    @given(FILE[what], FILE[what], st.sampled_from(FORMATS))
    def check(first, second, kind):
        site = f"s{next(sites)}"
        arrived(shop, what, site, [(1, first)], kind)
        export = imports(shop, what, kind, name=site, site=site)
        before = everything(shop)
        dry = export.gets(*second, day=2, dry_run=True)
        assert everything(shop) == before
        real = export.runs()
        kept = {"rows", "items", "issues", "sample", "status", "skipped", "budget"}
        assert dry.model_dump(include=kept) == real.model_dump(include=kept)
        outcomes = Counter({name: value for name, value in real.rows.model_dump().items() if name != "read"})
        assert real.rows.read == outcomes.total()

    check()
