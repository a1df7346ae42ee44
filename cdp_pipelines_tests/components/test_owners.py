"""An owner that a YAML may name is one that Dagster takes; otherwise one file would stop all others from loading."""

import dagster as dg
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.spec import OWNER


@given(st.from_regex(OWNER, fullmatch=True))
def test_accepted_owners_are_accepted_by_dagster(owner: str) -> None:
    assert dg.AssetSpec("orders", owners=[owner]).owners == [owner]
