"""The placeholders of a source's uri: `{partition}`, `{partition:%Y%m%d}` and `{home}`, and nothing else in braces."""

import re
from string import Formatter

_DIRECTIVES = "YymdHjGVu%"


def placeholders(uri: str) -> list[tuple[str, str]]:
    """Return name and format of every placeholder, in their order; an empty format is the partition's key.

    Raises:
        ValueError: Braces that hold something else; the text says what to write.
    """
    try:
        parts = [part for part in Formatter().parse(uri) if part[1] is not None]
    except ValueError:
        raise ValueError("has a brace that is not closed or not opened: write {partition} or {home}") from None
    for _, name, form, conversion in parts:
        _check(name or "", form or "", conversion)
    return [(name or "", form or "") for _, name, form, _ in parts]


def as_pattern(uri: str, home: str = "*") -> str:
    """Return the pattern of all addresses that an address with placeholders stands for: `*` for each part of a date."""
    parts: list[str] = []
    for literal, name, form, _ in Formatter().parse(uri):
        date = re.sub(r"%%|%.", lambda one: "%" if one[0] == "%%" else "*", form or "*") if name == "partition" else ""
        parts += [literal, home if name == "home" else date]
    return re.sub(r"\*+", "*", "".join(parts))


def _check(name: str, form: str, conversion: str | None) -> None:
    if conversion or "{" in form or name not in ("partition", "home") or (name == "home" and form):
        raise ValueError(f"has an unknown placeholder {{{name}}}: use {{partition}}, {{partition:%Y%m%d}} or {{home}}")
    for directive in re.findall(r"%(.?)", form, re.DOTALL):
        if directive == "" or directive not in _DIRECTIVES:
            raise ValueError(f"has %{directive}, no part of a date here: use %Y, %m, %d, %H, %y, %j, %G, %V or %u")
    if form and not re.search(r"%[^%]", form):
        raise ValueError(f"has {{partition:{form}}} without any date: write it like {{partition:%Y%m%d}}")
