"""Hints for misspelt column names."""

import pytest

from cdp_pipelines.formats.header import did_you_mean

NAMES = ["orderId", "orderid2", "lineItem_total", "lineItem_tax", "total", "userIdType", "userId"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("orderid", "orderId"),
        (" orderId ", "orderId"),
        ("ORDERID", "orderId"),
        ("lineItem_totl", "lineItem_total"),
        ("line_item_tax", "lineItem_tax"),
        ("UserIDType", "userIdType"),
        ("colour", None),
        ("", None),
    ],
)
def test_the_name_that_was_meant(name, meant):
    assert did_you_mean(name, NAMES) == meant


def test_nothing_to_choose_from():
    assert did_you_mean("orderId", []) is None
