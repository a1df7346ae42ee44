"""`docs/transforms.md` has all steps, all keys and all letters that there are."""

import re
from pathlib import Path

from cdp_pipelines.transforms.expressions import COMPARISONS
from cdp_pipelines.transforms.patterns import _LETTERS as LETTERS
from cdp_pipelines.transforms.spec import ACTIONS, VALUE_KEYS

PAGE = (Path(__file__).parents[2] / "docs" / "transforms.md").read_text()


def test_the_page_is_whole() -> None:
    code = re.findall(r"`([^`\n]+)`", PAGE)
    words = {word for one in code for word in re.findall(r"\w+|[=!<>]+", one)}
    assert {*ACTIONS, *VALUE_KEYS, *LETTERS, *COMPARISONS, "per"} - words == set()
