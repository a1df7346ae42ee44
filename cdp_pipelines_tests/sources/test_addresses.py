"""Passwords in addresses: refused before anything is sent, and not repeated in the refusal."""

import pytest
from pydantic import ValidationError

from cdp_pipelines.sources.spec import HttpSource


def test_a_password_in_the_configured_address_is_refused_and_not_repeated():
    with pytest.raises(ValidationError, match="holds a user name or password") as caught:
        HttpSource(kind="http", uri="https://someone:canary@files.example.com/orders.csv")
    assert "canary" not in str(caught.value)
