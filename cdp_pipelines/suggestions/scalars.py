"""Values as YAML on one line, which YAML 1.1 and 1.2 read alike.

Names of columns are written by whoever made the file: each but the plainest is put in double quotes, with escapes for
what does not print, so that none ends its line, its quotes or its comment.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:[./-][A-Za-z0-9_]+)*", re.ASCII)
_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"])
"""Words that some reader of YAML takes for something else than text."""


def written(value: Any) -> str:
    """Return a value in YAML's flow style, on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{written(key)}: {written(one)}" for key, one in value.items()) + "}"
    if value is None or isinstance(value, bool | int | float):
        return json.dumps(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return quoted(value)


def quoted(text: str) -> str:
    """Return a text in double quotes."""
    return "".join(
        one if one.isprintable() and one not in "\ufeff\u2028\u2029\x85" else _escaped(one)
        for one in json.dumps(text, ensure_ascii=False)
    )


def _escaped(one: str) -> str:
    return f"\\u{ord(one):04x}" if ord(one) < 0x10000 else f"\\U{ord(one):08x}"
