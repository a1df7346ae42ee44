"""The way back from a file's name to its partition: the inverse of `{partition:...}` in a source's address."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

from cdp_pipelines.home import home
from cdp_pipelines.imports.partitions import KEY_FORMATS, Every, Partition, partition_at
from cdp_pipelines.sources.addresses import absolute
from cdp_pipelines.sources.template import as_pattern, placeholders

_MARK = "\x1a"  # stands for a date while the rest of the address becomes a path
_TWO = r"\d\d"
_DIGITS = {"Y": r"\d{4}", "G": r"\d{4}", "j": r"\d{3}", "u": "[1-7]"}


def listing(template: str) -> str:
    """Return the pattern of all files of an import: its address with `*` for the date."""
    return as_pattern(template, str(home()))


def partition_reader(template: str, folder: Path, every: Every) -> Callable[[str], Partition | None]:
    """Return a function that tells the partition of a path that `listing` found, None if it has no such date.

    Args:
        template: The address of the YAML, with at least one `{partition}`.
        folder: Where a relative address starts.
        every: Length of a partition.
    """
    forms = [form or KEY_FORMATS[every] for name, form in placeholders(template) if name == "partition"]
    literals = absolute(_filled(template, _MARK), folder).split(_MARK)
    dates = [*map(_date_shape, forms), ""]
    shape = re.compile("".join(_any_text(literal) + date for literal, date in zip(literals, dates, strict=True)), re.A)
    directives = [directive for directive in re.findall(r"%(.)", "".join(forms)) if directive != "%"]

    def read(path: str) -> Partition | None:
        match = shape.fullmatch(path)
        return _partition(list(zip(directives, match.groups(), strict=True)), every) if match else None

    return read


def _filled(template: str, date: str) -> str:
    values = {"partition": date, "home": str(home())}
    return "".join(literal + values.get(name or "", "") for literal, name, _, _ in Formatter().parse(template))


def _any_text(literal: str) -> str:
    return "[^/]*".join(re.escape(part) for part in literal.split("*"))


def _date_shape(form: str) -> str:
    parts = re.split(r"%(.)", form)  # text and directive in turn
    return "".join(_digits(part) if number % 2 else re.escape(part) for number, part in enumerate(parts))


def _digits(directive: str) -> str:
    return "%" if directive == "%" else f"({_DIGITS.get(directive, _TWO)})"


def _partition(written: list[tuple[str, str]], every: Every) -> Partition | None:
    """Return the partition of directives and their digits, None if there is no such date or they contradict."""
    fields = dict(written)
    try:
        begin = datetime.strptime(" ".join(fields.values()), " ".join(f"%{one}" for one in fields)).replace(tzinfo=UTC)
        partition = partition_at(begin, every)
    except (ValueError, OverflowError):
        return None
    agree = all(partition.start.strftime(f"%{directive}") == digits for directive, digits in written)
    return partition if agree else None
