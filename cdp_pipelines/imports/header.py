"""A file's header against the columns of orders (K-006, K-007): every missing column is its own issue."""

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.header import did_you_mean
from cdp_pipelines.imports.tally import Tally
from cdp_pipelines.schemas.columns import COLUMNS, custom_columns


def check_header(header: tuple[str, ...], tally: Tally) -> None:
    """Count unknown columns as warnings and missing ones as errors.

    Raises:
        FileError: A required column is missing; the message names all of them.
    """
    names = [column.name for column in COLUMNS]
    unknown = [name for name in header if name and name not in names and name not in custom_columns(header)]
    missing = [column.name for column in COLUMNS if column.required and column.name not in header]
    for name in missing:
        found = did_you_mean(name, unknown)
        hint = f'; the file has "{found}": did you mean {name}? Names are case-sensitive' if found else ""
        tally.issue("MISSING_COLUMN", name, f"the required column {name} is missing from the header{hint}", [1], 0, 0)
    for name in unknown:
        found = did_you_mean(name, [other for other in names if other not in header])
        hint = f"; did you mean {found}?" if found else ": remove or rename it"
        tally.issue("UNKNOWN_COLUMN", name, f"{name} is not a column of orders and was ignored{hint}", [1], 0, 0)
    if missing:
        raise FileError("MISSING_COLUMN", _sentence(header, missing, unknown), 1, missing[0])


def _sentence(header: tuple[str, ...], missing: list[str], unknown: list[str]) -> str:
    hints = [f"{found} is not {name}" for name in missing if (found := did_you_mean(name, unknown))]
    hint = f" (did you mean {missing[0]}? {', '.join(hints)}: names are case-sensitive)" if hints else ""
    more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    shown = ", ".join(missing[:3]) + more
    return f"the header of {len(header)} columns lacks {shown}{hint}: add what is missing and import the file again"
