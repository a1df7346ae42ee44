"""A file's header against the columns that it needs (K-006, K-007): every missing column is its own issue."""

import re
from collections.abc import Iterable, Sequence

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.header import Header, did_you_mean
from cdp_pipelines.formats.spec import SyneriseCsv
from cdp_pipelines.imports.rejects import sentence
from cdp_pipelines.imports.spec import ProductImportSpec
from cdp_pipelines.imports.tally import Tally
from cdp_pipelines.mappings.named import NamedFormat
from cdp_pipelines.schemas.columns import COLUMNS, Column, custom_columns
from cdp_pipelines.transforms.columns import columns_behind


def check_header(found: Header, tally: Tally) -> None:
    """Count unknown columns as warnings and missing ones as errors.

    Raises:
        FileError: A required column is missing; the message names all of them.
    """
    header = found.columns
    names = [column.name for column in COLUMNS]
    unknown = [name for name in header if name and name not in names and name not in custom_columns(header)]
    missing = [column.name for column in COLUMNS if column.required and column.name not in header]
    _count_missing(missing, unknown, found.line, tally)
    if unknown and found.is_data:
        message = f"{len(unknown)} columns are none of orders and were ignored: is the first line the header?"
        tally.issue("UNKNOWN_COLUMN", None, message, [found.line], 0, 0)
    else:
        _count_unknown(unknown, [name for name in names if name not in header], found.line, tally)
    if missing:
        raise FileError("MISSING_COLUMN", _sentence(header, missing, unknown), found.line, missing[0])


def check_named(found: Header, named: NamedFormat, tally: Tally, file: str | None = None) -> None:
    """Count the columns that a named format's file lacks; what it has beyond them is nobody's fault.

    `file` is its address, where it is not the current one.

    Raises:
        FileError: A required column is missing, or it is another export than the import is about.
    """
    header = found.columns
    missing = named.missing(header)
    if missing and (wrong := named.mistaken(header)):
        raise FileError("WRONG_EXPORT", wrong, found.line)
    others = [name for name in header if name and name not in named.columns]
    _count_missing(missing, [] if found.is_data else others, found.line, tally, file)
    if missing:
        lacks = f"it lacks {_listed(list(map(named.with_alternatives, missing)))}"
        message = f"the file is not {named.noun} as it was exported: {lacks}; export it anew, and edit nothing"
        raise FileError("MISSING_COLUMN", message, found.line, missing[0])


def check_record_header(found: Header, columns: Sequence[Column], tally: Tally) -> None:
    """Count missing columns as errors, and as warnings those that are kept as attributes and look like misspelt ones.

    Raises:
        FileError: A required column is missing; the message names all of them.
    """
    free = [column.name for column in columns if column.name not in found.columns]
    others = [name for name in found.columns if name and name not in {column.name for column in columns}]
    missing = [column.name for column in columns if column.required and column.name in free]
    _count_missing(missing, others, found.line, tally)
    for name in [] if found.is_data else others:
        if meant := did_you_mean(name, free):
            message = f"{name} is kept as an attribute; did you mean {meant}?"
            tally.issue("MISSPELT_COLUMN", name, message, [found.line], 0, 0)
    if missing:
        raise FileError("MISSING_COLUMN", _sentence(found.columns, missing, others), found.line, missing[0])


def refuse_without(found: Header, names: Iterable[str], what: str, tally: Tally) -> None:
    """Refuse a file with none of several columns, each of which would do.

    Raises:
        FileError: None of them is there; `what` says what they are for.
    """
    if not set(names) & set(found.columns):
        message = f"no column says {what}: add one of {', '.join(names)} and import the file again"
        tally.issue("MISSING_COLUMN", None, message, [found.line], 0, 0)
        raise FileError("MISSING_COLUMN", message, found.line)


def _count_missing(missing: list[str], others: list[str], line: int, tally: Tally, file: str | None = None) -> None:
    for name in missing:
        tally.issue("MISSING_COLUMN", name, _missing(name, others), [line], 0, 0, file=file)


def _missing(name: str, others: Sequence[str]) -> str:
    meant = did_you_mean(name, others)
    hint = f'; the file has "{meant}": did you mean {name}? Names are case-sensitive' if meant else ""
    return f"the required column {name} is missing from the header{hint}"


def check_product_header(found: Header, spec: ProductImportSpec, tally: Tally) -> None:
    """Count what is wrong with the columns of a file of products, of which one alone is required.

    Raises:
        FileError: Behind `transform` no column holds the products' ids.
    """
    of_synerise = isinstance(spec.format, SyneriseCsv)
    own = [name for name in found.columns if name]
    for name in own if of_synerise else ():
        if not _ATTRIBUTE.fullmatch(name):
            tally.issue("ATTRIBUTE_NAME", name, sentence("ATTRIBUTE_NAME", name), [found.line], 0, 0)
    wanted, names = "itemId" if of_synerise else "id", columns_behind(spec.transform, own).names
    if not {wanted, "id"} & set(names):
        message = _missing(wanted, [] if found.is_data else names)
        tally.issue("MISSING_COLUMN", wanted, message, [found.line], 0, 0)
        raise FileError("MISSING_COLUMN", f"{message}: add it, or rename the one that holds ids", found.line, wanted)


_ATTRIBUTE = re.compile(r"[_a-zA-Z0-9]+[\-_a-zA-Z0-9]*", re.ASCII)
"""What Synerise lets an item's attribute be called."""


def _count_unknown(unknown: list[str], free: list[str], line: int, tally: Tally) -> None:
    for name in unknown:
        meant = did_you_mean(name, free)
        hint = f"; did you mean {meant}?" if meant else ": remove or rename it"
        tally.issue("UNKNOWN_COLUMN", name, f"{name} is not a column of orders and was ignored{hint}", [line], 0, 0)


def _sentence(header: tuple[str, ...], missing: list[str], unknown: list[str]) -> str:
    hints = [f"{found} is not {name}" for name in missing if (found := did_you_mean(name, unknown))]
    hint = f" (did you mean {missing[0]}? {', '.join(hints)}: names are case-sensitive)" if hints else ""
    lacks = f"lacks {_listed(missing)}{hint}"
    return f"the header of {len(header)} columns {lacks}: add what is missing and import the file again"


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
